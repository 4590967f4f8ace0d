package org.fullrank.enclosure;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What layers store that no one trains; in single precision they round it to nearest. */
final class FixedParameters {
  private FixedParameters() {}

  /** The numbers that take part in a forward pass on inputs of a type, infinite on overflow. */
  static double[] of(INDArray stored, DataType type) {
    double[] v = Tensors.toDoubles(stored);
    if (type == DataType.FLOAT) {
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) v[i];
      }
    }
    return v;
  }

  /** The first layer whose stored numbers overflow in a type or are not known, or empty. */
  static Optional<String> overflow(List<Layer> layers, DataType type) {
    return layers.stream().flatMap(layer -> overflow(layer, type).stream()).findFirst();
  }

  private static Optional<String> overflow(Layer layer, DataType type) {
    if (layer instanceof Sequential chain) {
      return overflow(chain.layers(), type);
    }
    if (layer instanceof Residual residual) {
      return overflow(residual.branch().layers(), type)
          .or(() -> residual.shortcut().flatMap(shortcut -> overflow(shortcut, type)));
    }
    if (layer instanceof FixedLinear fixed) {
      try (INDArray matrix = fixed.matrix(type)) {
        return overflow(layer, Tensors.toDoubles(matrix));
      }
    }
    if (layer instanceof SurrogateRelu surrogate) {
      try (INDArray psi = surrogate.gates()) {
        return overflow(layer, of(psi, type));
      }
    }
    return layer instanceof Dense || layer instanceof Elementwise || layer instanceof Flatten
        ? Optional.empty()
        : Optional.of("what layer " + layer + " stores is not known");
  }

  private static Optional<String> overflow(Layer layer, double[] rounded) {
    return Arrays.stream(rounded).allMatch(Double::isFinite)
        ? Optional.empty()
        : Optional.of("what layer " + layer + " stores overflows in single precision");
  }
}
