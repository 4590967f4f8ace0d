package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Test oracle: ranks and definiteness of matrices of decimal numbers by elimination of integers.
 */
final class ExactMatrices {
  private ExactMatrices() {}

  /** The exact rank. */
  static int rank(BigDecimal[][] rows) {
    BigInteger[][] a = integers(rows);
    int columns = rows[0].length;
    BigInteger previous = BigInteger.ONE;
    int rank = 0;
    for (int c = 0; c < columns && rank < a.length; c++) {
      int pivot = rank;
      while (pivot < a.length && a[pivot][c].signum() == 0) {
        pivot++;
      }
      if (pivot == a.length) {
        continue;
      }
      BigInteger[] swap = a[rank];
      a[rank] = a[pivot];
      a[pivot] = swap;
      for (int i = rank + 1; i < a.length; i++) {
        BigInteger factor = a[i][c];
        for (int j = c; j < columns; j++) {
          a[i][j] =
              a[rank][c].multiply(a[i][j]).subtract(factor.multiply(a[rank][j])).divide(previous);
        }
      }
      previous = a[rank][c];
      rank++;
    }
    return rank;
  }

  /** Whether {@code K - s I} is positive definite: all leading minors are positive. */
  static boolean exceeds(BigDecimal[][] k, BigDecimal s) {
    int n = k.length;
    BigDecimal[][] shifted = new BigDecimal[n][];
    for (int i = 0; i < n; i++) {
      shifted[i] = k[i].clone();
      shifted[i][i] = shifted[i][i].subtract(s);
    }
    BigInteger[][] a = integers(shifted);
    BigInteger previous = BigInteger.ONE;
    for (int p = 0; p < n; p++) {
      if (a[p][p].signum() <= 0) {
        return false;
      }
      for (int i = p + 1; i < n; i++) {
        for (int j = n - 1; j >= p; j--) {
          a[i][j] = a[p][p].multiply(a[i][j]).subtract(a[i][p].multiply(a[p][j])).divide(previous);
        }
      }
      previous = a[p][p];
    }
    return true;
  }

  /** The entries in one common unit. */
  private static BigInteger[][] integers(BigDecimal[][] rows) {
    int scale = Integer.MIN_VALUE;
    for (BigDecimal[] row : rows) {
      for (BigDecimal v : row) {
        scale = v.signum() == 0 ? scale : Math.max(scale, v.scale());
      }
    }
    BigInteger[][] out = new BigInteger[rows.length][rows[0].length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        BigDecimal v = rows[i][j];
        out[i][j] = v.signum() == 0 ? BigInteger.ZERO : v.setScale(scale).unscaledValue();
      }
    }
    return out;
  }
}
