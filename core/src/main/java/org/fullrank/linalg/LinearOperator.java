package org.fullrank.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A real matrix that need not be stored. The block form (several columns at once) is the primitive.
 *
 * <p>Implementations are immutable, deterministic and check the shape, type and finiteness of their
 * arguments; results are new row-major arrays that the caller closes.
 */
public interface LinearOperator {
  /**
   * The number of rows.
   *
   * @return a positive number
   */
  long rows();

  /**
   * The number of columns.
   *
   * @return a positive number
   */
  long columns();

  /**
   * The type of vectors taken and given.
   *
   * @return {@code DOUBLE} or {@code FLOAT}
   */
  DataType dataType();

  /**
   * {@code A V}.
   *
   * @param v {@code [columns, m]}
   * @return {@code [rows, m]}
   */
  INDArray apply(INDArray v);

  /**
   * {@code A^T U}.
   *
   * @param u {@code [rows, m]}
   * @return {@code [columns, m]}
   */
  INDArray applyTranspose(INDArray u);

  /**
   * The stored matrix; allocates {@code rows * columns} elements.
   *
   * @return {@code [rows, columns]}
   * @throws IllegalArgumentException if the matrix would have 2^31 elements or more
   */
  default INDArray toMatrix() {
    Tensors.length(rows(), columns());
    boolean wide = columns() > rows();
    long m = Math.min(rows(), columns());
    try (INDArray identity = Tensors.zeros(dataType(), m, m)) {
      for (long i = 0; i < m; i++) {
        identity.putScalar(i, i, 1);
      }
      if (!wide) {
        return apply(identity);
      }
      try (INDArray t = applyTranspose(identity)) {
        return Tensors.transpose(t);
      }
    }
  }
}
