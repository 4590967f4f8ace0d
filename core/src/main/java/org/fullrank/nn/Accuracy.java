package org.fullrank.nn;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

/**
 * How far an activation's computed value and derivative may be from the exact ones, stated so that
 * a proof can use it: for every finite {@code x}
 *
 * <p>{@code |value^ - sigma(x)| <= relative |value^| + absolute} and {@code |derivative^ -
 * sigma'(x)| <= slopeRelative |derivative^| + slopeAbsolute},
 *
 * <p>for the scalar methods and for {@link Activation#evaluate(double[], double[], double[])}
 * alike, a hat marking what was computed, unless it overflowed. {@code sigma'} is the derivative at
 * a kink that the activation documents. Whoever states an accuracy is believed: too small a bound
 * makes a verified statement wrong.
 *
 * <p>Results that underflow are not excepted. Below {@code 2^-1022} every rounding of a product, a
 * quotient or an exponential may cost half of {@code 2^-1074} however small the result is, so a
 * formula that rounds there needs an absolute bound besides the relative one, for example {@code
 * 1e-315}: {@code 0.5 * x} is exact in the normal range and 0 at {@code x = 2^-1074}. A relative
 * bound alone is right where small results are copies of {@code x} or exact, as for the hyperbolic
 * tangent, and it says that {@code sigma(x) = 0} wherever 0 was computed.
 *
 * @param relative error of the value per computed value, at least 0
 * @param absolute error of the value besides, at least 0
 * @param slopeRelative error of the derivative per computed derivative, at least 0
 * @param slopeAbsolute error of the derivative besides, at least 0
 */
public record Accuracy(
    double relative, double absolute, double slopeRelative, double slopeAbsolute) {
  /** Value and derivative without error. */
  public static final Accuracy EXACT = new Accuracy(0, 0, 0, 0);

  /** What gradual underflow may cost: far above any number of subnormal units. */
  static final double UNDERFLOW = 1e-315;

  /** Unit roundoff. */
  static final double U = 0x1p-53;

  /** Checks the bounds. */
  public Accuracy {
    if (!(relative >= 0 && absolute >= 0 && slopeRelative >= 0 && slopeAbsolute >= 0)) {
      throw new IllegalArgumentException(
          "Accuracy expects bounds >= 0 but got value "
              + relative
              + ", "
              + absolute
              + " and derivative "
              + slopeRelative
              + ", "
              + slopeAbsolute);
    }
  }

  /** What the exact value can be where this one was computed. */
  Interval value(double computed) {
    return around(computed, relative, absolute);
  }

  /** What the exact derivative can be where this one was computed. */
  Interval slope(double computed) {
    return around(computed, slopeRelative, slopeAbsolute);
  }

  private static Interval around(double computed, double relative, double absolute) {
    double magnitude = Math.abs(computed);
    if (!(magnitude <= Double.MAX_VALUE && relative <= Double.MAX_VALUE)) {
      return Interval.ENTIRE;
    }
    return Interval.around(
        computed, Rounding.addUp(Rounding.multiplyUp(relative, magnitude), absolute));
  }

  /** Relative errors in units of {@code 2^-53}, and the underflow allowance for both. */
  static Accuracy relative(double value, double slope) {
    return new Accuracy(value * U, UNDERFLOW, slope * U, UNDERFLOW);
  }

  /**
   * A relative error of the value; for the derivative, a sum of terms that can cancel, an error per
   * sum of their absolute values, which {@code terms} bounds.
   */
  static Accuracy termwise(double value, double slope, double terms) {
    return new Accuracy(value * U, UNDERFLOW, 0, slope * U * terms + UNDERFLOW);
  }
}
