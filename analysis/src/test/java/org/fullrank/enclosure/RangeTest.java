package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalInt;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.testkit.StatedActivation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** However little is known about the argument of a bounded function, its value is in its range. */
class RangeTest {
  /** {@code max(-1, min(x, 2))} without or with the statement of its range. */
  private static StatedActivation clipped(double lowerBound, double upperBound) {
    double infinity = Double.POSITIVE_INFINITY;
    return StatedActivation.of(
            "clipped",
            x -> Math.max(-1, Math.min(x, 2)),
            x -> x > -1 && x < 2 ? 1 : 0,
            x -> 0,
            new Regularity(1, infinity, false, false, false, OptionalInt.empty()))
        .withKinks(new Kinks(List.of(new Kink(-1, 1), new Kink(2, 1)), 0))
        .withAccuracy(Accuracy.EXACT)
        .withRange(lowerBound, upperBound);
  }

  private static Network network(Activation phi) {
    return Network.of(
        Shape.of(3),
        Dense.of("a", 3, 4).withBias(0.5).withScales(1, 1),
        Elementwise.of(phi),
        Dense.of("v", 4, 1).withScales(0.5, 0));
  }

  private static double width(Activation phi) {
    return phi.upperBound() - phi.lowerBound();
  }

  /** Pre-activations of about 1e150 with errors of about 1e134, and some that overflow. */
  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sigmoid", "erf", "sin", "cos", "gaussian"})
  void hugeArguments(String name) {
    Activation phi = Activations.named(name);
    Network network = network(phi);
    INDArray theta = network.initialize(Seed.of(1));
    for (double scale : new double[] {1e20, 1e150, 1e307, Double.MAX_VALUE}) {
      INDArray x = EnclosureNetworks.gaussian("x", 2, 3);
      x.divi(x.amaxNumber()).muli(scale);
      EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(x);
      IntervalMatrix h = values.valueAfter(2);
      double reach = 2 * width(phi);
      double[] v =
          Tensors.toDoubles(theta.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(16, 20)));
      double most = 0;
      for (double weight : v) {
        most += 0.5 * Math.abs(weight) * reach;
      }
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
          assertThat(h.get(i, j).width()).as("%s %s", name, scale).isLessThan(1.001 * reach);
        }
        // Four entries, each within the width of the range.
        assertThat(h.rowError(i)).isLessThan(2.001 * width(phi));
        assertThat(values.output().get(i, 0).width()).isLessThan(1.001 * most);
      }
    }
  }

  /**
   * What is cut still contains the exact values, here where the argument is known to a few units.
   */
  @ParameterizedTest
  @CsvSource({
    "tanh, 3e15",
    "sigmoid, 3e15",
    "gaussian, 3e15",
    "sin, 3e15",
    "cos, 3e15",
    "sin, 1e17"
  })
  void cutEnclosuresContainTheExactValues(String name, double scale) {
    Network network = network(Activations.named(name));
    INDArray theta = network.initialize(Seed.of(2));
    INDArray x = EnclosureNetworks.gaussian("y", 4, 3).muli(scale);
    DecimalNetwork exact = new DecimalNetwork(network, theta, x);
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(x);
    for (int l = 0; l <= 3; l++) {
      EnclosureNetworks.contains(name + " layer " + l, values.valueAfter(l), exact.values.get(l));
    }
  }

  @Test
  void theRangeOfAnOwnActivationIsAStatementThatIsBelieved() {
    // One of the inputs of the activation is 0 with a radius of 1e200 / 2^53, more or less.
    Network free = own(clipped(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    Network stated = own(clipped(-1, 2));
    Network half = own(clipped(-1, Double.POSITIVE_INFINITY));
    INDArray x = Tensors.of(new double[] {1e200, -1e200, 1e200}, 1, 3);
    INDArray w = Tensors.of(new double[] {0.1, 0.2, 0.1}, 3);
    IntervalMatrix before = NetworkEnclosure.of(free, w).at(x).output();
    IntervalMatrix after = NetworkEnclosure.of(stated, w).at(x).output();
    assertThat(before.get(0, 0).width()).isGreaterThan(1e160);
    assertThat(NetworkEnclosure.of(half, w).at(x).output().get(0, 0)).isEqualTo(before.get(0, 0));
    double value = after.midpoints()[0][0];
    assertThat(after.midpoints()).isDeepEqualTo(before.midpoints());
    // The farthest end of [-1, 2] from the computed value.
    assertThat(after.radii()[0][0]).isCloseTo(Math.max(2 - value, value + 1), within(1e-15));
    assertThat(after.rowError(0)).isCloseTo(after.radii()[0][0], within(1e-9));
    for (String end : new String[] {"-1", "2"}) {
      assertThat(after.get(0, 0).contains(new BigDecimal(end))).isTrue();
    }
  }

  private static Network own(Activation phi) {
    return Network.of(Shape.of(3), Dense.of("a", 3, 1).withScales(1, 0), Elementwise.of(phi));
  }

  @Test
  void aRangeWithoutNumbersIsAnObstacle() {
    for (Activation phi : new Activation[] {clipped(2, -1), clipped(Double.NaN, 1)}) {
      assertThat(NetworkEnclosure.obstacle(own(phi)).orElseThrow())
          .contains("clipped")
          .contains("lowerBound()");
    }
  }
}
