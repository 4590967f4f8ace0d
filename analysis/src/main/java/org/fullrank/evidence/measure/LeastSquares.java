package org.fullrank.evidence.measure;

/** Candidates for least-squares solutions in plain Java; nothing is proved about them. */
final class LeastSquares {
  private LeastSquares() {}

  /**
   * Modified Gram-Schmidt on the columns of {@code [X, E]}, which is backward stable (Bjorck 1967).
   *
   * @param x {@code [n][d]}, {@code n >= d}
   * @param e {@code [n][k]}
   * @return {@code W [d][k]} near the minimiser of {@code ||E - X W||_F}; not finite if X is
   *     numerically deficient
   */
  static double[][] solve(double[][] x, double[][] e) {
    double[][] q = Matrices.transpose(x);
    double[][] rest = Matrices.transpose(e);
    int d = q.length;
    double[][] r = new double[d][d];
    double[][] w = new double[d][rest.length];
    for (int j = 0; j < d; j++) {
      r[j][j] = Math.sqrt(dot(q[j], q[j]));
      for (int i = 0; i < q[j].length; i++) {
        q[j][i] /= r[j][j];
      }
      for (int later = j + 1; later < d; later++) {
        r[j][later] = remove(q[later], q[j]);
      }
      for (int c = 0; c < rest.length; c++) {
        w[j][c] = remove(rest[c], q[j]);
      }
    }
    for (int c = 0; c < rest.length; c++) {
      for (int j = d - 1; j >= 0; j--) {
        for (int later = j + 1; later < d; later++) {
          w[j][c] -= r[j][later] * w[later][c];
        }
        w[j][c] /= r[j][j];
      }
    }
    return w;
  }

  /** Makes {@code v} orthogonal to the unit vector {@code q}; returns what was removed. */
  private static double remove(double[] v, double[] q) {
    double along = dot(v, q);
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.fma(-along, q[i], v[i]);
    }
    return along;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum = Math.fma(a[i], b[i], sum);
    }
    return sum;
  }
}
