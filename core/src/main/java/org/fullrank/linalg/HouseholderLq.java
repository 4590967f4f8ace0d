package org.fullrank.linalg;

import org.fullrank.cancel.Cancellation;

/**
 * Householder reduction {@code M = L Q} of a wide matrix, in plain Java on its rows: reflector
 * {@code k} annihilates row {@code k} right of the diagonal (Golub and Van Loan, section 5.2,
 * transposed). The input is scaled by a power of two first, so nothing overflows.
 */
final class HouseholderLq {
  private static final int LANES = 8;

  private final double[][] triangle;
  private final double[][] reflectors;
  private final double[] factors;
  private final int width;

  private HouseholderLq(double[][] triangle, double[][] reflectors, double[] factors, int width) {
    this.triangle = triangle;
    this.reflectors = reflectors;
    this.factors = factors;
    this.width = width;
  }

  /** Overwrites {@code rows}, {@code [n][w]} with {@code n <= w}. */
  static HouseholderLq of(double[][] rows) {
    int n = rows.length;
    int w = rows[0].length;
    int exponent = largestExponent(rows);
    double[] factors = new double[n];
    double[][] l = new double[n][n];
    for (double[] row : rows) {
      scale(row, -exponent);
    }
    for (int k = 0; k < n; k++) {
      Cancellation.check("A reduction to a triangle");
      double[] v = rows[k];
      double norm = Math.sqrt(dot(v, v, k, w));
      double alpha = v[k] > 0 ? -norm : norm;
      for (int j = 0; j < k; j++) {
        l[k][j] = v[j];
        v[j] = 0;
      }
      l[k][k] = alpha;
      double head = v[k] - alpha;
      // |x - alpha e_k|^2 = 2 alpha^2 - 2 alpha x_k, without cancellation.
      double square = -2 * alpha * head;
      if (square > 0) {
        v[k] = head;
        factors[k] = 2 / square;
        for (int i = k + 1; i < n; i++) {
          axpy(-factors[k] * dot(v, rows[i], k, w), v, rows[i], k, w);
        }
      }
    }
    for (double[] row : l) {
      scale(row, exponent);
    }
    return new HouseholderLq(l, rows, factors, w);
  }

  /** {@code L}, {@code [n][n]}, zeros above the diagonal. */
  double[][] triangle() {
    return triangle;
  }

  /** {@code V Q} for {@code v} of shape {@code [r][n]}; the result is {@code [r][w]}. */
  double[][] timesQ(double[][] v) {
    int n = triangle.length;
    double[][] out = new double[v.length][width];
    for (int i = 0; i < v.length; i++) {
      System.arraycopy(v[i], 0, out[i], 0, n);
      // M H_0 ... H_(n-1) = [L 0], and reflections are their own inverses.
      for (int k = n - 1; k >= 0; k--) {
        double[] h = reflectors[k];
        axpy(-factors[k] * dot(h, out[i], k, width), h, out[i], k, width);
      }
    }
    return out;
  }

  private static int largestExponent(double[][] rows) {
    double largest = 0;
    for (double[] row : rows) {
      for (double x : row) {
        largest = Math.max(largest, Math.abs(x));
      }
    }
    return largest == 0 ? 0 : Math.getExponent(largest);
  }

  private static void scale(double[] row, int exponent) {
    if (exponent != 0) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.scalb(row[j], exponent);
      }
    }
  }

  /** Eight running sums, because a single one is never vectorised. */
  private static double dot(double[] a, double[] b, int from, int to) {
    double[] s = new double[LANES];
    int j = from;
    for (; j + LANES <= to; j += LANES) {
      for (int q = 0; q < LANES; q++) {
        s[q] = Math.fma(a[j + q], b[j + q], s[q]);
      }
    }
    double sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    for (; j < to; j++) {
      sum = Math.fma(a[j], b[j], sum);
    }
    return sum;
  }

  private static void axpy(double factor, double[] x, double[] y, int from, int to) {
    for (int j = from; j < to; j++) {
      y[j] = Math.fma(factor, x[j], y[j]);
    }
  }
}
