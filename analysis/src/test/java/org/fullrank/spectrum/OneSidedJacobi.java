package org.fullrank.spectrum;

import java.util.Arrays;

/**
 * Eigenvalues of {@code V V^T} from the factor V by Hestenes' rotations of its columns: an oracle
 * that shares nothing with the solvers, accurate relative to each nonzero eigenvalue if the columns
 * are well conditioned up to scaling (Demmel and Veselic 1992).
 */
public final class OneSidedJacobi {
  private OneSidedJacobi() {}

  /**
   * All n eigenvalues of {@code V V^T}, ascending.
   *
   * @param v {@code [n, r]}, {@code r <= n}, of entries whose squares are normal numbers or zero
   */
  public static double[] eigenvalues(double[][] v) {
    int n = v.length;
    int r = v[0].length;
    double[][] c = new double[r][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < r; j++) {
        c[j][i] = v[i][j];
      }
    }
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < 60; sweep++) {
      rotated = false;
      for (int p = 0; p < r; p++) {
        for (int q = p + 1; q < r; q++) {
          rotated |= rotate(c[p], c[q]);
        }
      }
    }
    if (rotated) {
      throw new AssertionError("the oracle did not converge");
    }
    double[] values = new double[n];
    for (int j = 0; j < r; j++) {
      values[n - r + j] = dot(c[j], c[j]);
    }
    Arrays.sort(values);
    return values;
  }

  private static boolean rotate(double[] x, double[] y) {
    double xx = dot(x, x);
    double yy = dot(y, y);
    double xy = dot(x, y);
    if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx) * Math.sqrt(yy) || xx == 0 || yy == 0) {
      return false;
    }
    double half = (yy - xx) / (2 * xy);
    double t = Math.copySign(1, half) / (Math.abs(half) + Math.hypot(1, half));
    double cosine = 1 / Math.sqrt(1 + t * t);
    double sine = cosine * t;
    for (int i = 0; i < x.length; i++) {
      double a = x[i];
      x[i] = cosine * a - sine * y[i];
      y[i] = sine * a + cosine * y[i];
    }
    return true;
  }

  /** The lower Cholesky factor of a positive definite matrix, entry by entry. */
  public static double[][] choleskyFactor(double[][] a) {
    int n = a.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double s = a[i][j];
        for (int k = 0; k < j; k++) {
          s -= l[i][k] * l[j][k];
        }
        l[i][j] = i == j ? Math.sqrt(s) : s / l[j][j];
      }
    }
    return l;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
