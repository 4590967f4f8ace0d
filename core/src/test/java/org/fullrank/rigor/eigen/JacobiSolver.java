package org.fullrank.rigor.eigen;

import java.util.Arrays;

/** Approximate decompositions for tests: cyclic Jacobi rotations on a scaled copy. */
final class JacobiSolver {
  private final double[] values;
  private final double[][] vectors;

  private JacobiSolver(double[] values, double[][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /** Unsorted values. */
  double[] values() {
    return values.clone();
  }

  /** Row i belongs to value i. */
  double[][] vectors() {
    return Arrays.stream(vectors).map(double[]::clone).toArray(double[][]::new);
  }

  static JacobiSolver solve(double[][] matrix) {
    int n = matrix.length;
    double largest =
        Arrays.stream(matrix).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    double[][] a = new double[n][n];
    double[][] v = new double[n][n];
    for (int i = 0; i < n; i++) {
      v[i][i] = 1;
      for (int j = 0; j < n; j++) {
        a[i][j] = Math.scalb(matrix[i][j], -exponent);
      }
    }
    for (int sweep = 0; sweep < 30; sweep++) {
      boolean still = true;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (Math.abs(a[p][q]) > 1e-300) {
            still &= Math.abs(a[p][q]) < 1e-17 * Math.sqrt(Math.abs(a[p][p] * a[q][q]));
            rotate(a, v, p, q);
          }
        }
      }
      if (still) {
        break;
      }
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = Math.scalb(a[i][i], exponent);
    }
    return new JacobiSolver(values, v);
  }

  private static void rotate(double[][] a, double[][] v, int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.hypot(1, theta));
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    int n = a.length;
    for (int k = 0; k < n; k++) {
      double x = a[k][p];
      double y = a[k][q];
      a[k][p] = c * x - s * y;
      a[k][q] = s * x + c * y;
    }
    for (int k = 0; k < n; k++) {
      double x = a[p][k];
      double y = a[q][k];
      a[p][k] = c * x - s * y;
      a[q][k] = s * x + c * y;
      x = v[p][k];
      y = v[q][k];
      v[p][k] = c * x - s * y;
      v[q][k] = s * x + c * y;
    }
    a[p][q] = 0;
    a[q][p] = 0;
  }
}
