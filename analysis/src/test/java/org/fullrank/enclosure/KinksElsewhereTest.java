package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Enclosures and Lipschitz constants of networks whose units bend elsewhere than at 0. */
class KinksElsewhereTest {
  static Stream<Activation> bent() {
    return Stream.of(
        new TestActivations.Clamp(-1, 1),
        new TestActivations.Clamp(0, 6),
        new TestActivations.Clamp(-0.3, 0.2),
        new TestActivations.Hinge(0.25),
        new TestActivations.Hinge(-1.5),
        new TestActivations.Wave(0.3));
  }

  @ParameterizedTest
  @MethodSource("bent")
  void everythingIsInside(Activation phi) {
    Network network = EnclosureNetworks.everyLayer(phi, Parameterization.NTK, 2);
    INDArray theta = network.initialize(Seed.of(7));
    NetworkEnclosureTest.check(network, theta, EnclosureNetworks.gaussian("x", 3, 2, 2), 1e-11);
  }

  /** Pre-activations of 1 and a unit more or less in the last place: on the kink, and beside it. */
  @Test
  void roundingErrorsReachTheKink() {
    double third = 1.0 / 3;
    Network network =
        Network.of(
            Shape.of(3),
            Dense.of("a", 3, 1).withScales(1, 0),
            Elementwise.of(new TestActivations.Clamp(-1, 1)),
            Dense.of("b", 1, 1).withScales(1, 0));
    INDArray theta = Tensors.of(new double[] {third, third, third, 1}, 4);
    Random random = new Random(1);
    int wide = 0;
    for (int i = 0; i < 300; i++) {
      double[] x = new double[3];
      for (int j = 0; j < 3; j++) {
        x[j] = 1 + (random.nextInt(9) - 4) * 0x1p-52;
      }
      INDArray input = Tensors.of(x, 1, 3);
      DecimalNetwork exact = new DecimalNetwork(network, theta, input);
      EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(input);
      EnclosureNetworks.contains("value", values.output(), exact.values.get(3));
      Interval slope = values.jacobian().factors().get(0).cotangents().get(0, 0);
      // The exact pre-activation is not 1 to 70 digits, so the derivative is that of one side.
      BigDecimal truth = exact.jacobian[0][0].divide(new BigDecimal(x[0]), DecimalFunctions.DIGITS);
      assertThat(slope.contains(truth)).as("%s in %s", truth, slope).isTrue();
      wide += slope.width() > 0 ? 1 : 0;
    }
    assertThat(wide).isBetween(20, 280);
  }

  /** Pre-activations 0.5 and -2 move by at most the radius; the nearest kink is the one at 1. */
  @Test
  void theBallMayReachUpToTheNearestKink() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("w", 1, 2),
            Elementwise.of(new TestActivations.Clamp(-1, 1)),
            Dense.of("v", 2, 1));
    INDArray theta = Tensors.of(new double[] {0.5, -2, 0.5, 0.5}, 4);
    LipschitzBound bound =
        NetworkEnclosure.of(network, theta).at(Tensors.of(new double[] {1}, 1, 1)).lipschitz();
    assertThat(bound.at(0.499)).isFinite();
    assertThat(bound.at(0.501)).isInfinite();
  }

  /**
   * Curved pieces have a constant of their own, which is that of the whole while no kink is met.
   */
  @Test
  void jacobianChangesNoFasterWhileNoKinkIsMet() {
    Random random = new Random(5);
    for (double at : new double[] {0.3, -4, 3}) {
      Network network =
          Network.of(
              Shape.of(2),
              Dense.of("a", 2, 4).withBias(0.5),
              Elementwise.of(new TestActivations.Wave(at)),
              Dense.of("b", 4, 1));
      double[] center = Tensors.toDoubles(network.initialize(Seed.of(3)));
      INDArray x = Tensors.of(random.doubles(4, -1, 1).toArray(), 2, 2);
      LipschitzBound bound =
          NetworkEnclosure.of(network, Tensors.of(center, center.length)).at(x).lipschitz();
      double radius = 1;
      while (Double.isInfinite(bound.at(radius))) {
        radius /= 2;
      }
      assertThat(radius).as("still useful").isGreaterThan(1e-4);
      for (int pair = 0; pair < 50; pair++) {
        double[] p = moved(center, radius, random);
        double[] q = moved(center, radius, random);
        double change = distance(jacobian(network, p, x), jacobian(network, q, x));
        assertThat(change).isLessThanOrEqualTo(bound.at(radius) * distance(p, q) * (1 + 1e-9));
        assertThat(change).isPositive();
      }
    }
  }

  private static double[] moved(double[] center, double radius, Random random) {
    double[] d = random.doubles(center.length, -1, 1).toArray();
    double norm = distance(d, new double[d.length]);
    for (int i = 0; i < d.length; i++) {
      d[i] = center[i] + radius * d[i] / (norm * (1 + 1e-12));
    }
    return d;
  }

  private static double[] jacobian(Network network, double[] theta, INDArray x) {
    try (INDArray t = Tensors.of(theta, theta.length);
        Jacobian j = network.jacobian(t, x);
        INDArray m = j.toMatrix()) {
      return Tensors.toDoubles(m);
    }
  }

  private static double distance(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += (p[i] - q[i]) * (p[i] - q[i]);
    }
    return Math.sqrt(sum);
  }
}
