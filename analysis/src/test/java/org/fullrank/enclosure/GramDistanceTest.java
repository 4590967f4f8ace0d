package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.EmpiricalNtk.Method;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.oracle.DecimalNorm;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The distance of stored kernels from the exact network, against networks in decimal arithmetic.
 */
class GramDistanceTest {
  /** Distances relative to the trace that are still useful. */
  private static double useful(DataType type) {
    return type == DataType.FLOAT ? 1e-4 : 1e-11;
  }

  static Stream<Arguments> networks() {
    return Stream.of("relu gelu_erf softplus(50)".split(" "))
        .map(Activations::named)
        .flatMap(
            phi ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT)
                    .map(type -> Arguments.of(phi, type, 1 + phi.name().length() % 3)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theTrueDistanceIsInsideForEveryLayerAndWay(Activation phi, DataType type, int k) {
    Network network = EnclosureNetworks.everyLayer(phi, Parameterization.STANDARD, k);
    INDArray theta = network.initialize(Seed.of(7)).castTo(type);
    INDArray x = EnclosureNetworks.gaussian("x", 4, 2, 2).castTo(type);
    check(network, theta, x, useful(type));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void fixedGatesAreCovered(DataType type) {
    Network network =
        Network.of(
            Shape.of(2, 2),
            Flatten.of(),
            SurrogateRelu.of(
                "s",
                Seed.of(2),
                Dense.of("a", 4, 6).withSigmaW(1.4),
                Dense.of("b", 6, 5).withLayout(Layout.OUT_IN)),
            Dense.of("v", 5, 2).withBias(1));
    INDArray theta = network.initialize(Seed.of(3)).castTo(type);
    check(network, theta, EnclosureNetworks.gaussian("x", 4, 2, 2).castTo(type), useful(type));
  }

  /** Gates that the values of trained layers decide. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void gatesBehindTrainedLayersAreCovered(DataType type) {
    Network network =
        Network.of(
            Shape.of(4),
            Dense.of("first", 4, 5).withBias(0.3),
            Elementwise.of(Activations.TANH),
            SurrogateRelu.of("s", Seed.of(2), Dense.of("a", 5, 6), Dense.of("b", 6, 4)),
            Dense.of("v", 4, 2).withBias(1));
    INDArray theta = network.initialize(Seed.of(3)).castTo(type);
    check(network, theta, EnclosureNetworks.gaussian("x", 4, 4).castTo(type), useful(type));
  }

  /** A gate whose sign rounding leaves open: both patterns are within the bound. */
  @Test
  void anOpenGateMakesTheBoundWideAndNotWrong() {
    SurrogateRelu gated =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 1).withScales(1, 0))
            .withGates(Tensors.of(new double[] {1 + 0x1p-52, -1 - 0x1p-52}, 2));
    Network network = Network.of(Shape.of(2), gated, Dense.of("v", 1, 1).withScales(1, 0));
    INDArray theta = Tensors.of(new double[] {3, 4, 0.5}, 3);
    INDArray x = Tensors.of(new double[] {0.1, 0.1, 1, -1, 0.3, 0.3 - 0x1p-54}, 3, 2);
    check(network, theta, x, 10);
  }

  /** Units at their kink, inputs twice, inputs of zeros. */
  @ParameterizedTest
  @ValueSource(strings = {"relu", "abs", "leaky_relu(0.3)", "tanh"})
  void kinksAndRepeatedInputsAreCovered(String name) {
    Activation phi = Activations.named(name);
    Network network =
        Network.of(
            Shape.of(3),
            Dense.of("a", 3, 5).withBias(0),
            Elementwise.of(phi),
            Dense.of("b", 5, 4).withLayout(Layout.OUT_IN),
            Elementwise.of(phi),
            Dense.of("c", 4, 2).withBias(1));
    INDArray rows =
        Tensors.of(new double[] {0, 0, 0, 1, -0.5, 0.1, 1, -0.5, 0.1, -1, 0.5, -0.1}, 4, 3);
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray theta = network.initialize(Seed.of(2)).castTo(type);
      check(network, theta, rows.castTo(type), useful(type));
    }
  }

  private static void check(Network network, INDArray theta, INDArray x, double useful) {
    BigDecimal[][] truth = new DecimalNetwork(network, theta, x).gram();
    EnclosedGram exact = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    double trace = 0;
    for (int r = 0; r < truth.length; r++) {
      trace += truth[r][r].doubleValue();
    }
    for (Method method : Method.values()) {
      try (GramMatrix gram = EmpiricalNtk.of(network, theta).withMethod(method).gram(x)) {
        Quantity distance = gram.distanceToExactNetwork(exact);
        assertThat(distance.isProof()).isTrue();
        assertThat(distance.subject()).isEqualTo(Subject.EXACT_NETWORK);
        assertThat(contains(distance, difference(gram, truth))).as("%s", distance).isTrue();
        assertThat(distance.interval().hi()).isLessThan(useful * trace);
      }
    }
  }

  private static boolean contains(Quantity distance, BigDecimal[][] d) {
    Interval i = distance.interval();
    return DecimalNorm.isBetween(i.lo(), i.hi(), d);
  }

  private static BigDecimal[][] difference(GramMatrix gram, BigDecimal[][] truth) {
    double[][] stored = Tensors.toRows(gram.matrix());
    BigDecimal[][] d = new BigDecimal[truth.length][truth.length];
    for (int i = 0; i < d.length; i++) {
      for (int j = 0; j < d.length; j++) {
        d[i][j] = new BigDecimal(stored[i][j]).subtract(truth[i][j]);
      }
    }
    return d;
  }

  @ParameterizedTest
  @EnumSource
  void hostileNetworksAreInside(HostileCase.Kind kind) {
    sweep(kind, 0, 16);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("exhaustive")
  void manyHostileNetworksAreInside(HostileCase.Kind kind) {
    sweep(kind, 2_000_000, 5000);
  }

  private static void sweep(HostileCase.Kind kind, long first, int count) {
    int tight = 0;
    for (long seed = first; seed < first + count; seed++) {
      HostileCase c = HostileCase.of(kind, seed);
      Map<Method, GramMatrix> grams = finite(c);
      var exact =
          NetworkEnclosure.of(c.network, c.theta).at(c.x).jacobian().gramIfFinite(s -> true);
      if (exact.isPresent() && !grams.isEmpty()) {
        BigDecimal[][] truth = c.oracle.gram();
        for (Map.Entry<Method, GramMatrix> e : grams.entrySet()) {
          Quantity distance = e.getValue().distanceToExactNetwork(exact.get());
          assertThat(contains(distance, difference(e.getValue(), truth)))
              .as("%s, seed %d, %s: %s", kind, seed, e.getKey(), distance)
              .isTrue();
          tight += distance.interval().hi() < Double.POSITIVE_INFINITY ? 1 : 0;
        }
      }
      grams.values().forEach(GramMatrix::close);
    }
    assertThat(tight).isGreaterThan(count);
  }

  /** Kernels that do not overflow. */
  private static Map<Method, GramMatrix> finite(HostileCase c) {
    Map<Method, GramMatrix> grams = new java.util.EnumMap<>(Method.class);
    for (Method method : Method.values()) {
      try {
        grams.put(method, EmpiricalNtk.of(c.network, c.theta).withMethod(method).gram(c.x));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("finite");
      }
    }
    return grams;
  }

  /** Nothing is believed of where the numbers came from. */
  @Test
  void aKernelOfOtherParametersIsFarAway() {
    Network network = EnclosureNetworks.plain(Activations.TANH, 6, 2);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = EnclosureNetworks.gaussian("x", 3, 4);
    BigDecimal[][] truth = new DecimalNetwork(network, theta, x).gram();
    EnclosedGram exact = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    try (GramMatrix other = EmpiricalNtk.of(network, network.initialize(Seed.of(2))).gram(x)) {
      Quantity distance = other.distanceToExactNetwork(exact);
      assertThat(contains(distance, difference(other, truth))).isTrue();
      assertThat(distance.interval().lo()).isGreaterThan(0.1);
    }
  }

  @Test
  void partsAreComparedWithParts() {
    Network network = EnclosureNetworks.plain(Activations.SOFTPLUS, 6, 2);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = EnclosureNetworks.gaussian("x", 3, 4);
    EnclosedJacobian jacobian = NetworkEnclosure.of(network, theta).at(x).jacobian();
    EmpiricalNtk.of(network, theta)
        .perSlot(x)
        .forEach(
            (name, part) -> {
              Quantity same =
                  part.distanceToExactNetwork(jacobian.gram(slot -> slot.name().equals(name)));
              assertThat(same.interval().hi()).isLessThan(1e-12);
              assertThat(part.distanceToExactNetwork(jacobian.gram()).interval().lo())
                  .isGreaterThan(0.01);
            });
  }

  @Test
  void anotherShapeIsRefused() {
    Network network = EnclosureNetworks.plain(Activations.TANH, 6, 2);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = EnclosureNetworks.gaussian("x", 3, 4);
    EnclosedGram exact = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    assertThatThrownBy(() -> ntk.traceKernel(x).distanceToExactNetwork(exact))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("n = 3 samples and k = 1 outputs but got n = 3, k = 2")
        .hasMessageContaining("trace kernel");
    assertThatThrownBy(
            () -> ntk.gram(EnclosureNetworks.gaussian("x", 4, 4)).distanceToExactNetwork(exact))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("n = 4 samples and k = 2 outputs but got n = 3, k = 2");
    // Six rows, but of other samples and outputs.
    assertThatThrownBy(
            () -> GramMatrix.of(ntk.gram(x).matrix(), 2, 3).distanceToExactNetwork(exact))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("n = 2 samples and k = 3 outputs but got n = 3, k = 2");
    GramMatrix closed = ntk.gram(x);
    closed.close();
    assertThatThrownBy(() -> closed.distanceToExactNetwork(exact))
        .isInstanceOf(IllegalStateException.class);
  }
}
