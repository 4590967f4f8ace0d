package org.fullrank.rigor.rounding;

/**
 * Exponential function and logarithms, rounded outwards.
 *
 * <p>{@link StrictMath} gives the results of fdlibm on every machine, and fdlibm states an error of
 * less than 1 ulp for each of them (comments of {@code e_exp.c}, {@code e_log.c} and {@code
 * s_log1p.c}). The exact value is therefore within two doubles of the result, on either side of a
 * power of two as well.
 */
public final class Elementary {
  private Elementary() {}

  /** A lower bound of {@code e^x}, not below 0. */
  public static double expDown(double x) {
    return Math.max(0, down(StrictMath.exp(x)));
  }

  /** An upper bound of {@code e^x}. */
  public static double expUp(double x) {
    return up(StrictMath.exp(x));
  }

  /** A lower bound of the natural logarithm of a positive number. */
  public static double logDown(double x) {
    return down(StrictMath.log(x));
  }

  /** An upper bound of the natural logarithm; {@code x >= 0}. */
  public static double logUp(double x) {
    return Double.isInfinite(x) ? x : up(StrictMath.log(x));
  }

  /** A lower bound of {@code log(1 + x)}, {@code x > -1}. */
  public static double log1pDown(double x) {
    return down(StrictMath.log1p(x));
  }

  /** An upper bound of {@code log(1 + x)}, {@code x > -1}. */
  public static double log1pUp(double x) {
    return up(StrictMath.log1p(x));
  }

  private static double down(double x) {
    return Math.nextDown(Math.nextDown(x));
  }

  private static double up(double x) {
    return Math.nextUp(Math.nextUp(x));
  }
}
