package org.fullrank.examples;

import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The data of Zou, Long and Gu: {@code n} standard normal samples in dimension {@code d} with
 * targets {@code y = -x + 0.1 N}, and the {@code d} samples on which every linear network has the
 * same gradients.
 *
 * <p>With {@code X = Q R} (rows are samples, {@code Q^T Q = I}) the loss of a linear network is
 * {@code F(X, Y) = F(R, Q^T Y) + F*}, {@code F*} the part of the targets that no linear map
 * reaches: descent on the small problem is descent on the large one, and its loss is {@code F -
 * F*}.
 */
final class LinearRegressionData {
  private static final double NOISE = 0.1;

  private final double[][] x;
  private final double[][] y;
  private final double[][] r;
  private final double[][] qy;

  /** {@code F*}. */
  final double infimum;

  private LinearRegressionData(
      double[][] x, double[][] y, double[][] r, double[][] qy, double infimum) {
    this.x = x;
    this.y = y;
    this.r = r;
    this.qy = qy;
    this.infimum = infimum;
  }

  static LinearRegressionData of(int n, int d, Seed seed) {
    RandomStream random = seed.stream("regression");
    double[][] x = new double[n][d];
    double[][] y = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        x[i][j] = random.nextGaussian();
        y[i][j] = -x[i][j] + NOISE * random.nextGaussian();
      }
    }
    // Modified Gram-Schmidt on the columns of [X, Y].
    double[][] q = columns(x);
    double[][] rest = columns(y);
    double[][] r = new double[d][d];
    double[][] qy = new double[d][d];
    for (int j = 0; j < d; j++) {
      r[j][j] = Math.sqrt(dot(q[j], q[j]));
      for (int i = 0; i < n; i++) {
        q[j][i] /= r[j][j];
      }
      for (int c = 0; c < d; c++) {
        if (c > j) {
          r[j][c] = remove(q[c], q[j]);
        }
        qy[j][c] = remove(rest[c], q[j]);
      }
    }
    double squares = 0;
    for (double[] column : rest) {
      squares += dot(column, column);
    }
    return new LinearRegressionData(x, y, r, qy, 0.5 * squares);
  }

  /** All inputs {@code [n, d]}. */
  INDArray inputs() {
    return Tensors.ofRows(x);
  }

  /** All targets {@code [n, d]}. */
  INDArray targets() {
    return Tensors.ofRows(y);
  }

  /** The inputs {@code [d, d]} of the equivalent small problem. */
  INDArray reducedInputs() {
    return Tensors.ofRows(r);
  }

  /** Its targets {@code [d, d]}. */
  INDArray reducedTargets() {
    return Tensors.ofRows(qy);
  }

  /** {@code 1/2 ||Y||^2}. */
  double halfSquaredTargets() {
    double squares = 0;
    for (double[] row : y) {
      squares += dot(row, row);
    }
    return 0.5 * squares;
  }

  private static double[][] columns(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }

  private static double remove(double[] v, double[] q) {
    double along = dot(v, q);
    for (int i = 0; i < v.length; i++) {
      v[i] -= along * q[i];
    }
    return along;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
