package org.fullrank.nn.layer;

import java.util.List;
import org.fullrank.diff.RoundingModel;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A change of shape: errors pass unchanged. */
enum FlattenRounding implements RoundingModel {
  INSTANCE;

  @Override
  public double[] valueError(double[] inputError) {
    return inputError.clone();
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    return new Errors(dyError, List.of());
  }
}
