package org.fullrank.linalg;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    this.direct = Elements.direct();
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
  public void put(long row, long column, int height, int width, double[] values) {
    require(row, column, height, width, DataType.DOUBLE);
    if (!direct) {
      for (int e = 0; e < height * width; e++) {
        matrix.putScalar(row + e / width, column + e % width, values[e]);
      }
      return;
    }
    try {
      DoublePointer to = new DoublePointer(matrix.data().addressPointer());
      for (int i = 0; i < height; i++) {
        to.position((row + i) * columns + column).put(values, i * width, width);
      }
    } finally {
      Reference.reachabilityFence(matrix);
    }
  }

  @Override
  public void put(long row, long column, int height, int width, float[] values) {
    require(row, column, height, width, DataType.FLOAT);
    if (!direct) {
      for (int e = 0; e < height * width; e++) {
        matrix.putScalar(row + e / width, column + e % width, values[e]);
      }
      return;
    }
    try {
      FloatPointer to = new FloatPointer(matrix.data().addressPointer());
      for (int i = 0; i < height; i++) {
        to.position((row + i) * columns + column).put(values, i * width, width);
      }
    } finally {
      Reference.reachabilityFence(matrix);
    }
  }

  /** A native write beyond the end could kill the process. */
  private void require(long row, long column, int height, int width, DataType type) {
    if (row < 0
        || column < 0
        || height < 0
        || width < 0
        || row > rows - height
        || column > columns - width
        || matrix.dataType() != type) {
      throw new IllegalArgumentException(
          "expected a block of "
              + matrix.dataType()
              + " inside ["
              + rows
              + ", "
              + columns
              + "] but got "
              + (type + " [" + height + ", " + width + "] at (" + row + ", " + column + ")"));
    }
  }
}
