package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Test oracle: ranks and definiteness of matrices of numbers that are good to 60 digits. */
final class DecimalMatrices {
  private static final MathContext DIGITS = new MathContext(150);

  /** Entries of scaled matrices below this are what rounding has left of 0. */
  private static final BigDecimal NOTHING = new BigDecimal("1e-45");

  private DecimalMatrices() {}

  /** The rank by elimination with complete pivoting, rows and then columns scaled to 1 at first. */
  static int rank(BigDecimal[][] m) {
    BigDecimal[][] a = transposed(scaled(transposed(scaled(m))));
    for (int step = 0; step < a.length; step++) {
      int pivotRow = -1;
      int pivotColumn = -1;
      BigDecimal best = NOTHING;
      for (int i = step; i < a.length; i++) {
        for (int j = 0; j < a[i].length; j++) {
          if (a[i][j].abs().compareTo(best) > 0) {
            best = a[i][j].abs();
            pivotRow = i;
            pivotColumn = j;
          }
        }
      }
      if (pivotRow < 0) {
        return step;
      }
      BigDecimal[] swap = a[step];
      a[step] = a[pivotRow];
      a[pivotRow] = swap;
      for (int i = step + 1; i < a.length; i++) {
        BigDecimal factor = a[i][pivotColumn].divide(a[step][pivotColumn], DIGITS);
        for (int j = 0; j < a[i].length; j++) {
          a[i][j] =
              j == pivotColumn
                  ? BigDecimal.ZERO
                  : a[i][j].subtract(factor.multiply(a[step][j], DIGITS), DIGITS);
        }
      }
    }
    return a.length;
  }

  private static BigDecimal[][] scaled(BigDecimal[][] m) {
    BigDecimal[][] a = new BigDecimal[m.length][];
    for (int i = 0; i < a.length; i++) {
      BigDecimal largest = BigDecimal.ZERO;
      for (BigDecimal v : m[i]) {
        largest = largest.max(v.abs());
      }
      a[i] = new BigDecimal[m[i].length];
      for (int j = 0; j < a[i].length; j++) {
        a[i][j] = largest.signum() == 0 ? m[i][j] : m[i][j].divide(largest, DIGITS);
      }
    }
    return a;
  }

  private static BigDecimal[][] transposed(BigDecimal[][] m) {
    BigDecimal[][] t = new BigDecimal[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = m[i][j];
      }
    }
    return t;
  }

  /** Whether {@code K - s I} is positive definite: all pivots are positive. */
  static boolean exceeds(BigDecimal[][] k, BigDecimal s) {
    int n = k.length;
    BigDecimal[][] a = Arrays.stream(k).map(BigDecimal[]::clone).toArray(BigDecimal[][]::new);
    for (int i = 0; i < n; i++) {
      a[i][i] = a[i][i].subtract(s);
    }
    for (int p = 0; p < n; p++) {
      if (a[p][p].signum() <= 0) {
        return false;
      }
      for (int i = p + 1; i < n; i++) {
        BigDecimal factor = a[i][p].divide(a[p][p], DIGITS);
        for (int j = p + 1; j < n; j++) {
          a[i][j] = a[i][j].subtract(factor.multiply(a[p][j], DIGITS), DIGITS);
        }
      }
    }
    return true;
  }
}
