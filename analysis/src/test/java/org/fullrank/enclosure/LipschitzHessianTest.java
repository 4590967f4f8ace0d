package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The bound against second derivatives found by differences, over all kinds of networks. */
final class LipschitzHessianTest {
  /** Errors of central differences, relative. */
  private static final double DIFFERENCES = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sigmoid", "softplus", "erf", "sin", "gelu_erf"})
  void exceedsEverySecondDerivative(String name) {
    sweep(Activations.named(name), 3, 1);
  }

  @ParameterizedTest
  @Tag("exhaustive")
  @ValueSource(strings = {"tanh", "sigmoid", "softplus", "erf", "sin", "gelu_erf", "silu"})
  void exceedsEverySecondDerivativeOverManyPoints(String name) {
    sweep(Activations.named(name), Integer.MAX_VALUE, 8);
  }

  private static void sweep(Activation a, int most, int points) {
    Random random = new Random(a.name().hashCode());
    for (Network network : networks(a)) {
      double[] theta = Tensors.toDoubles(network.initialize(Seed.of(11)));
      INDArray x = Tensors.of(random.doubles(6, -1.5, 1.5).toArray(), 3, 2);
      List<Set<String>> subsets = new ArrayList<>(subsets(network));
      Collections.shuffle(subsets, random);
      for (Set<String> trained : subsets.subList(0, Math.min(most, subsets.size()))) {
        double radius = 0.05 + 1.5 * random.nextDouble();
        double bound = bound(network, theta, x, trained).at(radius);
        HessianOracle oracle = new HessianOracle(network, x, indices(network, trained));
        double found = oracle.inBall(theta, radius, points, random);
        assertThat(found)
            .as("%s, trained %s, radius %s, bound %s", network, trained, radius, bound)
            .isLessThanOrEqualTo(bound * (1 + DIFFERENCES) + 1e-8);
      }
    }
  }

  /** All, all without one, one alone. */
  private static List<Set<String>> subsets(Network network) {
    List<String> names = network.slots().stream().map(Slot::name).toList();
    List<Set<String>> subsets = new ArrayList<>();
    subsets.add(Set.copyOf(names));
    for (String one : names) {
      subsets.add(Set.of(one));
      subsets.add(names.stream().filter(n -> !n.equals(one)).collect(Collectors.toSet()));
    }
    return subsets;
  }

  private static List<Network> networks(Activation a) {
    INDArray fixed = Tensors.of(new double[] {1, 0.5, -1, 0.3}, 2, 2);
    return List.of(
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 3).withBias(0.7),
            Elementwise.of(a),
            Dense.of("b", 3, 2).withBias(1)),
        Network.of(
            Shape.of(2),
            FixedLinear.of("f", fixed),
            Dense.of("a", 2, 3).withBias(0.5),
            Elementwise.of(a),
            Dense.of("m", 3, 2),
            Elementwise.of(a),
            Dense.of("b", 2, 1)),
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 3),
            Elementwise.of(a),
            Residual.of(-0.7, Dense.of("r", 3, 3).withBias(1), Elementwise.of(a)),
            Dense.of("b", 3, 2)),
        Network.of(
            Shape.of(2),
            Residual.of(1.3, Dense.of("r", 2, 3).withScales(0.8, -0.4), Elementwise.of(a))
                .withShortcut(Dense.of("s", 2, 3)),
            Dense.of("b", 3, 1).withBias(1)));
  }

  /** The published constants (A) and (B), here with {@code X} of all samples. */
  @Test
  void twoLayersHaveTheirClosedForms() {
    Random random = new Random(4);
    int n = 5;
    int m = 12;
    Network network =
        Network.of(
            Shape.of(3),
            Dense.of("a", 3, m),
            Elementwise.of(Activations.TANH),
            Dense.of("b", m, 1));
    double[] theta = Tensors.toDoubles(network.initialize(Seed.of(2)));
    double[][] rows = new double[n][];
    double longest = 0;
    for (int i = 0; i < n; i++) {
      rows[i] = random.doubles(3, -1, 1).toArray();
      longest = Math.max(longest, norm(rows[i]));
    }
    INDArray x = Tensors.ofRows(rows);
    double largest = 0;
    for (int k = 3 * m; k < theta.length; k++) {
      largest = Math.max(largest, Math.abs(theta[k]));
    }
    // Both layers divide by the square root of their fan-in.
    double common = spectralNorm(rows) / Math.sqrt(3) / Math.sqrt(m);
    double l2 = 4 / (3 * Math.sqrt(3));
    double curvature = l2 * longest / Math.sqrt(3);
    for (double radius : new double[] {0, 0.3, 2}) {
      assertThat(bound(network, theta, x, Set.of("a.W")).at(radius))
          .isCloseTo(common * curvature * largest, within(1e-4));
      double c = curvature * (largest + radius);
      double both = common * (c + Math.sqrt(c * c + 4)) / 2;
      assertThat(bound(network, theta, x, Set.of("a.W", "b.W")).at(radius))
          .isLessThanOrEqualTo(both * (1 + 1e-4));
    }
    assertThat(bound(network, theta, x, Set.of("b.W")).at(3)).isZero();
  }

  /**
   * {@code f = v sin(w)} at {@code w = pi/2, v = 0}: the second derivative is {@code -R} at {@code
   * v = R}, and stems from a cotangent that is 0 at the start.
   */
  @Test
  void cotangentsGrowWithTheBall() {
    Network network =
        Network.of(
            Shape.of(1), Dense.of("w", 1, 1), Elementwise.of(Activations.SIN), Dense.of("v", 1, 1));
    Network deeper =
        Network.of(
            Shape.of(1),
            Dense.of("u", 1, 1),
            Dense.of("w", 1, 1),
            Elementwise.of(Activations.SIN),
            Dense.of("v", 1, 1));
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    double radius = 3;
    double[] theta = {Math.PI / 2, 0};
    double bound = bound(network, theta, x, Set.of("w.W", "v.W")).at(radius);
    assertThat(bound).isCloseTo((radius + Math.sqrt(radius * radius + 4)) / 2, within(1e-9));
    // Here the recursion alone decides.
    double alone = bound(deeper, new double[] {1, Math.PI / 2, 0}, x, Set.of("u.W", "v.W")).at(20);
    assertThat(alone).isGreaterThanOrEqualTo(20 * Math.PI * Math.PI / 4);
  }

  /**
   * {@code f = cos((1 + w) u)} at 0 has the second derivative {@code -(1 + R)^2} at {@code w = R}.
   */
  @Test
  void weightsGrowWithTheBall() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("u", 1, 1),
            Residual.of(1, Dense.of("w", 1, 1)),
            Elementwise.of(Activations.COS),
            Dense.of("v", 1, 1));
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    double[] theta = {0, 0, 1};
    assertThat(bound(network, theta, x, Set.of("u.W", "w.W")).at(1)).isGreaterThanOrEqualTo(4);
    // Frozen weights do not grow.
    assertThat(bound(network, theta, x, Set.of("u.W")).at(1)).isCloseTo(1, within(1e-9));
  }

  /** Where samples are orthogonal (B) is below the sum over samples, and is what is returned. */
  @Test
  void orthogonalSamplesHaveTheClosedFormItself() {
    int n = 8;
    Network network =
        Network.of(
            Shape.of(n),
            Dense.of("a", n, 3).withScales(1, 0),
            Elementwise.of(Activations.TANH),
            Dense.of("b", 3, 1).withScales(0.5, 0));
    double[] theta = new double[n * 3 + 3];
    theta[n * 3] = 0.5;
    theta[n * 3 + 1] = -2;
    double[][] rows = new double[n][n];
    for (int i = 0; i < n; i++) {
      rows[i][i] = 3;
    }
    for (double radius : new double[] {0, 0.3, 2, 20}) {
      double c = 4 / (3 * Math.sqrt(3)) * (2 + radius) * 3;
      double both = 0.5 * 3 * (c + Math.sqrt(c * c + 4)) / 2;
      assertThat(
              bound(network, theta, Tensors.ofRows(rows), Set.of("a.W", "b.W")).at(radius) / both)
          .isCloseTo(1, within(1e-4));
    }
  }

  /** {@code f = v w.x} with scale g: the second derivative has norm exactly {@code g ||x||}. */
  @Test
  void oneLinearUnitAttainsTheBound() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 1).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 1, 1).withScales(0.5, 0));
    INDArray x = Tensors.of(new double[] {3, 4}, 1, 2);
    for (double radius : new double[] {0, 7}) {
      assertThat(bound(network, new double[] {1, 2, 3}, x, Set.of("a.W", "b.W")).at(radius))
          .isCloseTo(2.5, within(1e-6));
    }
  }

  /** A sample with weight w counts like w^2 equal ones. */
  @Test
  void weightsStandForRepeatedSamples() {
    Network network = networks(Activations.ERF).get(0);
    double[] theta = Tensors.toDoubles(network.initialize(Seed.of(9)));
    INDArray point = Tensors.of(theta, theta.length);
    double[] p = {0.3, -1};
    double[] q = {1, 0.5};
    INDArray repeated = Tensors.ofRows(new double[][] {p, p, p, p, q});
    INDArray unique = Tensors.ofRows(new double[][] {p, q});
    for (Set<String> trained : subsets(network)) {
      double expected = bound(network, theta, repeated, trained).at(0.5);
      double actual =
          NetworkEnclosure.of(network, point)
              .at(unique)
              .withSampleWeights(2, 1)
              .lipschitz(slot -> trained.contains(slot.name()))
              .at(0.5);
      assertThat(actual).isCloseTo(expected, within(1e-6 * (1 + expected)));
    }
  }

  private static LipschitzBound bound(
      Network network, double[] theta, INDArray x, Set<String> trained) {
    return NetworkEnclosure.of(network, Tensors.of(theta, theta.length))
        .at(x)
        .lipschitz(slot -> trained.contains(slot.name()));
  }

  private static int[] indices(Network network, Set<String> trained) {
    return network.slots().stream()
        .filter(s -> trained.contains(s.name()))
        .flatMapToInt(s -> IntStream.range((int) s.offset(), (int) (s.offset() + s.size())))
        .toArray();
  }

  private static double spectralNorm(double[][] rows) {
    double[] v = {1, 0.9, 1.1};
    double value = 0;
    for (int t = 0; t < 2000; t++) {
      double[] next = new double[3];
      for (double[] row : rows) {
        double dot = row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
        for (int j = 0; j < 3; j++) {
          next[j] += dot * row[j];
        }
      }
      value = norm(next);
      for (int j = 0; j < 3; j++) {
        v[j] = next[j] / value;
      }
    }
    return Math.sqrt(value);
  }

  private static double norm(double[] v) {
    double norm = 0;
    for (double t : v) {
      norm = Math.hypot(norm, t);
    }
    return norm;
  }
}
