package org.fullrank.nn;

import org.fullrank.rigor.Interval;

/**
 * Enclosures of a scalar function and of its first three derivatives over one interval: each
 * contains the exact value at every number of the interval. At a kink the first derivative is the
 * one that the activation documents; the second and the third are those of the pieces on both
 * sides, and at the kink itself there is none.
 *
 * @param value of {@code sigma}
 * @param first of {@code sigma'}
 * @param second of {@code sigma''}, where it exists
 * @param third of {@code sigma'''}, where it exists
 */
public record Jet(Interval value, Interval first, Interval second, Interval third) {
  /** Cut to what is known for all arguments. */
  Jet within(Regularity regularity, double least, double greatest) {
    Interval slopes = symmetric(regularity.lipschitz());
    return new Jet(
        value.intersect(Interval.of(least, greatest)),
        first.intersect(regularity.monotone() ? slopes.max(Interval.ZERO) : slopes),
        second.intersect(symmetric(regularity.smoothness())),
        third);
  }

  /** Numbers of at most this magnitude, which may be infinite. */
  static Interval symmetric(double magnitude) {
    return Interval.of(-magnitude, magnitude);
  }
}
