package org.fullrank.rigor.rank;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.kernel.Reporting;

/**
 * Row-pivoted {@code M = L Q} by modified Gram-Schmidt with one reorthogonalisation, rows of Q
 * orthonormal (Golub and Van Loan, section 5.4, transposed). A proposal, never evidence: which rows
 * look independent, and an approximate right inverse of any number of the leading ones.
 */
final class PivotedLq {
  private final int[] order;
  private final double[][] triangle;
  private final double[][] q;

  private PivotedLq(int[] order, double[][] triangle, double[][] q) {
    this.order = order;
    this.triangle = triangle;
    this.q = q;
  }

  /** Decomposes rows of moderate size; stops where all remaining rows have become zero. */
  static PivotedLq of(double[][] m) {
    return of(m, ProgressListener.none());
  }

  /** As above; tells how many rows are done. */
  static PivotedLq of(double[][] m, ProgressListener progress) {
    int n = m.length;
    int w = m[0].length;
    int limit = Math.min(n, w);
    Reporting factorisation = new Reporting(progress, "pivoted factorisation");
    int[] order = new int[n];
    double[][] rest = new double[n][];
    double[][] l = new double[n][limit];
    double[] first = new double[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
      rest[i] = m[i].clone();
    }
    double[][] q = new double[limit][];
    int k = 0;
    for (; k < limit; k++) {
      Cancellation.check("A pivoted factorisation");
      factorisation.show(k, limit);
      int pivot = k;
      double largest = -1;
      for (int i = k; i < n; i++) {
        double square = dot(rest[order[i]], rest[order[i]], w);
        if (k == 0) {
          first[i] = square;
        }
        if (square > largest) {
          largest = square;
          pivot = i;
        }
      }
      int row = order[pivot];
      order[pivot] = order[k];
      order[k] = row;
      double[] x = rest[row];
      for (int j = 0; j < k; j++) {
        double d = dot(q[j], x, w);
        l[row][j] += d;
        axpy(-d, q[j], x, w);
      }
      double norm = Math.sqrt(dot(x, x, w));
      // Nothing but rounding noise of noise is left.
      if (!(norm > 1e-40 * Math.sqrt(first[row]) && norm <= Double.MAX_VALUE)) {
        break;
      }
      l[row][k] = norm;
      for (int j = 0; j < w; j++) {
        x[j] /= norm;
      }
      q[k] = x;
      for (int i = k + 1; i < n; i++) {
        double[] y = rest[order[i]];
        double d = dot(x, y, w);
        l[order[i]][k] = d;
        axpy(-d, x, y, w);
      }
    }
    factorisation.show(k, limit);
    double[][] triangle = new double[k][];
    for (int i = 0; i < k; i++) {
      triangle[i] = java.util.Arrays.copyOf(l[order[i]], i + 1);
    }
    return new PivotedLq(order, triangle, java.util.Arrays.copyOf(q, k));
  }

  /** How many rows have been taken before only zeros were left. */
  int steps() {
    return triangle.length;
  }

  /** The norm of what row {@code k} of the order adds to the rows before it. */
  double pivot(int k) {
    return triangle[k][k];
  }

  /** The first {@code r} rows in the order of their choice. */
  int[] rows(int r) {
    return java.util.Arrays.copyOf(order, r);
  }

  /** {@code Q^T L^-1} for the first {@code r} rows: {@code [w][r]}, columns in their order. */
  double[][] rightInverse(int r, int threads) {
    int w = q[0].length;
    double[][] inverse = new double[r][r];
    for (int i = 0; i < r; i++) {
      double[] row = inverse[i];
      row[i] = 1;
      for (int k = 0; k < i; k++) {
        axpy(-triangle[i][k], inverse[k], row, k + 1);
      }
      for (int j = 0; j <= i; j++) {
        row[j] /= triangle[i][i];
      }
    }
    double[][] qt = new double[w][r];
    for (int k = 0; k < r; k++) {
      for (int j = 0; j < w; j++) {
        qt[j][k] = q[k][j];
      }
    }
    return Product.multiply(qt, inverse, threads);
  }

  private static double dot(double[] a, double[] b, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = 0;
    for (; j + 4 <= n; j += 4) {
      s0 = Math.fma(a[j], b[j], s0);
      s1 = Math.fma(a[j + 1], b[j + 1], s1);
      s2 = Math.fma(a[j + 2], b[j + 2], s2);
      s3 = Math.fma(a[j + 3], b[j + 3], s3);
    }
    for (; j < n; j++) {
      s0 = Math.fma(a[j], b[j], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static void axpy(double factor, double[] x, double[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] = Math.fma(factor, x[j], y[j]);
    }
  }
}
