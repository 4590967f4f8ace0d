package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Values and cotangents of layers against scalar code, bit by bit; and what they leave behind. */
final class LayerPassTest {
  private static final int N = 37;
  private static final int D = 331;
  private static final double SCALE = 1 / Math.sqrt(3);

  static Stream<Arguments> cases() {
    return Stream.of(DataType.DOUBLE, DataType.FLOAT)
        .flatMap(
            type ->
                Stream.of(1, 3)
                    .flatMap(k -> Stream.of(true, false).map(in -> Arguments.of(type, k, in))));
  }

  private static double round(DataType type, double v) {
    return type == DataType.FLOAT ? (float) v : v;
  }

  private static double[] numbers(DataType type, int length, long seed) {
    return new Random(seed).doubles(length, -3, 3).map(v -> round(type, v)).toArray();
  }

  private static void evaluate(
      Activation activation, DataType type, double[] x, double[] value, double[] slope) {
    if (type == DataType.DOUBLE) {
      activation.evaluate(x, value, slope);
      return;
    }
    float[] u = new float[x.length];
    float[] v = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      u[i] = (float) x[i];
    }
    activation.evaluate(u, u, v);
    for (int i = 0; i < x.length; i++) {
      value[i] = u[i];
      slope[i] = v[i];
    }
  }

  private static void maybeInside(boolean insideTask, Runnable check) {
    if (insideTask) {
      Parallel.forEach(2, task -> check.run());
    } else {
      check.run();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void elementwiseIsOneRoundingOfFunctionAndProduct(DataType type, int k, boolean insideTask) {
    for (Activation activation :
        new Activation[] {Activations.TANH, Activations.RELU, Activations.SILU}) {
      double[] x = numbers(type, N * D, 1);
      double[] dy = numbers(type, k * N * D, 2);
      double[] value = new double[x.length];
      double[] slope = new double[x.length];
      evaluate(activation, type, x, value, slope);
      double[] dx = new double[dy.length];
      for (int i = 0; i < dy.length; i++) {
        dx[i] = round(type, dy[i] * round(type, slope[i % x.length]));
      }
      for (int i = 0; i < x.length; i++) {
        value[i] = round(type, value[i]);
      }
      maybeInside(insideTask, () -> check(Elementwise.of(activation), type, x, dy, value, dx, dx));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void residualRoundsProductAndSum(DataType type, int k, boolean insideTask) {
    double[] x = numbers(type, N * D, 3);
    double[] dy = numbers(type, k * N * D, 4);
    double[] value = new double[x.length];
    double[] slope = new double[x.length];
    evaluate(Activations.TANH, type, x, value, slope);
    double[] dx = new double[dy.length];
    double[] tangent = new double[dy.length];
    for (int i = 0; i < dy.length; i++) {
      double s = round(type, slope[i % x.length]);
      dx[i] = round(type, round(type, round(type, SCALE * dy[i]) * s) + dy[i]);
      tangent[i] = round(type, round(type, SCALE * round(type, dy[i] * s)) + dy[i]);
    }
    for (int i = 0; i < x.length; i++) {
      value[i] = round(type, round(type, SCALE * round(type, value[i])) + x[i]);
    }
    Residual layer = Residual.of(SCALE, Elementwise.of(Activations.TANH));
    maybeInside(insideTask, () -> check(layer, type, x, dy, value, dx, tangent));
    Layer shortcut = layer.withShortcut(Flatten.of());
    maybeInside(insideTask, () -> check(shortcut, type, x, dy, value, dx, tangent));
  }

  private static void check(
      Layer layer,
      DataType type,
      double[] xs,
      double[] dys,
      double[] value,
      double[] dx,
      double[] tangent) {
    int k = dys.length / xs.length;
    try (INDArray x = Tensors.of(type, xs, N, D);
        INDArray dy = Tensors.of(type, dys, k, N, D);
        Linearization l = layer.linearize(Tensors.empty(type), x)) {
      assertThat(l.value().dataType()).isEqualTo(type);
      same(l.value(), value);
      try (Pullback pullback = l.pullback(dy);
          INDArray moved = Objects.requireNonNull(l.jvp(null, dy))) {
        assertThat(pullback.inputCotangent().shape()).containsExactly(k, N, D);
        same(pullback.inputCotangent(), dx);
        same(moved, tangent);
      }
    }
  }

  private static void same(INDArray got, double[] expected) {
    // Element by element only where it matters: the general assertion takes seconds.
    double[] values = Tensors.toDoubles(got);
    if (!Arrays.equals(values, expected)) {
      assertThat(values).containsExactly(expected);
    }
  }

  static Stream<Arguments> layers() {
    Dense dense = Dense.of("a", D, 64);
    return Stream.of(
            dense,
            dense.withBias(0.5),
            Elementwise.of(Activations.GELU),
            FixedLinear.of("m", Tensors.filled(DataType.DOUBLE, 0.01, 64, D)),
            Residual.of(SCALE, dense, Elementwise.of(Activations.TANH)).withShortcut(dense),
            Residual.of(SCALE, Dense.of("b", D, D).withBias(1), Elementwise.of(Activations.RELU)))
        .flatMap(l -> Stream.of(DataType.DOUBLE, DataType.FLOAT).map(t -> Arguments.of(l, t)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void closingFreesEverything(Layer layer, DataType type) {
    long p = layer.parameterCount();
    try (INDArray x = Tensors.of(type, numbers(type, N * D, 5), N, D);
        INDArray theta = Tensors.of(type, numbers(type, (int) Math.max(1, p), 6), Math.max(1, p))) {
      INDArray parameters = p == 0 ? Tensors.empty(type) : theta;
      long before = Backend.tensorBytes();
      for (boolean asked : new boolean[] {true, false}) {
        try (Linearization l = layer.linearize(parameters, x)) {
          int width = (int) l.value().size(1);
          try (INDArray dy = Tensors.of(type, numbers(type, 3 * N * width, 7), 3, N, width);
              Pullback pullback = l.pullback(dy);
              INDArray tangents = Tensors.of(type, numbers(type, 3 * N * D, 8), 3, N, D);
              INDArray moved = Objects.requireNonNull(l.jvp(null, tangents))) {
            assertThat(moved.shape()).containsExactly(3, N, width);
            if (asked) {
              assertThat(pullback.inputCotangent().shape()).containsExactly(3, N, D);
            }
          }
        }
        // Garbage of other tests may still go in between; a leak would only add.
        assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
      }
    }
  }
}
