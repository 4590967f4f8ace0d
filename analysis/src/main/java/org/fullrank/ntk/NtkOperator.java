package org.fullrank.ntk;

import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code v -> J (J^T v)}: the kernel of {@code n k} rows without storing it. One application costs
 * a backward and a forward pass. Symmetric in exact arithmetic, up to rounding in floating point.
 */
public final class NtkOperator implements SymmetricOperator, AutoCloseable {
  private final Jacobian jacobian;

  NtkOperator(Jacobian jacobian) {
    this.jacobian = jacobian;
  }

  @Override
  public long size() {
    return jacobian.rows();
  }

  @Override
  public DataType dataType() {
    return jacobian.dataType();
  }

  @Override
  public INDArray apply(INDArray v) {
    Cancellation.check("A product with the kernel");
    TensorChecks.requireShape("NTK apply", v, size(), -1);
    try (INDArray gradient = jacobian.applyTranspose(v)) {
      return jacobian.apply(gradient);
    }
  }

  @Override
  public void close() {
    jacobian.close();
  }
}
