package org.fullrank.nn;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.rounding.Rounding;

/**
 * What follows from the statements of an activation alone. With {@code m} in the interval and
 * {@code r} a bound of the distance of its numbers from {@code m}:
 *
 * <ul>
 *   <li>{@code sigma'} is within its stated error of the number computed at {@code m}, plus the
 *       jumps within {@code r} and the smoothness between them times {@code r}; at most the
 *       Lipschitz constant; not negative if the function is monotone;
 *   <li>{@code sigma} is the value at {@code m}, with its error, plus a mean of {@code sigma'}
 *       times the distance, because a continuous function with finitely many kinks is the integral
 *       of its derivative, while one that states no kinks may jump itself; and between the values
 *       at both ends if the function is monotone;
 *   <li>{@code sigma''} is at most the smoothness; {@code sigma'''} is 0 on pieces that are affine
 *       and for polynomials of degree 2, and otherwise unknown.
 * </ul>
 */
final class StatedJet {
  private StatedJet() {}

  static Jet of(
      Interval x,
      DoubleUnaryOperator value,
      DoubleUnaryOperator slope,
      Optional<Accuracy> accuracy,
      Regularity regularity,
      Optional<Kinks> kinks,
      Interval range) {
    double mid = x.mid();
    double radius = Math.max(Rounding.subtractUp(x.hi(), mid), Rounding.subtractUp(mid, x.lo()));
    Interval first = Jet.symmetric(regularity.lipschitz());
    if (regularity.monotone()) {
      first = first.max(Interval.ZERO);
    }
    Interval values = range;
    if (accuracy.isPresent()) {
      Accuracy a = accuracy.get();
      if (radius == 0) {
        first = first.intersect(a.slope(slope.applyAsDouble(mid)));
      } else if (kinks.isPresent()) {
        Interval turn = Jet.symmetric(turn(kinks.get(), mid, radius));
        first = first.intersect(a.slope(slope.applyAsDouble(mid)).add(turn));
      }
      if (radius == 0 || kinks.isPresent()) {
        Interval moved = first.multiply(x.subtract(mid));
        values = values.intersect(a.value(value.applyAsDouble(mid)).add(moved));
      }
      if (regularity.monotone()) {
        values = values.intersect(between(x, value, a));
      }
    }
    return new Jet(values, first, second(regularity, kinks), third(regularity, kinks));
  }

  private static double turn(Kinks kinks, double mid, double radius) {
    return Rounding.addUp(
        kinks.jumpsWithin(mid, radius), Rounding.multiplyUp(kinks.smoothness(), radius));
  }

  /** From the least value at the left end to the greatest at the right one. */
  private static Interval between(Interval x, DoubleUnaryOperator value, Accuracy a) {
    double least = Double.NEGATIVE_INFINITY;
    double greatest = Double.POSITIVE_INFINITY;
    if (x.lo() != least) {
      least = a.value(value.applyAsDouble(x.lo())).lo();
    }
    if (x.hi() != greatest) {
      greatest = a.value(value.applyAsDouble(x.hi())).hi();
    }
    return Interval.of(least, greatest);
  }

  private static Interval second(Regularity regularity, Optional<Kinks> kinks) {
    return regularity.polynomialDegree().orElse(2) < 2
        ? Interval.ZERO
        : Jet.symmetric(kinks.map(Kinks::smoothness).orElse(Double.POSITIVE_INFINITY));
  }

  private static Interval third(Regularity regularity, Optional<Kinks> kinks) {
    boolean affine = kinks.filter(k -> k.smoothness() == 0).isPresent();
    return affine || regularity.polynomialDegree().orElse(3) < 3 ? Interval.ZERO : Interval.ENTIRE;
  }
}
