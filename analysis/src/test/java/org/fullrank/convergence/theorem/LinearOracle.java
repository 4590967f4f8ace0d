package org.fullrank.convergence.theorem;

import java.util.Arrays;
import java.util.Random;

/** Dense linear algebra in plain doubles for tests; shares no code with the library. */
final class LinearOracle {
  private LinearOracle() {}

  static double[][] gaussian(int rows, int columns, double deviation, Random random) {
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = deviation * random.nextGaussian();
      }
    }
    return out;
  }

  /** A padded identity plus noise, so that the singular values stay away from zero. */
  static double[][] near(int rows, int columns, double scale, Random random) {
    double[][] out = gaussian(rows, columns, 0.2 * scale, random);
    for (int i = 0; i < Math.min(rows, columns); i++) {
      out[i][i] += scale;
    }
    return out;
  }

  static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }

  static double[][] product(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        for (int k = 0; k < b.length; k++) {
          out[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return out;
  }

  /** {@code a + t b}. */
  static double[][] plus(double[][] a, double t, double[][] b) {
    double[][] out = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = a[i][j] + t * b[i][j];
      }
    }
    return out;
  }

  static double frobenius(double[][] rows) {
    double norm = 0;
    for (double[] row : rows) {
      for (double v : row) {
        norm = Math.hypot(norm, v);
      }
    }
    return norm;
  }

  /** All {@code min(rows, columns)} singular values, ascending, by one-sided Jacobi rotations. */
  static double[] singularValues(double[][] matrix) {
    double[][] v = matrix.length <= matrix[0].length ? matrix : transpose(matrix);
    double[][] a = Arrays.stream(v).map(double[]::clone).toArray(double[][]::new);
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < a.length; p++) {
        for (int q = p + 1; q < a.length; q++) {
          double pp = 0;
          double qq = 0;
          double pq = 0;
          for (int j = 0; j < a[0].length; j++) {
            pp += a[p][j] * a[p][j];
            qq += a[q][j] * a[q][j];
            pq += a[p][j] * a[q][j];
          }
          if (Math.abs(pq) <= 1e-17 * Math.sqrt(pp * qq)) {
            continue;
          }
          double angle = 0.5 * Math.atan2(2 * pq, pp - qq);
          double c = Math.cos(angle);
          double s = Math.sin(angle);
          for (int j = 0; j < a[0].length; j++) {
            double x = a[p][j];
            double y = a[q][j];
            a[p][j] = c * x + s * y;
            a[q][j] = c * y - s * x;
          }
        }
      }
    }
    double[] values = Arrays.stream(a).mapToDouble(r -> frobenius(new double[][] {r})).toArray();
    Arrays.sort(values);
    return values;
  }

  static double smallest(double[][] matrix) {
    return singularValues(matrix)[0];
  }

  static double largest(double[][] matrix) {
    double[] values = singularValues(matrix);
    return values[values.length - 1];
  }

  /** The part of {@code e [n][k]} in the column space of {@code x [n][d]} of full rank. */
  static double[][] projected(double[][] e, double[][] x) {
    if (x.length <= x[0].length) {
      return e;
    }
    double[][] q = transpose(x);
    for (int j = 0; j < q.length; j++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < j; i++) {
          double along = dot(q[i], q[j]);
          for (int l = 0; l < q[j].length; l++) {
            q[j][l] -= along * q[i][l];
          }
        }
      }
      double norm = Math.sqrt(dot(q[j], q[j]));
      for (int l = 0; l < q[j].length; l++) {
        q[j][l] /= norm;
      }
    }
    return product(transpose(q), product(q, e));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
