package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Enclosures of vector and matrix norms.
 *
 * <p>Sums of {@code m} non-negative terms are accumulated in eight lanes (so that they run at
 * memory speed) and enclosed by {@code gamma_m}; matrices with extreme entries are scaled by a
 * power of two first. Cost: one pass.
 */
public final class Norms {
  private static final int LANES = 8;

  private Norms() {}

  /**
   * Encloses the sum of squares of the first {@code length} entries. Entries should be within
   * {@code 1e-120 .. 1e120}, otherwise the enclosure may be wide or unbounded.
   */
  public static Interval sumOfSquares(double[] x, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int k = 0;
    for (; k + LANES <= length; k += LANES) {
      s0 = Math.fma(x[k], x[k], s0);
      s1 = Math.fma(x[k + 1], x[k + 1], s1);
      s2 = Math.fma(x[k + 2], x[k + 2], s2);
      s3 = Math.fma(x[k + 3], x[k + 3], s3);
      s4 = Math.fma(x[k + 4], x[k + 4], s4);
      s5 = Math.fma(x[k + 5], x[k + 5], s5);
      s6 = Math.fma(x[k + 6], x[k + 6], s6);
      s7 = Math.fma(x[k + 7], x[k + 7], s7);
    }
    for (; k < length; k++) {
      s0 = Math.fma(x[k], x[k], s0);
    }
    return ofNonNegativeTerms(
        ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)), length, ErrorTerms.underflow(length));
  }

  /**
   * Encloses the Euclidean distance of two stored vectors whose differences do not overflow.
   *
   * @return verified about the stored numbers
   */
  public static Quantity distance(String symbol, double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "Norms.distance expects vectors of one length but got " + x.length + " and " + y.length);
    }
    double[] difference = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      difference[i] = x[i] - y[i];
    }
    // Every difference has a relative error of one rounding.
    Interval distance =
        euclidean(difference)
            .multiply(Interval.of(1 - 2 * Rounding.UNIT_ROUNDOFF, 1 + 2 * Rounding.UNIT_ROUNDOFF));
    return Quantity.verified(symbol, distance, Subject.STORED_MATRIX, "outward rounded");
  }

  /** Encloses the sum of absolute values of the first {@code length} entries. */
  public static Interval sumOfAbsolutes(double[] x, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= length; k += 4) {
      s0 += Math.abs(x[k]);
      s1 += Math.abs(x[k + 1]);
      s2 += Math.abs(x[k + 2]);
      s3 += Math.abs(x[k + 3]);
    }
    for (; k < length; k++) {
      s0 += Math.abs(x[k]);
    }
    return ofNonNegativeTerms((s0 + s1) + (s2 + s3), length, 0);
  }

  /**
   * The exact sum of {@code terms} non-negative numbers whose floating-point sum, in any order and
   * with at most {@code terms + 8} roundings per term, is {@code computed}.
   */
  @Internal
  public static Interval ofNonNegativeTerms(double computed, long terms, double underflow) {
    if (!(computed <= Double.MAX_VALUE)) {
      return Interval.atLeast(0);
    }
    double g = ErrorTerms.gamma(terms + 8);
    double hi = Rounding.divideUp(Rounding.addUp(computed, underflow), Rounding.subtractDown(1, g));
    double lo =
        Rounding.divideDown(Rounding.subtractDown(computed, underflow), Rounding.addUp(1, g));
    return new Interval(Math.max(lo, 0), hi);
  }

  /** Encloses the Frobenius norm. Matrix: rectangular, finite. */
  public static Interval frobenius(double[][] rows) {
    int exponent = ErrorTerms.exponentFor(ErrorTerms.requireFiniteMatrix(rows, "Norms.frobenius"));
    Interval sum = Interval.ZERO;
    for (double[] row : rows) {
      sum = sum.add(sumOfSquares(scaled(row, exponent), row.length));
    }
    Interval norm = sum.sqrt();
    if (exponent > 0) {
      // Each scaled entry may be off by eta, the norm by at most the sum of these.
      double lossy = ErrorTerms.underflow((double) rows.length * rows[0].length);
      norm = norm.add(new Interval(-lossy, lossy)).max(Interval.ZERO);
    }
    return ErrorTerms.scale(norm, exponent);
  }

  /** Encloses the Euclidean norm of a finite vector. */
  public static Interval euclidean(double[] x) {
    return frobenius(new double[][] {x});
  }

  /** Encloses the largest absolute row sum. */
  public static Interval infinity(double[][] rows) {
    ErrorTerms.requireFiniteMatrix(rows, "Norms.infinity");
    Interval norm = Interval.ZERO;
    for (double[] row : rows) {
      norm = norm.max(sumOfAbsolutes(row, row.length));
    }
    return norm;
  }

  /** Encloses the largest absolute column sum. */
  public static Interval one(double[][] rows) {
    ErrorTerms.requireFiniteMatrix(rows, "Norms.one");
    double[] sums = new double[rows[0].length];
    for (double[] row : rows) {
      for (int j = 0; j < sums.length; j++) {
        sums[j] += Math.abs(row[j]);
      }
    }
    Interval norm = Interval.ZERO;
    for (double sum : sums) {
      norm = norm.max(ofNonNegativeTerms(sum, rows.length, 0));
    }
    return norm;
  }

  /**
   * Encloses the spectral norm. Upper end: the smaller of the Frobenius norm and {@code sqrt(norm_1
   * norm_inf)}. Lower end: the largest row or entry.
   */
  public static Interval spectral(double[][] rows) {
    Interval frobenius = frobenius(rows);
    Interval product = one(rows).sqrt().multiply(infinity(rows).sqrt());
    double lo = 0;
    for (double[] row : rows) {
      lo = Math.max(lo, euclidean(row).lo());
    }
    return new Interval(lo, Math.min(frobenius.hi(), product.hi()));
  }

  private static double[] scaled(double[] row, int exponent) {
    return exponent == 0 ? row : ErrorTerms.scaledCopy(new double[][] {row}, exponent)[0];
  }
}
