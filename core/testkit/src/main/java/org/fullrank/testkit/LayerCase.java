package org.fullrank.testkit;

import org.fullrank.diff.Linearization;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer with parameters, inputs and directions that are the same in every run. */
record LayerCase(Layer layer, Shape input) {
  /** Samples. */
  static final int N = 4;

  /** Tangents or cotangents. */
  static final int M = 3;

  /** Standard normal numbers, others for every name. */
  static double[] gaussian(String name, int length) {
    RandomStream stream = Seed.of(17).stream(name);
    double[] v = new double[length];
    for (int i = 0; i < length; i++) {
      v[i] = stream.nextGaussian();
    }
    return v;
  }

  static INDArray random(String name, long... shape) {
    return Tensors.of(gaussian(name, Tensors.length(shape)), shape);
  }

  int parameters() {
    return Math.toIntExact(layer.parameterCount());
  }

  Shape output() {
    return layer.outputShape(input);
  }

  INDArray theta() {
    return theta(gaussian("theta", parameters()));
  }

  /** The parameters as the layer takes them: an empty view where it has none. */
  static INDArray theta(double[] values) {
    return values.length == 0
        ? TensorViews.segment(Tensors.zeros(DataType.DOUBLE, 1), 0, 0)
        : Tensors.of(values, values.length);
  }

  INDArray x() {
    return random("x", input.after(N));
  }

  INDArray x(double[] values) {
    return Tensors.of(values, input.after(values.length / (int) input.length()));
  }

  /** Parameter tangents {@code [m, p]}, or null where the layer has no parameters. */
  @Nullable INDArray parameterTangents(int m) {
    return parameters() == 0 ? null : random("dTheta", m, parameters());
  }

  INDArray inputTangents(int m) {
    return random("dx", input.after(m, N));
  }

  INDArray cotangents(int m) {
    return random("dy", output().after(m, N));
  }

  double[] valueAt(INDArray theta, INDArray x) {
    try (Linearization l = layer.linearize(theta, x)) {
      return Tensors.toDoubles(l.value());
    }
  }

  double[] valueAt(double[] theta, double[] x) {
    return valueAt(theta(theta), x(x));
  }

  static double[] moved(double[] x, double step, double[] direction) {
    double[] out = x.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += step * direction[i];
    }
    return out;
  }
}
