package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.JacobianNumbers;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.Measurements;
import org.fullrank.evidence.PyramidalNetwork;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

final class PyramidalDescentTest {
  private static final PyramidalDescent THEOREM = PyramidalDescent.withDefaults();
  private static final int N = 3;

  @Test
  void aSampleAtTheThreshold() {
    assertThat(Thresholds.sweep(THEOREM, RandomNetworks::pyramid, 20, 64)).isGreaterThan(14);
  }

  @Test
  @Tag("exhaustive")
  void allAtTheThreshold() {
    int tried = Thresholds.sweep(THEOREM, RandomNetworks::pyramid, 300, 256);
    System.out.println(THEOREM.name() + ": " + tried + " of 300 had a threshold");
    assertThat(tried).isGreaterThan(200);
  }

  /** The bound is one of the same number that the Gram matrix of all trained layers gives. */
  @Test
  void theBoundIsBelowTheSmallestSingularValue() {
    int positive = 0;
    for (long seed = 0; seed < 60; seed++) {
      Evidence evidence = Evidence.of(RandomNetworks.pyramid(seed).at(1));
      PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
      assertThat(net.obstacle()).isEmpty();
      Interval bound = PyramidalDescent.lowerBound(net).interval();
      Interval sigma = evidence.get(Measurements.JACOBIAN).sigmaMin().interval();
      assertThat(bound.lo()).as("seed " + seed).isLessThanOrEqualTo(sigma.hi());
      positive += bound.lo() > 0 ? 1 : 0;
    }
    assertThat(positive).isGreaterThan(50);
  }

  /**
   * Where the bound is attained: F_1 = diag(2, 6), g_2 = 1/2, all units of the second layer on
   * their slope 1/4, W_3 with orthogonal columns of length 3 and 4 times g_3 = 2. A residual on the
   * first sample and output gives 1/2 * 2 * 1/4 * 2 * 3 = 3/2.
   */
  @Test
  void theBoundIsAttained() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 2, 3).withScales(0.5, 0),
            Elementwise.of(Activations.leakyRelu(0.25)),
            Dense.of("c", 3, 2).withScales(2, 0).withLayout(Layout.OUT_IN));
    double[] theta = {2, 0, 0, 2, -1, -1, -1, -1, -1, -1, 3, 0, 0, 0, 4, 0};
    TrainingProblem problem =
        TrainingProblem.of(
                network,
                Tensors.of(theta, theta.length),
                Tensors.ofRows(new double[][] {{1, 0}, {0, 3}}),
                Tensors.ofRows(new double[][] {{0, 0}, {0, 0}}))
            .withFrozen("a.W", "c.W");
    Evidence evidence = Evidence.of(problem);
    PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
    Interval bound = PyramidalDescent.lowerBound(net).interval();
    Interval sigma = evidence.get(Measurements.JACOBIAN).sigmaMin().interval();
    assertThat(bound.contains(1.5)).as(bound.toString()).isTrue();
    assertThat(bound.width()).isLessThan(1e-6);
    assertThat(sigma.contains(1.5)).as(sigma.toString()).isTrue();
    assertThat(net.features().interval().contains(2)).isTrue();
    assertThat(net.slopes().get(0).interval().contains(0.25)).isTrue();
    assertThat(net.weights().get(0).interval().contains(6)).isTrue();
    assertThat(net.norms().get(2).interval().contains(4)).isTrue();
    assertThat(net.normX().interval().contains(3)).isTrue();
    assertThat(net.frobeniusX().interval().mid()).isCloseTo(Math.sqrt(10), within(1e-14));
    assertThat(net.published()).isFalse();
  }

  /** The two ratios of the paper's conditions, in plain arithmetic. */
  @Test
  void publishedRatiosAreQuotedNotConcluded() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("a", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.leakyRelu(0.5)),
            Dense.of("c", 1, 1).withScales(1, 0));
    // F_1 = 6, Z_2 = -30, f = -15 * 7.
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[] {3, -5, 7}, 3),
            Tensors.ofRows(new double[][] {{2}}),
            Tensors.ofRows(new double[][] {{-105.5}}));
    double gamma = 0.5;
    double first = 2.0 / 3 * 4;
    double second = 2.0 / 3 * 6;
    double common = Math.pow(gamma, 4) / 3 * Math.pow(6 / gamma / gamma, 3) * 2 * 0.5 * 7 / 49;
    double worst = Math.max(2 * first * second / 49, Math.max(first, second));
    List<Quantity> ratios = THEOREM.publishedRatios(Evidence.of(problem));
    assertThat(ratios).hasSize(2).allMatch(q -> q.rigor() == Rigor.ASSUMED);
    assertThat(ratios.get(0).interval().mid()).isCloseTo(common * worst / 36, within(1e-6));
    assertThat(ratios.get(1).interval().mid())
        .isCloseTo(2 * common * 2 * second / 216, within(1e-6));
    assertThat(THEOREM.check(problem).toString()).doesNotContain("needed over given");
    assertThat(THEOREM.publishedRatios(Evidence.of(RandomNetworks.pyramid(0).at(1)))).isEmpty();
  }

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
        row("unstated", same, a, phi, b, Elementwise.of(new Unstated()), c));
  }

  /** An activation that says nothing about its accuracy. */
  private static final class Unstated implements Activation {
    @Override
    public String name() {
      return "unstated";
    }

    @Override
    public double value(double x) {
      return x;
    }

    @Override
    public double derivative(double x) {
      return 1;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public Regularity regularity() {
      return Activations.IDENTITY.regularity();
    }
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

  @Test
  void weakEvidenceIsNoProof() {
    for (int weak = -1; weak < 7; weak++) {
      Quantity[] q = new Quantity[3];
      for (int i = 0; i < 3; i++) {
        q[i] = FixedJacobian.exact("q" + i, Interval.ONE);
        q[i] = i == weak ? q[i].weakenedTo(Rigor.COMPUTED) : q[i];
      }
      PyramidalNetwork net =
          new PyramidalNetwork(
              Optional.empty(),
              3,
              q[0],
              1,
              List.of(q[1]),
              List.of(q[2]),
              List.of(q[0], q[0], q[0]),
              q[0],
              q[0],
              false);
      // Index 3 is the measured sigma_min, which this theorem does not use.
      int other = weak == 3 ? 0 : weak - 3;
      Evidence evidence =
          (weak < 4 ? FixedJacobian.scalar(0.1) : OymakSoltanolkotabiTest.weakScalar(other, 0.1))
              .with(Measurements.PYRAMIDAL, net);
      Certificate certificate = THEOREM.check(evidence);
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(certificate.isProof()).as("number " + weak).isEqualTo(weak == -1 || weak == 3);
    }
  }

  /**
   * s0 is that of the block: with the factor 1/2 the threshold of the scalar example falls by 4.
   */
  @Test
  void theBoundTakesThePlaceOfTheSmallestSingularValue() {
    Quantity one = FixedJacobian.exact("1", Interval.ONE);
    PyramidalNetwork net =
        new PyramidalNetwork(
            Optional.empty(), 2, one, 0.5, List.of(), List.of(), List.of(one, one), one, one, true);
    for (double factor : new double[] {0.999999, 1.000001}) {
      Evidence evidence = FixedJacobian.scalar(factor / 16).with(Measurements.PYRAMIDAL, net);
      assertThat(THEOREM.check(evidence).isProof()).isEqualTo(factor < 1);
    }
    Evidence unmeasured =
        Evidence.fixed()
            .with(Measurements.PYRAMIDAL, net)
            .with(Measurements.JACOBIAN, JacobianNumbers.not("layer X"));
    assertThat(THEOREM.check(unmeasured).verdict()).isEqualTo(Verdict.INAPPLICABLE);
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
