package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.Arrays;

/**
 * Shift-and-invert Lanczos with full reorthogonalisation, for the eigenvector of the smallest
 * eigenvalue above a shift. Plain floating point: what it finds is tried, never believed.
 */
final class TiledLanczos {
  /** Largest number of solves, each of which reads the factor twice. */
  static final int MAX_STEPS = 32;

  /** Before this the second Ritz value says too little about the gap. */
  private static final int MIN_STEPS = 4;

  private static final int SWEEPS = 30;

  private double[] vector;
  private double distance = Double.POSITIVE_INFINITY;
  private double error = Double.POSITIVE_INFINITY;

  private TiledLanczos(double[] vector) {
    this.vector = vector;
  }

  /**
   * Runs until the eigenvalue has settled.
   *
   * @param solver solves with {@code A - shift I}, positive definite
   * @param start any vector; its length is n
   * @param shift the shift
   * @param relative tolerance, relative to the eigenvalue
   * @param floor tolerance, absolute; the larger of both counts
   */
  static TiledLanczos run(
      TiledSolver solver, double[] start, double shift, double relative, double floor, String task)
      throws IOException, InterruptedException {
    int n = start.length;
    TiledLanczos result = new TiledLanczos(start);
    int max = Math.min(n, MAX_STEPS);
    double[][] basis = new double[max][];
    double[][] t = new double[max][max];
    double[] w = start.clone();
    for (int m = 0; m < max; m++) {
      double norm = Math.sqrt(TiledSolver.dot(w, w, n));
      if (!(norm > 0 && norm <= Double.MAX_VALUE)) {
        return result;
      }
      for (int i = 0; i < n; i++) {
        w[i] /= norm;
      }
      basis[m] = w;
      w = w.clone();
      solver.solve(w, task);
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k <= m; k++) {
          double c = TiledSolver.dot(w, basis[k], n);
          if (k == m) {
            t[m][m] += c;
          }
          double[] q = basis[k];
          for (int i = 0; i < n; i++) {
            w[i] = Math.fma(-c, q[i], w[i]);
          }
        }
      }
      double beta = Math.sqrt(TiledSolver.dot(w, w, n));
      if (!(beta <= Double.MAX_VALUE)) {
        return result;
      }
      result.ritz(t, m + 1, beta, basis, w);
      double tolerance = Math.max(floor, relative * Math.abs(shift + result.distance));
      if ((m + 1 >= MIN_STEPS && result.error <= tolerance) || !(beta > 0)) {
        return result;
      }
      if (m + 1 < max) {
        t[m][m + 1] = beta;
        t[m + 1][m] = beta;
      }
    }
    return result;
  }

  /** The best vector so far. */
  double[] vector() {
    return vector;
  }

  /** Estimated error of the eigenvalue. */
  double error() {
    return error;
  }

  private void ritz(double[][] t, int m, double beta, double[][] basis, double[] w) {
    double[][] a = new double[m][];
    double[][] v = new double[m][m];
    for (int i = 0; i < m; i++) {
      a[i] = Arrays.copyOf(t[i], m);
      v[i][i] = 1;
    }
    jacobi(a, v);
    int best = 0;
    for (int i = 1; i < m; i++) {
      best = a[i][i] > a[best][best] ? i : best;
    }
    double theta = a[best][best];
    if (!(theta > 0 && theta <= Double.MAX_VALUE)) {
      return;
    }
    double second = 0;
    for (int i = 0; i < m; i++) {
      second = i == best ? second : Math.max(second, a[i][i]);
    }
    double residual = Math.abs(beta * v[m - 1][best]);
    // Kato-Temple with the second Ritz value in place of the second eigenvalue: an estimate.
    double settled = Math.min(residual, residual / (theta - second) * residual);
    double moved = Math.abs(1 / theta - distance);
    distance = 1 / theta;
    // In a cluster the value creeps down like 1 / m^2, so what is left is m / 2 last steps.
    error = Math.max(settled / theta / theta, 0.5 * m * moved);
    // One more solve, for free: with the Ritz vector y, (A - s I)^-1 y = theta y + v_m w. It
    // removes
    // what the start vector had along large eigenvalues, to which the inverse is blind.
    double[] x = new double[w.length];
    double last = v[m - 1][best] / theta;
    for (int i = 0; i < x.length; i++) {
      x[i] = last * w[i];
    }
    for (int k = 0; k < m; k++) {
      double c = v[k][best];
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.fma(c, basis[k][i], x[i]);
      }
    }
    vector = x;
  }

  /** Cyclic Jacobi: {@code a} becomes diagonal, the columns of {@code v} its eigenvectors. */
  private static void jacobi(double[][] a, double[][] v) {
    int m = a.length;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double off = 0;
      for (int p = 0; p < m; p++) {
        for (int q = 0; q < p; q++) {
          off = Math.max(off, Math.abs(a[p][q]));
          if (a[p][q] != 0) {
            rotate(a, v, p, q);
          }
        }
      }
      if (off == 0) {
        return;
      }
    }
  }

  private static void rotate(double[][] a, double[][] v, int p, int q) {
    double h = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double tan = Math.copySign(1, h) / (Math.abs(h) + Math.hypot(h, 1));
    double cos = 1 / Math.hypot(tan, 1);
    double sin = tan * cos;
    for (int k = 0; k < a.length; k++) {
      double x = a[k][p];
      double y = a[k][q];
      a[k][p] = cos * x - sin * y;
      a[k][q] = sin * x + cos * y;
    }
    for (int k = 0; k < a.length; k++) {
      double x = a[p][k];
      double y = a[q][k];
      a[p][k] = cos * x - sin * y;
      a[q][k] = sin * x + cos * y;
      double vx = v[k][p];
      double vy = v[k][q];
      v[k][p] = cos * vx - sin * vy;
      v[k][q] = sin * vx + cos * vy;
    }
    a[p][q] = 0;
    a[q][p] = 0;
  }
}
