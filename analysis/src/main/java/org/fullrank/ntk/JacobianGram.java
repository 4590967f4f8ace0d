package org.fullrank.ntk;

import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.fullrank.ntk.EmpiricalNtk.Method;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Kernels from the Jacobian, stored or applied: right for every network, also one that couples
 * samples.
 */
final class JacobianGram {
  /** Tangents are applied in chunks of at most this many parameter entries. */
  private static final long CHUNK_ELEMENTS = 1L << 24;

  private static final String STORED = "A kernel by the stored Jacobian";

  private JacobianGram() {}

  /** {@code J J^T}, whose upper triangle counts. */
  static INDArray symmetric(Jacobian jacobian, Method method) {
    if (method == Method.OPERATOR) {
      return operatorCross(jacobian, jacobian);
    }
    Cancellation.check(STORED);
    try (INDArray j = jacobian.toMatrix()) {
      Cancellation.check(STORED);
      return Products.multiply(j, false, j, true);
    }
  }

  /** {@code J_left J_right^T}. */
  static INDArray cross(Jacobian left, Jacobian right, Method method) {
    if (method == Method.OPERATOR) {
      return operatorCross(left, right);
    }
    Cancellation.check(STORED);
    try (INDArray a = left.toMatrix();
        INDArray b = right.toMatrix()) {
      Cancellation.check(STORED);
      return Products.multiply(a, false, b, true);
    }
  }

  /** {@code J_left (J_right^T E)} for the columns of the identity, in chunks. */
  private static INDArray operatorCross(Jacobian left, Jacobian right) {
    long columns = right.rows();
    try (Arena arena = new Arena()) {
      INDArray out = arena.zeros(left.dataType(), left.rows(), columns);
      fill(out, left, right);
      return arena.release(out);
    }
  }

  private static void fill(INDArray out, Jacobian left, Jacobian right) {
    long columns = right.rows();
    long chunk = Math.max(1, Math.min(columns, CHUNK_ELEMENTS / left.columns()));
    for (long from = 0; from < columns; from += chunk) {
      Cancellation.check("A kernel by Jacobian products");
      long m = Math.min(chunk, columns - from);
      try (INDArray unit = Tensors.zeros(left.dataType(), columns, m)) {
        for (long t = 0; t < m; t++) {
          unit.putScalar(from + t, t, 1);
        }
        try (INDArray gradient = right.applyTranspose(unit);
            INDArray product = left.apply(gradient)) {
          out.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + m)).assign(product);
        }
      }
    }
  }

  /** Squared norms of the rows {@code [n k]}. */
  static INDArray diagonal(Jacobian jacobian, boolean couplesSamples) {
    if (couplesSamples) {
      try (INDArray j = jacobian.toMatrix()) {
        return squaredNorms(Tensors.toRows(j), j.dataType());
      }
    }
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      return GramParts.diagonal(pullback.blocks());
    }
  }

  private static INDArray squaredNorms(double[][] rows, DataType type) {
    double[] norms = new double[rows.length];
    for (int r = 0; r < rows.length; r++) {
      for (double v : rows[r]) {
        norms[r] = Math.fma(v, v, norms[r]);
      }
    }
    return Tensors.of(type, norms, norms.length);
  }
}
