package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@link PyramidalDescent} presumes, spoiled one by one. */
final class PyramidalPremisesTest {
  private static final PyramidalDescent THEOREM = PyramidalDescent.withDefaults();
  private static final int N = 3;

  static Stream<Arguments> violations() {
    Dense a = Dense.of("a", 2, 4);
    Dense b = Dense.of("b", 4, 3);
    Dense c = Dense.of("c", 3, 2);
    Layer phi = Elementwise.of(Activations.TANH);
    UnaryOperator<TrainingProblem> same = p -> p;
    return Stream.of(
        row("the loss", p -> p.withLoss(Losses.MEAN_SQUARED), a, phi, b, phi, c),
        row("slot b.W is frozen", p -> p.withFrozen("b.W"), a, phi, b, phi, c),
        row("narrower than", same, Dense.of("a", 2, 2), phi, Dense.of("b", 2, 2)),
        row("widens the pyramid", same, a, phi, b, phi, Dense.of("c", 3, 4)),
        row("there must be", same, a),
        row("there must be", same, a, phi, b, phi),
        row("is not an activation", same, a, Dense.of("x", 4, 4), b),
        row("is not a dense layer", same, phi, Dense.of("a", 2, 4), phi),
        row("is not a dense layer", same, a, phi, Residual.of(1, Dense.of("r", 4, 4)), phi, b),
        row(
            "unstated",
            same,
            a,
            phi,
            b,
            Elementwise.of(TestActivations.plainIdentity("unstated")),
            c));
  }

  private static Arguments row(String text, UnaryOperator<TrainingProblem> spoil, Layer... layers) {
    return Arguments.of(text, Network.of(Shape.of(2), layers), spoil);
  }

  @ParameterizedTest
  @MethodSource("violations")
  void theViolatedPremiseIsNamed(
      String text, Network network, UnaryOperator<TrainingProblem> spoil) {
    Certificate certificate =
        THEOREM.check(spoil.apply(problem(network, network.initialize(Seed.of(3)), distinct(), 1)));
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
  }

  @Test
  void ranksSlopesAndResidualAreMeasured() {
    Network network = pyramid(Activations.TANH);
    INDArray theta = network.initialize(Seed.of(3));
    assertThat(THEOREM.check(problem(network, theta, distinct(), 1e-7)).isProof()).isTrue();
    open(problem(network, theta, distinct(), 100), "changes little");
    double[][] twice = distinct();
    twice[1] = twice[0].clone();
    open(problem(network, theta, twice, 1e-7), "wide layer");
    double[] flat = Tensors.toDoubles(theta);
    // The last matrix, [3, 2], with two equal columns.
    for (int i = 0; i < 3; i++) {
      flat[flat.length - 1 - 2 * i] = flat[flat.length - 2 - 2 * i];
    }
    open(problem(network, Tensors.of(flat, flat.length), distinct(), 1e-7), "pyramid");
    Network leaky = pyramid(Activations.leakyRelu(0.1));
    open(problem(leaky, leaky.initialize(Seed.of(3)), distinct(), 1), "no constant");
  }

  /** With an identity that is known to 0.1 only, features are known to as much. */
  @Test
  void errorsOfTheFeaturesCount() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("a", 1, 1).withScales(1, 0),
            Elementwise.of(
                TestActivations.plainIdentity("rough").withAccuracy(new Accuracy(0, 0.1, 0, 0))),
            Dense.of("b", 1, 1).withScales(1, 0));
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[] {1, 1}, 2),
            Tensors.ofRows(new double[][] {{2}}),
            Tensors.ofRows(new double[][] {{2}}));
    Interval features = Evidence.of(problem).get(Measurements.PYRAMIDAL).features().interval();
    assertThat(features.lo()).isBetween(1.899, 1.9);
    assertThat(features.hi()).isBetween(2.1, 2.101);
  }

  /** A slope that vanishes is named: ReLU after a layer of negative values. */
  @Test
  void aVanishingSlopeIsNamed() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("a", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.RELU),
            Dense.of("c", 1, 1).withScales(1, 0));
    Certificate certificate =
        THEOREM.check(
            TrainingProblem.of(
                network,
                Tensors.of(new double[] {1, -1, 1}, 3),
                Tensors.ofRows(new double[][] {{1}}),
                Tensors.ofRows(new double[][] {{1}})));
    assertThat(certificate.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains("min |phi'(Z_2)|");
  }

  private static Network pyramid(Activation phi) {
    return Network.of(
        Shape.of(2),
        Dense.of("a", 2, 12),
        Elementwise.of(phi),
        Dense.of("b", 12, 3),
        Elementwise.of(phi),
        Dense.of("c", 3, 2));
  }

  private static void open(TrainingProblem problem, String text) {
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
  }

  private static double[][] distinct() {
    return new double[][] {{1, 0}, {0, 1}, {0.6, -0.8}};
  }

  private static TrainingProblem problem(
      Network network, INDArray theta, double[][] x, double distance) {
    assertThat(x).hasDimensions(N, 2);
    return new Thresholds.Family(network, theta, Tensors.ofRows(x), new Random(1)).at(distance);
  }
}
