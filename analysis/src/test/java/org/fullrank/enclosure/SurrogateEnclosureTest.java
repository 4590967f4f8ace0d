package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Surrogate layers in exact arithmetic: patterns, values, derivatives, Lipschitz constants. */
class SurrogateEnclosureTest {
  private static SurrogateRelu three(long seed) {
    return SurrogateRelu.of(
        "s",
        Seed.of(seed),
        Dense.of("a", 4, 6).withSigmaW(1.4),
        Dense.of("b", 6, 5).withLayout(Layout.OUT_IN),
        Dense.of("c", 5, 3).withParameterization(Parameterization.STANDARD));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everythingIsInside(long seed) {
    Network network =
        Network.of(
            Shape.of(2, 2),
            Flatten.of(),
            three(seed),
            Dense.of("h", 3, 7).withBias(0.3),
            Elementwise.of(Activations.TANH),
            Dense.of("v", 7, 2).withBias(1));
    INDArray theta = network.initialize(Seed.of(seed));
    NetworkEnclosureTest.check(network, theta, EnclosureNetworks.gaussian("x", 3, 2, 2), 1e-11);
  }

  @Test
  void insideAResidualBlockAndAfterFixedLayers() {
    Network network =
        Network.of(
            Shape.of(4),
            FixedLinear.of("f", EnclosureNetworks.gaussian("f", 4, 4)),
            Residual.of(0.7, Sequential.of(three(1), Dense.of("r", 3, 4))),
            Dense.of("v", 4, 2));
    INDArray theta = network.initialize(Seed.of(3));
    NetworkEnclosureTest.check(network, theta, EnclosureNetworks.gaussian("x", 3, 4), 1e-11);
    List<EnclosedGate> gates =
        NetworkEnclosure.of(network, theta).at(EnclosureNetworks.gaussian("x", 3, 4)).gates();
    assertThat(gates).extracting(EnclosedGate::layer).containsExactly("a", "b", "c");
    for (EnclosedGate gate : gates) {
      assertThat(gate.undecided()).isZero();
      assertThat(gate.clearance()).isPositive();
    }
  }

  /** In a shortcut the layer's own parameters come after those of the branch. */
  @Test
  void parametersOfAShortcutAreFoundBehindTheBranch() {
    Network network =
        Network.of(
            Shape.of(4),
            Residual.of(0.7, Dense.of("d", 4, 3)).withShortcut(three(1)),
            Dense.of("v", 3, 2));
    INDArray theta = network.initialize(Seed.of(3));
    NetworkEnclosureTest.check(network, theta, EnclosureNetworks.gaussian("x", 3, 4), 1e-11);
  }

  /** Signal {@code t} in layer 2 is the difference of two equal units: 0, but not provably. */
  private static Network uncertain() {
    SurrogateRelu layer =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 3, 2), Dense.of("b", 2, 2))
            .withGates(Tensors.of(new double[] {.1, .1, .2, .2, .3, .3, 1, 1, -1, 1}, 10));
    return Network.of(Shape.of(3), layer, Dense.of("v", 2, 1));
  }

  @Test
  void anUncertainGateMayBeOpenOrClosed() {
    Network network = uncertain();
    INDArray theta = Tensors.of(new double[] {1, 0, 0, 1, 1, 1, 2, 0, 0, 3, 5, 7}, 12);
    INDArray x = Tensors.of(new double[] {-1, -1, -1, 1, 2, 3}, 2, 3);
    EnclosedNetwork at = NetworkEnclosure.of(network, theta).at(x);
    EnclosedGate second = at.gates().get(1);
    assertThat(at.gates().get(0).undecided()).isZero();
    // On the first sample all units are closed and t is exactly 0, which is decided.
    assertThat(second.signals().get(0, 0)).isEqualTo(Interval.ZERO);
    assertThat(second.isDecided(0, 0)).isTrue();
    assertThat(second.isDecided(1, 0)).isFalse();
    assertThat(second.isDecided(1, 1)).isTrue();
    assertThat(second.undecided()).isEqualTo(1);
    assertThat(second.firstUndecided().orElseThrow())
        .startsWith("unit 0 of layer b on sample 1: t in [");
    assertThat(second.firstZero().orElseThrow()).startsWith("unit 0 of layer b on sample 0");
    assertThat(second.clearance()).isZero();
    // Both possibilities are inside: w of the unit, and 0.
    Interval value = at.valueAfter(1).get(1, 0);
    assertThat(value.contains(0)).isTrue();
    assertThat(value.contains(second.values().get(1, 0))).isTrue();
    assertThat(second.values().get(1, 0).lo()).isPositive();
    assertThat(at.jacobian().gram().exactNetwork().radius()).isGreaterThan(0.1);
  }

  /** Their values and gradients at one point are enclosed, but no ball has a Lipschitz constant. */
  @Test
  void gatesThatMoveHaveNoLipschitzConstant() {
    SurrogateRelu layer = three(1);
    boolean named = false;
    for (Layer before :
        List.of(
            Dense.of("d", 4, 4),
            Sequential.of(Dense.of("d", 4, 4), Elementwise.of(Activations.TANH)),
            Residual.of(1, Dense.of("d", 4, 4)))) {
      Network network = Network.of(Shape.of(4), before, layer, Dense.of("v", 3, 1));
      assertThat(NetworkEnclosure.obstacle(network)).isEmpty();
      INDArray theta = network.initialize(Seed.of(1));
      INDArray x = EnclosureNetworks.gaussian("x", 2, 4);
      EnclosedNetwork at = NetworkEnclosure.of(network, theta).at(x);
      DecimalNetwork truth = new DecimalNetwork(network, theta, x);
      for (int l = 0; l <= network.layers().size(); l++) {
        EnclosureNetworks.contains("layer " + l, at.valueAfter(l), truth.values.get(l));
      }
      EnclosedGram gram = at.jacobian().gram();
      assertThat(NetworkEnclosureTest.distance(gram.stored(), truth.gram()))
          .isLessThanOrEqualTo(gram.exactNetwork().radius());
      assertThat(gram.exactNetwork().radius()).isLessThan(1e-10);
      assertThat(at.lipschitz().at(1e-300)).isInfinite();
      assertThat(at.lipschitz(s -> !s.name().equals("d.W")).at(1)).isFinite();
      Certificate certificate =
          JacobianDescent.withDefaults()
              .check(TrainingProblem.of(network, theta, x, Tensors.of(new double[2], 2, 1)));
      assertThat(certificate.verdict()).isEqualTo(Verdict.UNDECIDED);
      String obstacle = certificate.obstacle().orElseThrow().toString();
      // Some of these Jacobians are not known to have full rank, which is checked before.
      assertThat(obstacle).containsAnyOf("fixed gates after trained layers", "sigma_min");
      named |= obstacle.contains("fixed gates after trained layers");
    }
    assertThat(named).isTrue();
  }

  /** {@code f = v 1[t > 0] W x} with one open gate: the second derivative has norm ||x||. */
  @Test
  void lipschitzConstantIsSharpForOneOpenGateAndNeedsNoClearance() {
    SurrogateRelu layer =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("w", 2, 2).withSigmaW(Math.sqrt(2)))
            .withGates(Tensors.of(new double[] {1e-9, -1, 0, 0}, 4));
    Network network = Network.of(Shape.of(2), layer, Dense.of("v", 2, 1).withSigmaW(Math.sqrt(2)));
    INDArray theta = network.initialize(Seed.of(1));
    LipschitzBound bound =
        NetworkEnclosure.of(network, theta).at(Tensors.of(new double[] {3, 4}, 1, 2)).lipschitz();
    for (double radius : new double[] {0, 1, 1e3, 1e12}) {
      assertThat(bound.at(radius)).isBetween(5.0, 5 * (1 + 1e-9));
    }
  }

  @Test
  void jacobianChangesNoFasterAnywhereInTheBall() {
    Random random = new Random(3);
    for (int depth = 1; depth <= 3; depth++) {
      Dense[] layers = new Dense[depth];
      for (int l = 0; l < depth; l++) {
        layers[l] = Dense.of("l" + l, l == 0 ? 3 : 5, 5).withSigmaW(1.4);
      }
      Network network =
          Network.of(
              Shape.of(3), SurrogateRelu.of("s", Seed.of(depth), layers), Dense.of("v", 5, 2));
      double[] center = Tensors.toDoubles(network.initialize(Seed.of(5)));
      INDArray x = Tensors.of(random.doubles(6, -1, 1).toArray(), 2, 3);
      for (double radius : new double[] {0.05, 0.5, 2, 20}) {
        double lam =
            NetworkEnclosure.of(network, Tensors.of(center, center.length))
                .at(x)
                .lipschitz()
                .at(radius);
        double worst = 0;
        for (int pair = 0; pair < 30; pair++) {
          double[] p = near(center, radius, random);
          double[] q = near(center, radius, random);
          double change = distance(jacobian(network, p, x), jacobian(network, q, x));
          // The Frobenius norm of a few rows is at most sqrt(4) times the spectral norm.
          worst = Math.max(worst, change / 2 / distance(p, q));
        }
        assertThat(lam).isFinite().isGreaterThanOrEqualTo(worst);
      }
    }
  }

  private static double[] near(double[] center, double radius, Random random) {
    double[] d = new double[center.length];
    double norm = 0;
    for (int i = 0; i < d.length; i++) {
      d[i] = random.nextGaussian();
      norm = Math.hypot(norm, d[i]);
    }
    for (int i = 0; i < d.length; i++) {
      d[i] = center[i] + radius * random.nextDouble() / norm * d[i];
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
