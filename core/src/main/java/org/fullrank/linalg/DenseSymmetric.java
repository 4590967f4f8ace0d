package org.fullrank.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A stored matrix that is symmetric to the bit, as an operator. Its copy of the matrix is freed by
 * {@link #close}, or else when the collector finds the operator.
 */
public final class DenseSymmetric implements SymmetricOperator, AutoCloseable {
  private final INDArray matrix;
  private final double asymmetry;

  private DenseSymmetric(INDArray matrix, double asymmetry) {
    this.matrix = matrix;
    this.asymmetry = asymmetry;
  }

  /**
   * Wraps a copy of a symmetric matrix. Nothing is repaired: see {@link #symmetrized}.
   *
   * @param matrix {@code [n, n]}, finite, equal to its transpose to the bit
   * @return the operator
   * @throws IllegalArgumentException if it is not square, finite and symmetric; the message names
   *     the first entry that differs from its mirror image
   */
  public static DenseSymmetric of(INDArray matrix) {
    double[] v = finiteSquare(matrix);
    int n = (int) matrix.size(0);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (v[i * n + j] != v[j * n + i]) {
          throw new IllegalArgumentException(
              "DenseSymmetric expects a symmetric matrix but entry ("
                  + i
                  + ", "
                  + j
                  + ") is "
                  + v[i * n + j]
                  + " and entry ("
                  + j
                  + ", "
                  + i
                  + ") is "
                  + v[j * n + i]
                  + "; use symmetrized() to average them");
        }
      }
    }
    return new DenseSymmetric(NativeHeap.copy(matrix, 'c'), 0);
  }

  /**
   * Averages a matrix with its transpose, explicitly. Bounds of the result are about the rounded
   * mean; {@code SymmetricMatrix.between} in {@code org.fullrank.rigor} is for all symmetric
   * matrices between the two triangles.
   *
   * @param matrix {@code [n, n]}, finite
   * @return the operator of {@code (A + A^T) / 2}, each entry rounded; {@link #asymmetry()} says
   *     how far the argument was from symmetric
   */
  public static DenseSymmetric symmetrized(INDArray matrix) {
    double[] v = finiteSquare(matrix);
    int n = (int) matrix.size(0);
    double worst = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double a = v[i * n + j];
        double b = v[j * n + i];
        worst = Math.max(worst, Math.abs(a - b));
        // Halving first keeps the sum finite; equal entries must not lose a subnormal bit.
        double mean = a == b ? a : 0.5 * a + 0.5 * b;
        v[i * n + j] = mean;
        v[j * n + i] = mean;
      }
    }
    return new DenseSymmetric(Tensors.of(matrix.dataType(), v, n, n), worst);
  }

  private static double[] finiteSquare(INDArray matrix) {
    TensorChecks.requireRank("DenseSymmetric", matrix, 2);
    if (matrix.size(0) != matrix.size(1)) {
      throw new IllegalArgumentException(
          "DenseSymmetric expects a square matrix but got " + TensorChecks.describe(matrix));
    }
    TensorChecks.requireReal("DenseSymmetric", matrix.dataType());
    TensorChecks.requireFinite("DenseSymmetric", matrix);
    return Tensors.toDoubles(matrix);
  }

  /**
   * The largest {@code |A_ij - A_ji|} of the matrix this was made from; infinite if a difference
   * overflows.
   *
   * @return 0 for {@link #of}
   */
  public double asymmetry() {
    return asymmetry;
  }

  @Override
  public long size() {
    return matrix.size(0);
  }

  @Override
  public DataType dataType() {
    return matrix.dataType();
  }

  @Override
  public INDArray apply(INDArray v) {
    TensorChecks.requireShape("apply argument", v, size(), -1);
    TensorChecks.requireType("apply argument", dataType(), v);
    TensorChecks.requireFinite("apply argument", v);
    return Products.multiply(open(), false, v, false);
  }

  @Override
  public INDArray toMatrix() {
    return NativeHeap.copy(open(), 'c');
  }

  private INDArray open() {
    if (matrix.wasClosed()) {
      throw new IllegalStateException(
          "DenseSymmetric expects to be used before close() but got a call after it");
    }
    return matrix;
  }

  @Override
  public void close() {
    if (!matrix.wasClosed()) {
      matrix.close();
    }
  }
}
