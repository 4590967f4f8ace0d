package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.UnsupportedLayerException;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layer against its definition written out, and its refusals. */
class SurrogateReluTest {
  /** A few hundred roundings of numbers of order 1. */
  private static final double ROUNDING = 1e-13;

  private static final int N = 7;

  private static SurrogateRelu three() {
    return SurrogateRelu.of(
        "s",
        Seed.of(5),
        Dense.of("a", 4, 6).withSigmaW(1.4),
        Dense.of("b", 6, 5),
        Dense.of("c", 5, 3));
  }

  private static INDArray gaussian(String name, long... shape) {
    double[] v = new double[Tensors.length(shape)];
    var stream = Seed.of(23).stream(name);
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, shape);
  }

  /** {@code scale h W} for W of shape {@code [in, out]} at an offset. */
  private static double[] times(double[] h, double[] w, int offset, int out, double scale) {
    double[] z = new double[out];
    for (int q = 0; q < out; q++) {
      for (int p = 0; p < h.length; p++) {
        z[q] += scale * h[p] * w[offset + p * out + q];
      }
    }
    return z;
  }

  /** The definition, sample by sample. */
  private static double[] byHand(SurrogateRelu layer, double[] theta, double[] psi, double[] x) {
    double[] a = x;
    double[] h = x;
    int offset = 0;
    for (Dense dense : layer.layers()) {
      int out = (int) dense.out();
      double[] t = times(a, psi, offset, out, dense.weightScale());
      double[] w = times(h, theta, offset, out, dense.weightScale());
      a = new double[out];
      h = new double[out];
      for (int q = 0; q < out; q++) {
        a[q] = Math.max(t[q], 0);
        h[q] = t[q] > 0 ? w[q] : 0;
      }
      offset += (int) dense.parameterCount();
    }
    return h;
  }

  @Test
  void valueIsTheDefinition() {
    SurrogateRelu layer = three();
    INDArray theta = gaussian("theta", layer.parameterCount());
    INDArray x = gaussian("x", N, 4);
    double[] psi = Tensors.toDoubles(layer.gates());
    double[][] rows = Tensors.toRows(x);
    int zeros = 0;
    try (Linearization l = layer.linearize(theta, x)) {
      double[][] got = Tensors.toRows(l.value());
      for (int i = 0; i < N; i++) {
        double[] expected = byHand(layer, Tensors.toDoubles(theta), psi, rows[i]);
        assertThat(got[i]).containsExactly(expected, within(ROUNDING));
        zeros += (int) Arrays.stream(expected).filter(v -> v == 0).count();
      }
    }
    // The case must switch units both ways.
    assertThat(zeros).isBetween(1, 3 * N - 1);
  }

  @Test
  void frozenParametersAreTheirOwnDrawAndReproducible() {
    SurrogateRelu layer = three();
    INDArray psi = layer.gates();
    assertThat(Tensors.toDoubles(three().gates())).containsExactly(Tensors.toDoubles(psi));
    Network network = Network.of(Shape.of(4), layer);
    assertThat(Tensors.toDoubles(network.initialize(Seed.of(5))))
        .isNotEqualTo(Tensors.toDoubles(psi));
    // What a caller does to the copy stays with the caller.
    psi.muli(-1);
    assertThat(Tensors.toDoubles(layer.gates())).isNotEqualTo(Tensors.toDoubles(psi));
    // No trained parameter moves a gate.
    INDArray x = gaussian("x", N, 4);
    assertThat(signals(layer, gaussian("theta", layer.parameterCount()), x))
        .isEqualTo(signals(layer, gaussian("other", layer.parameterCount()), x));
  }

  private static List<double[]> signalsOf(Linearization l) {
    List<double[]> out = new ArrayList<>();
    l.forEachPreActivation((name, t) -> out.add(Tensors.toDoubles(t)));
    return out;
  }

  private static List<List<Double>> signals(SurrogateRelu layer, INDArray theta, INDArray x) {
    try (Linearization l = layer.linearize(theta, x)) {
      return signalsOf(l).stream().map(t -> Arrays.stream(t).boxed().toList()).toList();
    }
  }

  @Test
  void preActivationsAreThoseOfTheFrozenNetwork() {
    SurrogateRelu layer = three().withGates(gaussian("psi", 69));
    List<String> names = new ArrayList<>();
    try (Linearization l =
        layer.linearize(gaussian("theta", layer.parameterCount()), gaussian("x", N, 4))) {
      l.forEachPreActivation((name, t) -> names.add(name + Arrays.toString(t.shape())));
    }
    assertThat(names).containsExactly("s.gate1[7, 6]", "s.gate2[7, 5]", "s.gate3[7, 3]");
  }

  @Test
  void aSignalOfZeroSwitchesOff() {
    SurrogateRelu layer =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 2))
            .withGates(Tensors.of(new double[] {1, 1, -1, 1}, 4));
    INDArray x = Tensors.of(new double[] {1, 1}, 1, 2);
    INDArray theta = Tensors.of(new double[] {3, 4, 5, 6}, 4);
    try (Linearization l = layer.linearize(theta, x)) {
      double[] h = Tensors.toDoubles(l.value());
      assertThat(h[0]).isZero();
      assertThat(h[1]).isCloseTo(10 / Math.sqrt(2), within(ROUNDING));
    }
  }

  /** In single precision the same layer, up to the rounding of sums of a few terms. */
  @Test
  void singlePrecisionAgreesWithDouble() {
    SurrogateRelu layer = three();
    INDArray theta = Tensors.convert(gaussian("theta", layer.parameterCount()), DataType.FLOAT);
    INDArray x = Tensors.convert(gaussian("x", N, 4), DataType.FLOAT);
    // Frozen parameters that single precision holds exactly.
    SurrogateRelu exact =
        layer.withGates(
            Tensors.convert(Tensors.convert(layer.gates(), DataType.FLOAT), DataType.DOUBLE));
    INDArray dy32 = Tensors.convert(gaussian("dy", 1, N, 3), DataType.FLOAT);
    INDArray dy64 = Tensors.convert(dy32, DataType.DOUBLE);
    try (Linearization l32 = exact.linearize(theta, x);
        Linearization l64 =
            exact.linearize(
                Tensors.convert(theta, DataType.DOUBLE), Tensors.convert(x, DataType.DOUBLE));
        Pullback p32 = l32.pullback(dy32);
        Pullback p64 = l64.pullback(dy64)) {
      double[] v32 = Tensors.toDoubles(l32.value());
      double[] v64 = Tensors.toDoubles(l64.value());
      assertThat(distance(v32, v64)).isBetween(1e-9, 1e-5 * norm(v64));
      double[] c32 = Tensors.toDoubles(p32.inputCotangent());
      double[] c64 = Tensors.toDoubles(p64.inputCotangent());
      assertThat(distance(c32, c64)).isBetween(1e-9, 1e-5 * norm(c64));
    }
  }

  private static double norm(double[] a) {
    return distance(a, new double[a.length]);
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void misuseIsRefused() {
    assertThatThrownBy(() -> SurrogateRelu.of("s", Seed.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one dense layer");
    assertThatThrownBy(() -> SurrogateRelu.of(" ", Seed.of(1), Dense.of("a", 2, 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 2).withBias(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without bias");
    assertThatThrownBy(
            () -> SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 3), Dense.of("b", 2, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expects input");
    SurrogateRelu layer = SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 3));
    assertThatThrownBy(() -> layer.withGates(Tensors.of(new double[5], 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gates");
    assertThatThrownBy(
            () -> layer.withGates(Tensors.of(new double[] {1, 2, 3, 4, 5, Double.NaN}, 6)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> layer.linearize(Tensors.of(new double[6], 6), gaussian("x", 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input");
  }

  @Test
  void modelFilesRefuseIt(@TempDir Path folder) {
    Network network = Network.of(Shape.of(4), three(), Dense.of("v", 3, 1));
    INDArray theta = network.initialize(Seed.of(1));
    assertThatThrownBy(() -> NetworkFile.of(network, theta).write(folder))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageContaining("SurrogateRelu");
  }
}
