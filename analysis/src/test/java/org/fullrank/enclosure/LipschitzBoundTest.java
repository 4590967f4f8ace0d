package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

final class LipschitzBoundTest {
  /** {@code f = v W x} with scale 1: the second derivative has norm exactly {@code ||x||}. */
  @Test
  void oneLinearLayerAttainsTheBound() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("w", 2, 3).withSigmaW(Math.sqrt(2)),
            Dense.of("v", 3, 1).withSigmaW(Math.sqrt(3)));
    INDArray x = Tensors.of(new double[] {3, 4}, 1, 2);
    INDArray theta = network.initialize(Seed.of(1));
    // (sqrt 2 / sqrt 2) (sqrt 3 / sqrt 3) ||(3, 4)||
    assertThat(bound(network, theta, x).at(0)).isCloseTo(5, within(1e-9));
    assertThat(bound(network, theta, x).at(7)).isCloseTo(5, within(1e-9));
  }

  /**
   * {@code f = u v w}: two layers of weight 0 and one of weight 1, which grows within the ball.
   * Where the weights 0 move by d in opposite directions, the Jacobian changes by d times the
   * third.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aLayerThatGrowsCountsInTheConstantOfTheOthers(int grows) {
    Network network =
        Network.of(Shape.of(1), Dense.of("w", 1, 1), Dense.of("v", 1, 1), Dense.of("u", 1, 1));
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    double[] theta = new double[3];
    theta[grows] = 1;
    for (double radius : new double[] {1e-3, 0.1, 0.5}) {
      double lam = bound(network, Tensors.of(theta, 3), x).at(radius);
      double d = radius / 100;
      double grown = 1 + Math.sqrt(radius * radius - d * d);
      double[] there = {0, 0, 0};
      there[(grows + 1) % 3] = d;
      there[grows] = grown;
      double[] back = there.clone();
      back[(grows + 1) % 3] = -d;
      double change = frobenius(jacobian(network, there, x), jacobian(network, back, x));
      assertThat(change).isCloseTo(2 * d * grown, within(1e-12));
      assertThat(lam * 2 * d).isGreaterThanOrEqualTo(change * (1 - 1e-12));
    }
  }

  /** {@code f = u (1 + 2 v w)} at {@code (w, v, u) = (0, 0, 1)}, as above. */
  @Test
  void theFactorOfABlockCountsInWhatGrowsBehindIt() {
    Network network =
        Network.of(
            Shape.of(1),
            Residual.of(2, Dense.of("w", 1, 1), Dense.of("v", 1, 1)),
            Dense.of("u", 1, 1));
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    INDArray theta = Tensors.of(new double[] {0, 0, 1}, 3);
    for (double radius : new double[] {1e-3, 0.1, 0.3}) {
      double d = radius / 100;
      double grown = 1 + Math.sqrt(radius * radius - d * d);
      double change =
          frobenius(
              jacobian(network, new double[] {d, 0, grown}, x),
              jacobian(network, new double[] {-d, 0, grown}, x));
      assertThat(change).isCloseTo(4 * d * grown, within(1e-12));
      assertThat(bound(network, theta, x).at(radius) * 2 * d)
          .isGreaterThanOrEqualTo(change * (1 - 1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sigmoid", "softplus", "erf", "sin", "gelu_erf", "silu"})
  void jacobianChangesNoFasterAnywhereInTheBall(String name) {
    Activation a = Activations.named(name);
    Random random = new Random(3);
    for (Network network : networks(a)) {
      INDArray theta = network.initialize(Seed.of(5));
      INDArray x = Tensors.of(random.doubles(6, -1, 1).toArray(), 2, 3);
      for (double radius : new double[] {0.05, 0.5, 2}) {
        double lam = bound(network, theta, x).at(radius);
        assertThat(lam).isFinite().isPositive();
        double[] center = Tensors.toDoubles(theta);
        for (int pair = 0; pair < 20; pair++) {
          double[] p = inBall(center, radius, random);
          // Near pairs see the second derivative, far ones the average.
          double[] q = pair % 2 == 0 ? nearby(p, center, random) : inBall(center, radius, random);
          double moved = distance(p, q);
          // The Frobenius norm is at least the spectral norm.
          double change = frobenius(jacobian(network, p, x), jacobian(network, q, x));
          assertThat(change).isLessThanOrEqualTo(lam * moved * (1 + 1e-6) + 1e-12);
        }
      }
    }
  }

  @Test
  void kinksHaveNoConstantUnlessTheyAreOutOfReach() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("w", 1, 2),
            Elementwise.of(Activations.RELU),
            Dense.of("v", 2, 1));
    INDArray theta = Tensors.of(new double[] {1, -2, 0.5, 0.5}, 4);
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    // Pre-activations 1 and -2 move by at most R ||x||.
    assertThat(bound(network, theta, x).at(0.999)).isFinite();
    assertThat(bound(network, theta, x).at(1.001)).isInfinite();
    assertThat(bound(network, theta, x).quantityAt(2)).isEmpty();
  }

  private static Network[] networks(Activation a) {
    INDArray fixed = Tensors.of(new double[] {1, 0.5, -1, 0, 2, 1, 0.3, -0.2, 1}, 3, 3);
    return new Network[] {
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 5).withBias(0.5),
          Elementwise.of(a),
          Dense.of("b", 5, 2).withBias(1)),
      Network.of(
          Shape.of(3),
          FixedLinear.of("f", fixed),
          Dense.of("a", 3, 4),
          Elementwise.of(a),
          Residual.of(0.7, Dense.of("r", 4, 4).withBias(1), Elementwise.of(a), Dense.of("s", 4, 4)),
          Dense.of("b", 4, 1))
    };
  }

  private static LipschitzBound bound(Network network, INDArray theta, INDArray x) {
    return NetworkEnclosure.of(network, theta).at(x).lipschitz();
  }

  private static double[] jacobian(Network network, double[] theta, INDArray x) {
    try (INDArray t = Tensors.of(theta, theta.length);
        Jacobian j = network.jacobian(t, x);
        INDArray m = j.toMatrix()) {
      return Tensors.toDoubles(m);
    }
  }

  private static double[] inBall(double[] center, double radius, Random random) {
    double[] d = new double[center.length];
    double norm = 0;
    for (int i = 0; i < d.length; i++) {
      d[i] = random.nextGaussian();
      norm = Math.hypot(norm, d[i]);
    }
    double size = radius * Math.sqrt(random.nextDouble());
    for (int i = 0; i < d.length; i++) {
      d[i] = center[i] + size / norm * d[i];
    }
    return d;
  }

  /** A little way towards the centre, so that it stays in the ball. */
  private static double[] nearby(double[] p, double[] center, Random random) {
    double step = 1e-3 * random.nextDouble();
    double[] q = new double[p.length];
    for (int i = 0; i < p.length; i++) {
      q[i] = p[i] + step * (center[i] - p[i]);
    }
    return q;
  }

  private static double distance(double[] p, double[] q) {
    return frobenius(p, q);
  }

  private static double frobenius(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += (p[i] - q[i]) * (p[i] - q[i]);
    }
    return Math.sqrt(sum);
  }
}
