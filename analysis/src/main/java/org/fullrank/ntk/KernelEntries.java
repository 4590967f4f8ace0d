package org.fullrank.ntk;

import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.rounding.Rounding;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums over the entries of kernels that are scaled to entries of magnitude below 2. */
final class KernelEntries {
  private KernelEntries() {}

  /** The entries times a power of two; refuses zero, not finite and not symmetric. */
  static double[][] normalized(String where, SymmetricOperator operator) {
    try (INDArray matrix = operator.toMatrix()) {
      TensorChecks.requireShape(where, matrix, operator.size(), operator.size());
      TensorChecks.requireFinite(where, matrix);
      double[][] rows = Tensors.toRows(matrix);
      SymmetricMatrix.requireSymmetric(where, rows);
      normalize(where, rows);
      return rows;
    }
  }

  static void normalize(String where, double[][] rows) {
    double largest = 0;
    for (double[] row : rows) {
      for (double v : row) {
        largest = Math.max(largest, Math.abs(v));
      }
    }
    if (largest == 0) {
      throw new IllegalArgumentException(where + " expects a nonzero entry but all are 0");
    }
    int exponent = Math.getExponent(largest);
    for (double[] row : rows) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.scalb(row[j], -exponent);
      }
    }
  }

  /** {@code H K H} with {@code H = I - 1 1^T / n}; zero to rounding is refused. */
  static double[][] centred(double[][] k) {
    int n = k.length;
    double[] means = new double[n];
    double mean = 0;
    double before = 0;
    for (int i = 0; i < n; i++) {
      for (double v : k[i]) {
        means[i] += v / n;
        before = Math.max(before, Math.abs(v));
      }
      mean += means[i] / n;
    }
    double[][] out = new double[n][n];
    double after = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        // The sum of the means is symmetric in i and j, so the result is.
        out[i][j] = k[i][j] - (means[i] + means[j]) + mean;
        after = Math.max(after, Math.abs(out[i][j]));
      }
    }
    if (!(after > 8 * n * Rounding.UNIT_ROUNDOFF * before)) {
      throw new IllegalArgumentException(
          "centring expects a kernel that is not constant but all of its centred entries are"
              + " rounding: the largest is "
              + after);
    }
    return out;
  }

  /** {@code Y Y^T}. */
  static double[][] gram(double[][] y) {
    double[][] out = new double[y.length][y.length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j <= i; j++) {
        out[i][j] = dot(y[i], y[j]);
        out[j][i] = out[i][j];
      }
    }
    return out;
  }

  /** {@code <A, B> / (||A|| ||B||)} in Frobenius norms. */
  static double cosine(double[][] a, double[][] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += dot(a[i], b[i]);
      aa += dot(a[i], a[i]);
      bb += dot(b[i], b[i]);
    }
    return ab / (Math.sqrt(aa) * Math.sqrt(bb));
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum = Math.fma(x[i], y[i], sum);
    }
    return sum;
  }
}
