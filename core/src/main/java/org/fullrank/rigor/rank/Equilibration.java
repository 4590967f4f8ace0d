package org.fullrank.rigor.rank;

import org.fullrank.rigor.kernel.ErrorTerms;

/**
 * A matrix with its rows and columns scaled by powers of two: {@code M = 2^-r M' 2^-c} with {@code
 * |M'| < 2}. Rank is not changed, and for a right inverse {@code P = 2^c P' 2^r} the residual
 * {@code I - M P} is {@code 2^-r (I - M' P') 2^r}. Scaling is exact, except that entries which get
 * subnormal may be off by less than {@code 2^-1074} each.
 */
final class Equilibration {
  private final double[][] matrix;
  private final int[] rows;
  private final int[] columns;
  private final boolean exact;

  private Equilibration(double[][] matrix, int[] rows, int[] columns, boolean exact) {
    this.matrix = matrix;
    this.rows = rows;
    this.columns = columns;
    this.exact = exact;
  }

  /** Scales a finite matrix; the columns only if asked for. */
  static Equilibration of(double[][] m, boolean scaleColumns) {
    int n = m.length;
    int w = m[0].length;
    int[] r = new int[n];
    int[] c = new int[w];
    for (int i = 0; i < n; i++) {
      double largest = ErrorTerms.largest(m[i], w);
      r[i] = largest == 0 ? 0 : -Math.getExponent(largest);
    }
    if (scaleColumns) {
      java.util.Arrays.fill(c, Integer.MAX_VALUE);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < w; j++) {
          if (m[i][j] != 0) {
            c[j] = Math.min(c[j], -Math.getExponent(m[i][j]) - r[i]);
          }
        }
      }
      for (int j = 0; j < w; j++) {
        c[j] = c[j] == Integer.MAX_VALUE ? 0 : c[j];
      }
    }
    double[][] scaled = new double[n][w];
    boolean exact = true;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        scaled[i][j] = Math.scalb(m[i][j], r[i] + c[j]);
        exact &= Math.scalb(scaled[i][j], -r[i] - c[j]) == m[i][j];
      }
    }
    return new Equilibration(scaled, r, c, exact);
  }

  /** {@code M'}; not to be written. */
  double[][] matrix() {
    return matrix;
  }

  /** {@code r_i}. */
  int row(int i) {
    return rows[i];
  }

  /** {@code c_j}. */
  int column(int j) {
    return columns[j];
  }

  /** The largest {@code r_i}: {@code sigma_min(M) >= 2^-this sigma_min(M' 2^-c)}. */
  int largestRow() {
    int largest = rows[0];
    for (int r : rows) {
      largest = Math.max(largest, r);
    }
    return largest;
  }

  /** Whether {@code M'} has no rounding error. */
  boolean isExact() {
    return exact;
  }

  /** {@code P' = 2^-c P 2^-r}, rounded; overflow gives infinities. */
  double[][] scaleInverse(double[][] p) {
    double[][] scaled = new double[p.length][];
    for (int j = 0; j < p.length; j++) {
      scaled[j] = new double[p[j].length];
      for (int i = 0; i < p[j].length; i++) {
        scaled[j][i] = Math.scalb(p[j][i], -rows[i] - columns[j]);
      }
    }
    return scaled;
  }
}
