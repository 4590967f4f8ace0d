package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;

import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one pullback gives, with row {@code i * M + c} for cotangent {@code c} of sample {@code i}.
 *
 * @param input {@code [N M][d]}
 * @param parameters {@code [N M][size]} for each slot
 */
@SuppressWarnings("ArrayRecordComponent") // internal, never compared
record Gradients(double[][] input, List<double[][]> parameters) {
  static Gradients of(LayerCase point, double[] theta, double[] x, DataType type) {
    INDArray t = theta.length == 0 ? LayerCase.theta(theta) : Tensors.of(type, theta, theta.length);
    INDArray dy = point.cotangents(M);
    try (Linearization l = point.layer().linearize(t, Tensors.of(type, x, point.input().after(N)));
        Pullback pullback = l.pullback(Tensors.convert(dy, type))) {
      return new Gradients(
          rows(pullback.inputCotangent()),
          pullback.blocks().stream().map(ParameterBlock::rows).map(Gradients::rows).toList());
    }
  }

  private static double[][] rows(INDArray a) {
    return EnclosedCase.bySample(EnclosedCase.rows(Tensors.toDoubles(a), M * N));
  }
}
