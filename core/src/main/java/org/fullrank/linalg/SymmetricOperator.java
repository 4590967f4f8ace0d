package org.fullrank.linalg;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A linear operator that equals its transpose: the only thing eigen-solvers accept. */
public interface SymmetricOperator extends LinearOperator {
  /**
   * The number of rows and of columns.
   *
   * @return a positive number
   */
  long size();

  @Override
  default long rows() {
    return size();
  }

  @Override
  default long columns() {
    return size();
  }

  @Override
  default INDArray applyTranspose(INDArray u) {
    return apply(u);
  }
}
