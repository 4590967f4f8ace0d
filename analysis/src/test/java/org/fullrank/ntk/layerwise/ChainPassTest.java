package org.fullrank.ntk.layerwise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.FactorRows.Scaled;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.testkit.StatedActivation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Passes in reused memory give the bits of the layers' own linearizations. */
final class ChainPassTest {
  private static final int INPUT = 5;

  /** A layer that is not one of the known ones, so that the general passes take its network. */
  private record Foreign(Layer layer) implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return layer.outputShape(input);
    }

    @Override
    public List<Slot> slots() {
      return layer.slots();
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      return layer.linearize(theta, x);
    }
  }

  private static Dense dense(String name, long in, long out) {
    return Dense.of(name, in, out).withSigmaW(1.3).withBias(0.2);
  }

  private static Elementwise tanh() {
    return Elementwise.of(Activations.TANH);
  }

  static Map<String, List<Layer>> networks() {
    Map<String, List<Layer>> out = new LinkedHashMap<>();
    out.put("linear", List.of(dense("a", INPUT, 3)));
    out.put("linear, one output", List.of(dense("a", INPUT, 1)));
    out.put("no bias", List.of(Dense.of("a", INPUT, 7), tanh(), Dense.of("b", 7, 2)));
    out.put("one output", List.of(dense("a", INPUT, 700), tanh(), dense("b", 700, 1)));
    out.put("begins with tanh", List.of(tanh(), dense("a", INPUT, 9), tanh(), dense("b", 9, 2)));
    out.put("ends with tanh", List.of(dense("a", INPUT, 9), tanh(), tanh()));
    out.put("width 1 inside", List.of(dense("a", INPUT, 1), tanh(), dense("b", 1, 3)));
    out.put(
        "stored transposed",
        List.of(
            dense("a", INPUT, 6).withLayout(Layout.OUT_IN),
            Elementwise.of(Activations.RELU),
            dense("b", 6, 4)
                .withLayout(Layout.OUT_IN)
                .withParameterization(Parameterization.STANDARD)));
    out.put(
        "residual",
        List.of(
            dense("in", INPUT, 8),
            Residual.of(0.3, dense("r", 8, 8), Elementwise.of(Activations.GELU)),
            Residual.of(-0.7, tanh(), dense("s", 8, 6), tanh(), dense("t", 6, 8)),
            dense("out", 8, 2)));
    out.put(
        "residual first and last",
        List.of(
            Residual.of(1, dense("r", INPUT, 1), dense("s", 1, INPUT)),
            Residual.of(0.5, tanh()),
            Residual.of(2, dense("t", INPUT, INPUT))));
    out.put(
        "nested",
        List.of(
            Sequential.of(dense("a", INPUT, 6), Sequential.of(tanh())),
            Residual.of(
                0.5,
                Sequential.of(Residual.of(0.25, tanh(), dense("b", 6, 6)), dense("c", 6, 6)),
                tanh()),
            dense("d", 6, 1)));
    return out;
  }

  static Stream<String> names() {
    return networks().keySet().stream();
  }

  private static List<Layer> layers(String name) {
    return Objects.requireNonNull(networks().get(name));
  }

  private static INDArray inputs(DataType type, int n) {
    RandomStream stream = Seed.of(3).stream("x");
    double[] v = new double[n * INPUT];
    for (int i = 0; i < v.length; i++) {
      v[i] = 2 * stream.nextGaussian();
    }
    return Tensors.of(type, v, n, INPUT);
  }

  private static List<double[]> factors(Network network, INDArray theta, INDArray x) {
    SampleGrid grid = SampleGrid.of(x.size(0), network.outputs(), network.outputs());
    List<String> keys = Collections.nCopies(network.slots().size(), "");
    List<double[]> out = new ArrayList<>();
    try (GradientFactors factors =
        GradientFactors.of(
            network,
            theta,
            x,
            grid,
            keys,
            0,
            grid.tiles(),
            () -> {},
            FactorTasks.Tail.NONE,
            m -> {})) {
      for (GradientFactors.Term term : factors.terms()) {
        out.add(term.a() == null ? new double[0] : Tensors.toDoubles(term.a()));
        out.add(Tensors.toDoubles(term.g()));
      }
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("names")
  void factorsAreThoseOfTheLayersToTheBit(String name) {
    List<Layer> layers = layers(name);
    List<Layer> foreign = new ArrayList<>(layers);
    foreign.set(0, new Foreign(layers.get(0)));
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      // The last: passes of 250 and of 247 samples
      for (int n : new int[] {1, 2, 63, 997}) {
        Network known = Network.of(Shape.of(INPUT), layers);
        Network general = Network.of(Shape.of(INPUT), foreign);
        assertThat(ChainPass.layers(known)).isPresent();
        assertThat(ChainPass.layers(general)).isEmpty();
        try (INDArray theta = known.initialize(Seed.of(7), type);
            INDArray x = inputs(type, n)) {
          List<double[]> expected = factors(general, theta, x);
          List<double[]> got = factors(known, theta, x);
          assertThat(got).hasSameSizeAs(expected);
          for (int t = 0; t < got.size(); t++) {
            assertThat(got.get(t))
                .as("%s %s n=%d factor %d", name, type, n, t)
                .isEqualTo(expected.get(t));
          }
        }
      }
    }
  }

  @Test
  void partsOfWeightsAndBiasesAreThoseOfTheLayers() {
    List<Layer> layers = layers("residual");
    List<Layer> foreign = new ArrayList<>(layers);
    foreign.set(0, new Foreign(layers.get(0)));
    Network known = Network.of(Shape.of(INPUT), layers);
    Network general = Network.of(Shape.of(INPUT), foreign);
    INDArray theta = known.initialize(Seed.of(7), DataType.DOUBLE);
    INDArray x = inputs(DataType.DOUBLE, 40);
    Map<String, GramMatrix> expected = EmpiricalNtk.of(general, theta).perSlot(x);
    Map<String, GramMatrix> parts = EmpiricalNtk.of(known, theta).perSlot(x);
    assertThat(parts).isNotEmpty().containsOnlyKeys(expected.keySet());
    parts.forEach(
        (slot, part) ->
            assertThat(Tensors.toDoubles(part.matrix()))
                .as(slot)
                .isEqualTo(Tensors.toDoubles(Objects.requireNonNull(expected.get(slot)).matrix())));
  }

  @Test
  void aNanOfOnePassDoesNotReachTheNext() {
    Activation root =
        StatedActivation.of(
            "root",
            x -> x > 100 ? Double.NaN : x,
            x -> x > 100 ? Double.NaN : 1,
            x -> 0,
            Activations.IDENTITY.regularity());
    Network network =
        Network.of(
            Shape.of(INPUT),
            dense("a", INPUT, 6),
            Elementwise.of(root),
            Residual.of(0.5, dense("b", 6, 6), Elementwise.of(root)),
            dense("c", 6, 1));
    INDArray theta = network.initialize(Seed.of(1), DataType.DOUBLE);
    try (ChainPass pass = ChainPass.of(network, theta);
        INDArray bad = Tensors.filled(DataType.DOUBLE, 1e6, 10, INPUT);
        INDArray good = inputs(DataType.DOUBLE, 10)) {
      NotFinite seen = new NotFinite(new AtomicLong());
      pass.run(bad, seen);
      assertThat(seen.count).hasPositiveValue();
      seen.count.set(0);
      pass.run(good, seen);
      assertThat(seen.count).hasValue(0);
    }
  }

  /** Counts numbers that are not finite. */
  private record NotFinite(AtomicLong count) implements ChainPass.Target {
    @Override
    public void inputs(int dense, List<Scaled> inputs) {
      add(inputs.get(0).array());
    }

    @Override
    public void cotangents(int dense, INDArray cotangents) {
      add(cotangents);
    }

    @Override
    public void products(int dense, List<Scaled> inputs, INDArray cotangents) {
      add(inputs.get(0).array());
      add(cotangents);
    }

    private void add(INDArray a) {
      count.addAndGet(Arrays.stream(Tensors.toDoubles(a)).filter(v -> !Double.isFinite(v)).count());
    }
  }

  @Test
  void memoryIsGivenBackAndCounted() {
    Network network = Network.of(Shape.of(INPUT), layers("nested"));
    INDArray theta = network.initialize(Seed.of(1), DataType.FLOAT);
    INDArray x = inputs(DataType.FLOAT, 1000);
    long before = Backend.tensorBytes();
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    ntk.gram(x).close();
    assertThat(Backend.tensorBytes()).isEqualTo(before);
  }
}
