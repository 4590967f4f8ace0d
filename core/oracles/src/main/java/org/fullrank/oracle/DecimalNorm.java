package org.fullrank.oracle;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Test oracle: the spectral norm of a small matrix of decimal numbers, between two bounds that
 * differ by less than {@code 1e-4} of it. {@code B = D^T D} is squared again and again and divided
 * by its trace, in {@value #DIGITS} digits; the last matrix has trace 1 and so a largest eigenvalue
 * of {@code 1/n} to 1.
 */
public final class DecimalNorm {
  private static final int DIGITS = 70;
  private static final MathContext CONTEXT = new MathContext(DIGITS);
  private static final int SQUARINGS = 14;

  /** Covers the logarithms and exponentials of this class. */
  private static final double SLACK = 1e-12;

  private DecimalNorm() {}

  /**
   * Whether an enclosure contains the norm, as far as the bounds can tell.
   *
   * @param lo lower end of what is to be tested
   * @param hi upper end, perhaps infinite
   * @param d {@code [m][n]}, any scale
   * @return false if it is certainly missed
   */
  public static boolean isBetween(double lo, double hi, BigDecimal[][] d) {
    BigDecimal largest = BigDecimal.ZERO;
    for (BigDecimal[] row : d) {
      for (BigDecimal x : row) {
        largest = largest.max(x.abs());
      }
    }
    if (largest.signum() == 0) {
      return lo <= 0 && hi >= 0;
    }
    int n = d[0].length;
    double log = logOfSquare(d, largest) / 2;
    double spread = Math.log(n) / Math.scalb(1.0, SQUARINGS + 1);
    BigDecimal most = largest.multiply(new BigDecimal(Math.exp(log) * (1 + SLACK)));
    BigDecimal least = largest.multiply(new BigDecimal(Math.exp(log - spread) * (1 - SLACK)));
    boolean reaches = Double.isInfinite(hi) || new BigDecimal(hi).compareTo(least) >= 0;
    return reaches && new BigDecimal(lo).compareTo(most) <= 0;
  }

  /** An upper bound of the logarithm of the largest eigenvalue of {@code D^T D / largest^2}. */
  private static double logOfSquare(BigDecimal[][] d, BigDecimal largest) {
    int n = d[0].length;
    BigDecimal[][] b = new BigDecimal[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        b[i][j] = BigDecimal.ZERO;
        for (BigDecimal[] row : d) {
          BigDecimal x = row[i].divide(largest, CONTEXT);
          b[i][j] = b[i][j].add(x.multiply(row[j].divide(largest, CONTEXT)), CONTEXT);
        }
      }
    }
    double log = 0;
    double weight = 1;
    for (int step = 0; step <= SQUARINGS; step++) {
      BigDecimal trace = BigDecimal.ZERO;
      for (int i = 0; i < n; i++) {
        trace = trace.add(b[i][i]);
      }
      log += weight * Math.log(trace.doubleValue());
      weight /= 2;
      for (BigDecimal[] row : b) {
        for (int j = 0; j < n; j++) {
          row[j] = row[j].divide(trace, CONTEXT);
        }
      }
      if (step < SQUARINGS) {
        b = square(b);
      }
    }
    return log;
  }

  private static BigDecimal[][] square(BigDecimal[][] b) {
    int n = b.length;
    BigDecimal[][] out = new BigDecimal[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 0; k < n; k++) {
          sum = sum.add(b[i][k].multiply(b[k][j]));
        }
        out[i][j] = sum.round(CONTEXT);
        out[j][i] = out[i][j];
      }
    }
    return out;
  }
}
