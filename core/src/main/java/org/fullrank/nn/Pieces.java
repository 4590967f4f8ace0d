package org.fullrank.nn;

import java.util.function.DoubleFunction;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

/**
 * A function that is enclosed at single numbers and monotone between the points where it turns. Its
 * range over an interval is the hull of the values at both ends and at the turning points inside. A
 * turning point that is no double is known to lie between the neighbours of a double {@code c}; the
 * value there is that at a neighbour, plus or minus a bound of the derivative times their distance.
 * It counts as soon as the neighbours' interval is met.
 *
 * <p>The description holds no {@link Interval}, so that it can be made in any floating-point mode.
 */
final class Pieces {
  private static final double[] NONE = {};

  private final DoubleFunction<Interval> at;
  private final double left;
  private final double right;
  private final double[] exact;
  private final double steepest;
  private final double[] near;

  private Pieces(
      DoubleFunction<Interval> at,
      double left,
      double right,
      double[] exact,
      double steepest,
      double[] near) {
    this.at = at;
    this.left = left;
    this.right = right;
    this.exact = exact;
    this.steepest = steepest;
    this.near = near;
  }

  /** A monotone function with the limits 0 on both sides, until other statements are made. */
  static Pieces of(DoubleFunction<Interval> at) {
    return new Pieces(at, 0, 0, NONE, 0, NONE);
  }

  /** With these limits at minus infinity and infinity. */
  Pieces between(double newLeft, double newRight) {
    return new Pieces(at, newLeft, newRight, exact, steepest, near);
  }

  /** With these turning points. */
  Pieces turning(double... points) {
    return new Pieces(at, left, right, points, steepest, near);
  }

  /**
   * With turning points nearest to these doubles.
   *
   * @param slope an upper bound of the magnitude of the derivative
   */
  Pieces turningNear(double slope, double... points) {
    return new Pieces(at, left, right, exact, slope, points);
  }

  /** Encloses the range over an interval. */
  Interval over(Interval x) {
    if (x.lo() == x.hi()) {
      return at.apply(x.lo());
    }
    Interval range = end(x.lo(), left).hull(end(x.hi(), right));
    for (double c : exact) {
      if (x.contains(c)) {
        range = range.hull(at.apply(c));
      }
    }
    for (double c : near) {
      double below = Rounding.below(c);
      double above = Rounding.above(c);
      if (x.lo() <= above && below <= x.hi()) {
        double moved = Rounding.multiplyUp(steepest, Rounding.subtractUp(above, below));
        range = range.hull(at.apply(below).add(Jet.symmetric(moved)));
      }
    }
    return range;
  }

  private Interval end(double x, double limit) {
    if (Double.isInfinite(x)) {
      return limit == Double.POSITIVE_INFINITY
          ? Interval.atLeast(Double.MAX_VALUE)
          : Interval.of(limit);
    }
    return at.apply(x);
  }
}
