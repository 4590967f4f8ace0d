package org.fullrank.rigor.rank;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.kernel.CompensatedProduct;
import org.fullrank.rigor.kernel.Product;
import org.jspecify.annotations.Nullable;

/**
 * Improves an approximate right inverse to an unevaluated sum {@code P1 + P2} of doubles. Nothing
 * here is trusted; {@link RankCertificate} checks what comes out.
 *
 * <p>{@code G = M P} is computed in doubled precision. Close to the identity, Newton's step {@code
 * P (2 I - G)} squares the residual; otherwise {@code P G^-1} with a floating-point inverse of
 * {@code G}, which is far better conditioned than {@code M}, repairs a {@code P} whose accuracy is
 * lost (Rump, Inversion of extremely ill-conditioned matrices in floating-point, 2009).
 */
final class InverseRefinement {
  private static final int MAX_STEPS = 8;

  /** Stop here: sharper would not show in a bound with relative width {@code 1e-9}. */
  private static final double TARGET = 1e-13;

  /** Up to this residual Newton's step gains two digits at least. */
  private static final double NEWTON = 0.1;

  private InverseRefinement() {}

  /**
   * Refines.
   *
   * @param m {@code [n][w]}
   * @param p {@code [w][n]}, finite
   * @return {@code P1} and {@code P2}, both {@code [w][n]}; null if nothing good was found
   */
  static double @Nullable [][][] refine(double[][] m, double[][] p, int threads) {
    double[][] p1 = p;
    double[][] p2 = new double[p.length][p[0].length];
    double best = Double.POSITIVE_INFINITY;
    double[][] best1 = p1;
    double[][] best2 = p2;
    int stalled = 0;
    for (int step = 0; step <= MAX_STEPS; step++) {
      double[][] g = residual(m, p1, p2, threads);
      double norm = norm(g);
      if (!(norm <= Double.MAX_VALUE)) {
        break;
      }
      stalled = norm > 0.5 * best ? stalled + 1 : 0;
      if (norm < best) {
        best = norm;
        best1 = p1;
        best2 = p2;
      }
      if (best <= TARGET || stalled >= 2 || step == MAX_STEPS) {
        break;
      }
      boolean newton = norm <= NEWTON;
      double[][] factor = newton ? negated(g) : inverseOfIdentityPlus(g);
      if (factor == null) {
        break;
      }
      double[][] high = newton ? copy(p1) : new double[p1.length][p1[0].length];
      double[][] low = newton ? copy(p2) : new double[p1.length][p1[0].length];
      CompensatedProduct.accumulate(high, low, p1, factor, threads);
      add(low, Product.multiply(p2, factor, threads));
      normalize(high, low);
      p1 = high;
      p2 = low;
    }
    return best < 1 ? new double[][][] {best1, best2} : null;
  }

  /** {@code M (P1 + P2) - I}. */
  private static double[][] residual(double[][] m, double[][] p1, double[][] p2, int threads) {
    int n = m.length;
    double[][] high = new double[n][n];
    double[][] low = Product.multiply(m, p2, threads);
    for (int i = 0; i < n; i++) {
      high[i][i] = -1;
    }
    CompensatedProduct.accumulate(high, low, m, p1, threads);
    add(high, low);
    return high;
  }

  private static void add(double[][] x, double[][] y) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        x[i][j] += y[i][j];
      }
    }
  }

  private static void normalize(double[][] high, double[][] low) {
    for (int i = 0; i < high.length; i++) {
      for (int j = 0; j < high[i].length; j++) {
        double h = high[i][j];
        double s = h + low[i][j];
        double z = s - h;
        low[i][j] = (h - (s - z)) + (low[i][j] - z);
        high[i][j] = s;
      }
    }
  }

  private static double[][] copy(double[][] x) {
    return java.util.Arrays.stream(x).map(double[]::clone).toArray(double[][]::new);
  }

  private static double[][] negated(double[][] x) {
    double[][] y = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        y[i][j] = -x[i][j];
      }
    }
    return y;
  }

  private static double norm(double[][] x) {
    double sum = 0;
    for (double[] row : x) {
      for (double v : row) {
        sum += v * v;
      }
    }
    return Math.sqrt(sum);
  }

  /** {@code (I + G)^-1} by Gauss-Jordan elimination with row pivoting; null if it breaks down. */
  private static double @Nullable [][] inverseOfIdentityPlus(double[][] g) {
    int n = g.length;
    double[][] a = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(g[i], 0, a[i], 0, n);
      a[i][i] += 1;
      a[i][n + i] = 1;
    }
    for (int k = 0; k < n; k++) {
      Cancellation.check("The inverse of a matrix");
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) {
          pivot = i;
        }
      }
      double[] row = a[pivot];
      a[pivot] = a[k];
      a[k] = row;
      double head = row[k];
      if (!(Math.abs(head) > 1e-14)) {
        return null;
      }
      for (int j = k; j < 2 * n; j++) {
        row[j] /= head;
      }
      for (int i = 0; i < n; i++) {
        if (i != k && a[i][k] != 0) {
          double f = -a[i][k];
          double[] other = a[i];
          for (int j = 0; j < 2 * n; j++) {
            other[j] = Math.fma(f, row[j], other[j]);
          }
        }
      }
    }
    double[][] inverse = new double[n][];
    for (int i = 0; i < n; i++) {
      inverse[i] = java.util.Arrays.copyOfRange(a[i], n, 2 * n);
    }
    return inverse;
  }
}
