package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Standing;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.SmoothResidualNetwork;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.model.SmoothResNet;
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

final class GulcuResNetTest {
  private static final GulcuResNet THEOREM = GulcuResNet.withDefaults();
  private static final int D = 3;
  private static final int M = 12;
  private static final SmoothResNet MODEL = SmoothResNet.of(D, M, 3, Activations.TANH);

  @Test
  void aSampleAtTheThreshold() {
    assertThat(Thresholds.sweep(THEOREM, RandomNetworks::smoothResNet, 20, 64)).isGreaterThan(16);
  }

  @Test
  @Tag("exhaustive")
  void allAtTheThreshold() {
    int tried = Thresholds.sweep(THEOREM, RandomNetworks::smoothResNet, 300, 64);
    System.out.println(THEOREM.name() + ": " + tried + " of 300 had a threshold");
    assertThat(tried).isGreaterThan(250);
  }

  @Test
  void readsTheConstantsOffTheNetwork() {
    for (int depth = 1; depth <= 5; depth++) {
      Network network =
          SmoothResNet.of(D, M, depth, Activations.SOFTPLUS)
              .withNormalization(2.3)
              .withResidualScale(0.7)
              .withOutputs(2)
              .network();
      SmoothResidualNetwork form =
          Evidence.of(problem(network, distinct(), 0)).get(Measurements.SMOOTH_RESNET);
      assertThat(form.obstacle()).isEmpty();
      assertThat(form.depth()).isEqualTo(depth);
      assertThat(form.width()).isEqualTo(M);
      assertThat(form.cSigma().mid()).isCloseTo(2.3, within(1e-14));
      if (depth > 1) {
        assertThat(form.cRes().mid()).isCloseTo(0.7, within(1e-14));
      }
    }
  }

  /** Conclusion and checks are those of the Jacobian certificate, with a step size if given. */
  @Test
  void concludesWhatTheJacobianCertificateConcludes() {
    Evidence evidence = Evidence.of(problem(MODEL.network(), distinct(), 1e-4));
    for (double eta : new double[] {0, 1e-3}) {
      Certificate own = (eta == 0 ? THEOREM : THEOREM.withStepSize(eta)).check(evidence);
      JacobianDescent free = JacobianDescent.withDefaults();
      Certificate other = (eta == 0 ? free : free.withStepSize(eta)).check(evidence);
      assertThat(own.isProof()).as(own.toString()).isTrue();
      assertThat(own.prediction().orElseThrow().toString())
          .isEqualTo(other.prediction().orElseThrow().toString());
      assertThat(own.checks()).hasSize(other.checks().size() + 1);
      assertThat(own.toString()).contains("iaaa030").contains("is not checked");
    }
  }

  /** Each row spoils one thing of a problem that is certified. */
  static Stream<Arguments> violations() {
    Dense first = Dense.of("W1", D, M).withScales(1, 0);
    Dense inner = Dense.of("W2", M, M).withScales(0.3, 0);
    Dense last = Dense.of("v", M, 1).withScales(0.3, 0);
    Layer phi = Elementwise.of(Activations.TANH);
    Layer block = Residual.of(0.2, inner, phi);
    UnaryOperator<TrainingProblem> same = p -> p;
    return Stream.of(
        row("the loss", p -> p.withLoss(Losses.MEAN_SQUARED), first, phi, block, last),
        row("slot W2.W is frozen", p -> p.withFrozen("W2.W"), first, phi, block, last),
        row("there must be", same, first, last),
        row("has a bias", same, first.withBias(1).withScales(1, 1), phi, block, last),
        row("has a bias", same, first, phi, block, last.withBias(1)),
        row("not 1", same, Dense.of("W1", D, M), phi, block, last),
        row("is not an activation", same, first, inner, phi, last),
        row("activation relu", same, first, Elementwise.of(Activations.RELU), block, last),
        row("is not a residual block", same, first, phi, inner, phi, last),
        row("is not a residual block", same, first, phi, Residual.of(0.2, inner), last),
        row(
            "is not a residual block",
            same,
            first,
            phi,
            Residual.of(0.2, inner, phi).withShortcut(Dense.of("s", M, M)),
            last),
        row(
            "has a bias",
            same,
            first,
            phi,
            Residual.of(0.2, inner.withBias(1).withScales(0.3, 1), phi),
            last),
        row(
            "activation sin",
            same,
            first,
            phi,
            Residual.of(0.2, inner, Elementwise.of(Activations.SIN)),
            last),
        row(
            "has the factor",
            same,
            first,
            phi,
            Residual.of(0.2, inner.withScales(0.31, 0), phi),
            last),
        row(
            "has the scale",
            same,
            first,
            phi,
            block,
            Residual.of(0.21, Dense.of("W3", M, M).withScales(0.3, 0), phi),
            last),
        row("within (0, 1)", same, first, phi, Residual.of(0.5, inner, phi), last),
        row("within (0, 1)", same, first, phi, Residual.of(-0.2, inner, phi), last),
        row("is not a dense layer", same, first, phi, block, last, phi));
  }

  private static Arguments row(String text, UnaryOperator<TrainingProblem> spoil, Layer... layers) {
    return Arguments.of(text, Network.of(Shape.of(D), layers), spoil);
  }

  @ParameterizedTest
  @MethodSource("violations")
  void theViolatedPremiseIsNamed(
      String text, Network network, UnaryOperator<TrainingProblem> spoil) {
    Certificate certificate = THEOREM.check(spoil.apply(problem(network, distinct(), 1e-4)));
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
  }

  /** c_sigma = 12 g^2 is 1 up to rounding, and so is c_res = H sqrt(c_sigma) / 3. */
  @Test
  void aSizeThatMayBeOneIsUndecided() {
    double g = Math.sqrt(1.0 / M);
    Elementwise phi = Elementwise.of(Activations.TANH);
    Network network =
        Network.of(
            Shape.of(D),
            Dense.of("W1", D, M).withScales(1, 0),
            phi,
            Residual.of(1.0 / 3, Dense.of("W2", M, M).withScales(g, 0), phi),
            Residual.of(1.0 / 3, Dense.of("W3", M, M).withScales(g, 0), phi),
            Dense.of("v", M, 1).withScales(g, 0));
    TrainingProblem problem = problem(network, distinct(), 1e-4);
    Interval cRes = Evidence.of(problem).get(Measurements.SMOOTH_RESNET).cRes();
    assertThat(cRes.lo()).isLessThan(1);
    assertThat(cRes.hi()).isGreaterThanOrEqualTo(1);
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains("c_res");
  }

  @Test
  void theTableStartsFromACertifiedNetwork() {
    Network network =
        Network.of(
            Shape.of(D),
            Dense.of("W1", D, M).withScales(1, 0),
            Elementwise.of(Activations.TANH),
            Residual.of(
                0.2, Dense.of("W2", M, M).withScales(0.3, 0), Elementwise.of(Activations.TANH)),
            Dense.of("v", M, 1).withScales(0.3, 0));
    assertThat(THEOREM.check(problem(network, distinct(), 1e-5)).isProof()).isTrue();
  }

  @Test
  void rankAndSizeOfTheResidualAreMeasured() {
    double[][] twice = distinct();
    twice[1] = twice[0].clone();
    open(problem(MODEL.network(), twice, 1e-4), "full row rank");
    List<double[]> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(new double[] {i, 1, 0});
    }
    // 9 samples, 8 parameters.
    Network small = SmoothResNet.of(D, 2, 1, Activations.TANH).network();
    open(problem(small, many.toArray(double[][]::new), 1e-4), "full row rank");
    open(problem(MODEL.network(), distinct(), 100), "changes little");
  }

  private static void open(TrainingProblem problem, String text) {
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
  }

  @Test
  void weakEvidenceIsNoProof() {
    for (int weak = 0; weak < 4; weak++) {
      Evidence evidence =
          OymakSoltanolkotabiTest.weakScalar(weak, 0.1).given(Measurements.SMOOTH_RESNET, form(10));
      Certificate certificate = THEOREM.check(evidence);
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(Standing.ofNumbers(certificate)).isEqualTo(Rigor.COMPUTED);
      assertThat(certificate.isProof()).isFalse();
    }
  }

  private static SmoothResidualNetwork form(long width) {
    return new SmoothResidualNetwork(
        Optional.empty(), 2, width, Interval.ONE, Interval.fromDecimal("0.5"), Rigor.VERIFIED);
  }

  /** The scalar example is certified up to 1/4; at 1/2 it needs twice that, hence 4 times m. */
  @Test
  void extrapolatedWidthIsAHeuristic() {
    Evidence evidence = FixedJacobian.scalar(0.5).given(Measurements.SMOOTH_RESNET, form(100));
    Quantity width = THEOREM.extrapolatedWidth(evidence).orElseThrow();
    assertThat(width.interval().mid()).isCloseTo(400, within(1.0));
    assertThat(width.rigor()).isEqualTo(Rigor.ASSUMED);
    assertThat(width.method()).contains("heuristic");
    assertThat(THEOREM.check(evidence).toString()).doesNotContain("R0/r_max");
    assertThat(
            THEOREM.extrapolatedWidth(
                evidence.given(
                    Measurements.SMOOTH_RESNET, SmoothResidualNetwork.not("another form"))))
        .isEmpty();
    assertThat(
            THEOREM.extrapolatedWidth(
                FixedJacobian.evidence(0, 1, 1, r -> 1)
                    .given(Measurements.SMOOTH_RESNET, form(100))))
        .isEmpty();
  }

  private static double[][] distinct() {
    return new double[][] {{1, 0, 0}, {0, 0.8, 0.6}, {0.6, 0, -0.8}};
  }

  private static TrainingProblem problem(Network network, double[][] x, double distance) {
    INDArray inputs = Tensors.ofRows(x);
    return new Thresholds.Family(network, network.initialize(Seed.of(3)), inputs, new Random(1))
        .at(distance);
  }
}
