package org.fullrank.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Test oracle: rank of a matrix of doubles by fraction-free elimination of integers. */
public final class ExactRank {
  private ExactRank() {}

  /** The rank of the stored numbers, exactly. */
  public static int of(double[][] m) {
    int lowest = 0;
    for (double[] row : m) {
      for (double x : row) {
        lowest = Math.min(lowest, Math.max(Math.getExponent(x), -1022) - 52);
      }
    }
    BigDecimal scale = BigDecimal.valueOf(2).pow(-lowest);
    int n = m.length;
    int w = m[0].length;
    BigInteger[][] a = new BigInteger[n][w];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        a[i][j] = new BigDecimal(m[i][j]).multiply(scale).toBigIntegerExact();
      }
    }
    return rank(a);
  }

  private static int rank(BigInteger[][] a) {
    int n = a.length;
    int w = a[0].length;
    int rank = 0;
    BigInteger previous = BigInteger.ONE;
    for (int c = 0; c < w && rank < n; c++) {
      int pivot = rank;
      while (pivot < n && a[pivot][c].signum() == 0) {
        pivot++;
      }
      if (pivot == n) {
        continue;
      }
      BigInteger[] row = a[pivot];
      a[pivot] = a[rank];
      a[rank] = row;
      for (int i = rank + 1; i < n; i++) {
        for (int j = w - 1; j >= c; j--) {
          a[i][j] = row[c].multiply(a[i][j]).subtract(a[i][c].multiply(row[j])).divide(previous);
        }
      }
      previous = row[c];
      rank++;
    }
    return rank;
  }
}
