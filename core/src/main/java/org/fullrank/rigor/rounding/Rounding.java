package org.fullrank.rigor.rounding;

/**
 * Scalar operations rounded towards minus or plus infinity, made from round-to-nearest arithmetic.
 *
 * <p>Each operation computes the nearest double and the sign of its error (error-free
 * transformations with {@link Math#fma}) and steps to the neighbour only if the error has the wrong
 * sign, so results that are exact stay exact. Where the error term may itself underflow the step is
 * always made. Overflow gives the largest finite number on the inner side. No argument may be NaN;
 * infinite arguments are endpoints of unbounded intervals, for which {@code 0 * inf} is 0 and
 * {@code inf / inf} is 0 (the value that is missing among the other endpoint quotients).
 */
public final class Rounding {
  /**
   * Above this magnitude the error of a product, quotient or square root is a double: it is a
   * multiple of the product of two units in the last place, at least {@code 1e-280 * 2^-106 >
   * 2^-1074}.
   */
  private static final double ERROR_REPRESENTABLE = 1e-280;

  /** {@code 2^-53}: the relative error of one operation in double precision is at most this. */
  public static final double UNIT_ROUNDOFF = 0x1p-53;

  /** {@code 2^-24}: the same in single precision. */
  public static final double SINGLE_UNIT_ROUNDOFF = 0x1p-24;

  private Rounding() {}

  /** The next double below. */
  public static double below(double x) {
    return Math.nextDown(x);
  }

  /** The next double above. */
  public static double above(double x) {
    return Math.nextUp(x);
  }

  /** {@code a + b} rounded towards minus infinity. */
  public static double addDown(double a, double b) {
    double s = a + b;
    if (Double.isInfinite(a) || Double.isInfinite(b)) {
      return s;
    }
    // Knuth's TwoSum: exact without underflow; a spurious overflow gives NaN and so the safe step.
    double bb = s - a;
    double error = (a - (s - bb)) + (b - bb);
    return error >= 0 && Math.abs(s) <= Double.MAX_VALUE ? s : Math.nextDown(s);
  }

  /** {@code a + b} rounded towards infinity. */
  public static double addUp(double a, double b) {
    return -addDown(-a, -b);
  }

  /** {@code a - b} rounded towards minus infinity. */
  public static double subtractDown(double a, double b) {
    return addDown(a, -b);
  }

  /** {@code a - b} rounded towards infinity. */
  public static double subtractUp(double a, double b) {
    return addUp(a, -b);
  }

  /** {@code a b} rounded towards minus infinity. */
  public static double multiplyDown(double a, double b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    double p = a * b;
    if (Double.isInfinite(a) || Double.isInfinite(b)) {
      return p;
    }
    if (Math.abs(p) >= ERROR_REPRESENTABLE && Math.fma(a, b, -p) >= 0) {
      return p;
    }
    return stepDown(p, (a > 0) == (b > 0));
  }

  /** {@code a b} rounded towards infinity. */
  public static double multiplyUp(double a, double b) {
    return -multiplyDown(-a, b);
  }

  /** {@code a / b} rounded towards minus infinity; {@code b} must not be zero. */
  public static double divideDown(double a, double b) {
    if (a == 0 || Double.isInfinite(b)) {
      return 0;
    }
    double q = a / b;
    if (Double.isInfinite(a)) {
      return q;
    }
    boolean positive = (a > 0) == (b > 0);
    if (Math.abs(a) >= ERROR_REPRESENTABLE
        && Math.abs(q) >= ERROR_REPRESENTABLE
        && Math.abs(q) <= Double.MAX_VALUE) {
      double remainder = Math.fma(-q, b, a);
      if (remainder == 0 || (remainder > 0) == (b > 0)) {
        return q;
      }
    }
    return stepDown(q, positive);
  }

  /** {@code a / b} rounded towards infinity; {@code b} must not be zero. */
  public static double divideUp(double a, double b) {
    return -divideDown(-a, b);
  }

  /** The square root rounded towards minus infinity; {@code x >= 0}. */
  public static double sqrtDown(double x) {
    double s = Math.sqrt(x);
    if (x == 0 || Double.isInfinite(x)) {
      return s;
    }
    return x >= ERROR_REPRESENTABLE && Math.fma(-s, s, x) >= 0 ? s : Math.nextDown(s);
  }

  /** The square root rounded towards infinity; {@code x >= 0}. */
  public static double sqrtUp(double x) {
    double s = Math.sqrt(x);
    if (x == 0 || Double.isInfinite(x)) {
      return s;
    }
    return x >= ERROR_REPRESENTABLE && Math.fma(-s, s, x) <= 0 ? s : Math.nextUp(s);
  }

  /** The next smaller double, but not below zero when the exact value is known to be positive. */
  private static double stepDown(double x, boolean positive) {
    double below = Math.nextDown(x);
    return positive && below < 0 ? 0 : below;
  }
}
