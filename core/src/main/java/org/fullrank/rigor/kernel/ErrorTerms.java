package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The constants of rounding-error analysis, rounded up: {@code u = 2^-53}, {@code gamma_k = k u /
 * (1 - k u)} and the underflow unit {@code eta = 2^-1074}. Also scaling by powers of two, which is
 * how matrices with extreme entries are kept away from underflow and overflow.
 */
@Internal
public final class ErrorTerms {
  /** Unit roundoff of double, round to nearest. */
  public static final double U = Rounding.UNIT_ROUNDOFF;

  /** Smallest positive double: at least the error of one operation that underflows. */
  public static final double ETA = Double.MIN_VALUE;

  /** Sizes above this would need {@code k u} close to 1; nothing of the kind fits in memory. */
  private static final long MAX_TERMS = 1L << 50;

  private ErrorTerms() {}

  /** {@code gamma_k} rounded up. */
  public static double gamma(long k) {
    requireTerms(k);
    // k u and 1 - k u are exact for k <= 2^50.
    return Rounding.divideUp(k * U, 1 - k * U);
  }

  /** {@code gamma_k / (1 - gamma_k) = k u / (1 - 2 k u)} rounded up. */
  public static double gammaOverOneMinusGamma(long k) {
    requireTerms(k);
    return Rounding.divideUp(k * U, 1 - 2 * k * U);
  }

  /** {@code count * 2^-1074} rounded up: {@code count} underflows. */
  public static double underflow(double count) {
    return Rounding.multiplyUp(count, ETA);
  }

  /**
   * The exponent {@code e} for which a matrix with this largest magnitude is stored as {@code 2^e}
   * times another: 0 in the comfortable range, else such that the largest scaled entry is in {@code
   * [1, 2)}, or in {@code [2^-51, 2)} if it was subnormal.
   */
  public static int exponentFor(double largest) {
    return largest == 0 || (largest >= 1e-60 && largest <= 1e60) ? 0 : Math.getExponent(largest);
  }

  /** {@code x * 2^exponent} rounded down. */
  public static double scaleDown(double x, int exponent) {
    double y = Math.scalb(x, exponent);
    if (Double.isInfinite(x) || (Math.scalb(y, -exponent) == x && !Double.isInfinite(y))) {
      return y;
    }
    double below = Rounding.below(y);
    return x > 0 && below < 0 ? 0 : below;
  }

  /** {@code x * 2^exponent} rounded up. */
  public static double scaleUp(double x, int exponent) {
    return -scaleDown(-x, exponent);
  }

  /** {@code x * 2^exponent} rounded outward. */
  public static Interval scale(Interval x, int exponent) {
    return new Interval(scaleDown(x.lo(), exponent), scaleUp(x.hi(), exponent));
  }

  /** Largest magnitude among the first {@code length} entries; NaN if there is a NaN. */
  public static double largest(double[] x, int length) {
    double largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    return largest;
  }

  /**
   * Copies of the rows times {@code 2^-exponent}. Entries that become subnormal are rounded, each
   * by less than {@code 2^-1074}.
   */
  public static double[][] scaledCopy(double[][] rows, int exponent) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      copy[i] = rows[i].clone();
      if (exponent != 0) {
        for (int j = 0; j < copy[i].length; j++) {
          copy[i][j] = Math.scalb(copy[i][j], -exponent);
        }
      }
    }
    return copy;
  }

  /**
   * Checks a rectangular matrix of finite numbers with at least one row and one column, and returns
   * its largest magnitude. Every proof begins here, so the mode of the processor is checked, too.
   */
  public static double requireFiniteMatrix(double[][] rows, String what) {
    FloatingPoint.requireIeee();
    if (rows.length == 0 || rows[0].length == 0) {
      throw new IllegalArgumentException(
          what
              + " expects at least one row and one column but got ["
              + rows.length
              + (rows.length == 0 ? "]" : ", 0]"));
    }
    double largest = 0;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != rows[0].length) {
        throw new IllegalArgumentException(
            what
                + " expects rows of equal length "
                + rows[0].length
                + " but row "
                + i
                + " has "
                + rows[i].length);
      }
      double rowLargest = largest(rows[i], rows[i].length);
      if (!(rowLargest <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            what + " expects finite entries but row " + i + " contains NaN or an infinity");
      }
      largest = Math.max(largest, rowLargest);
    }
    return largest;
  }

  private static void requireTerms(long k) {
    if (k < 0 || k > MAX_TERMS) {
      throw new IllegalArgumentException("expected 0 <= k <= 2^50 but got " + k);
    }
  }
}
