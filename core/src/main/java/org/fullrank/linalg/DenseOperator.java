package org.fullrank.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A stored matrix seen as an operator. Its copy of the matrix is freed by {@link #close}, or else
 * when the collector finds the operator.
 */
public final class DenseOperator implements LinearOperator, AutoCloseable {
  private final INDArray matrix;

  private DenseOperator(INDArray matrix) {
    this.matrix = matrix;
  }

  /**
   * Wraps a copy of a matrix.
   *
   * @param matrix {@code [rows, columns]} with finite entries
   * @return the operator
   */
  public static DenseOperator of(INDArray matrix) {
    TensorChecks.requireRank("matrix", matrix, 2);
    TensorChecks.requireReal("matrix", matrix.dataType());
    TensorChecks.requireFinite("matrix", matrix);
    return new DenseOperator(NativeHeap.copy(matrix, 'c'));
  }

  @Override
  public long rows() {
    return matrix.size(0);
  }

  @Override
  public long columns() {
    return matrix.size(1);
  }

  @Override
  public DataType dataType() {
    return matrix.dataType();
  }

  @Override
  public INDArray apply(INDArray v) {
    return times(v, false);
  }

  @Override
  public INDArray applyTranspose(INDArray u) {
    return times(u, true);
  }

  private INDArray times(INDArray v, boolean transpose) {
    String where = transpose ? "applyTranspose argument" : "apply argument";
    TensorChecks.requireShape(where, v, transpose ? rows() : columns(), -1);
    TensorChecks.requireType(where, dataType(), v);
    TensorChecks.requireFinite(where, v);
    return Products.multiply(open(), transpose, v, false);
  }

  @Override
  public INDArray toMatrix() {
    return NativeHeap.copy(open(), 'c');
  }

  private INDArray open() {
    if (matrix.wasClosed()) {
      throw new IllegalStateException(
          "DenseOperator expects to be used before close() but got a call after it");
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
