package org.fullrank.nn.layer;

import java.util.Arrays;
import java.util.Optional;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a layer stores that nobody trains; in single precision it is rounded to nearest. */
final class Stored {
  private Stored() {}

  /** The numbers that take part in a forward pass on inputs of a type, infinite on overflow. */
  static double[] rounded(INDArray stored, DataType type) {
    double[] v = Tensors.toDoubles(stored);
    if (type == DataType.FLOAT) {
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) v[i];
      }
    }
    return v;
  }

  /** Says that rounded numbers overflow, or nothing. */
  static Optional<String> overflow(Layer layer, double[] rounded) {
    return Arrays.stream(rounded).allMatch(Double::isFinite)
        ? Optional.empty()
        : Optional.of("what layer " + layer + " stores overflows in single precision");
  }
}
