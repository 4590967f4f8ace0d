package org.fullrank.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Writes tiles into a matrix in memory. */
public final class MatrixSink implements TileSink {
  private final INDArray matrix;
  private final long rows;
  private final long columns;
  private final boolean direct;

  private MatrixSink(INDArray matrix) {
    this.matrix = matrix;
    this.rows = matrix.size(0);
    this.columns = matrix.size(1);
    this.direct = Nd4j.getEnvironment().isCPU();
  }

  /**
   * A sink for a new matrix, every entry of which must be put.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param rows number of rows
   * @param columns number of columns
   * @return the sink
   * @throws IllegalArgumentException if there would be 2^31 entries or more
   */
  public static MatrixSink create(DataType type, long rows, long columns) {
    TensorChecks.requireReal("type", type);
    Tensors.length(rows, columns);
    return new MatrixSink(Tensors.uninitialized(type, rows, columns));
  }

  /**
   * The matrix.
   *
   * @return {@code [rows, columns]}, row-major; the caller closes it
   */
  public INDArray matrix() {
    return matrix;
  }

  @Override
  public void put(long row, long column, double[] values, int offset, int count) {
    require(row, column, count, DataType.DOUBLE);
    if (!direct) {
      for (int j = 0; j < count; j++) {
        matrix.putScalar(row, column + j, values[offset + j]);
      }
      return;
    }
    new DoublePointer(matrix.data().addressPointer())
        .position(row * columns + column)
        .put(values, offset, count);
  }

  @Override
  public void put(long row, long column, float[] values, int offset, int count) {
    require(row, column, count, DataType.FLOAT);
    if (!direct) {
      for (int j = 0; j < count; j++) {
        matrix.putScalar(row, column + j, values[offset + j]);
      }
      return;
    }
    new FloatPointer(matrix.data().addressPointer())
        .position(row * columns + column)
        .put(values, offset, count);
  }

  /** A native write beyond the end could kill the process. */
  private void require(long row, long column, int count, DataType type) {
    if (row < 0
        || row >= rows
        || column < 0
        || count < 0
        || column > columns - count
        || matrix.dataType() != type) {
      throw new IllegalArgumentException(
          "expected "
              + matrix.dataType()
              + " values inside ["
              + rows
              + ", "
              + columns
              + "] but got "
              + count
              + " of type "
              + type
              + " at ("
              + row
              + ", "
              + column
              + ")");
    }
  }
}
