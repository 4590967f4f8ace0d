package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Standing;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class JacobianDescentTest {
  /** {@code f(t) = t - t^2/2} at 0: s0 = b0 = Lam = 1, residual y. */
  private static Evidence scalar(double y) {
    return numbers(Interval.ONE, Interval.ONE, Interval.of(y), r -> 1);
  }

  private static Evidence numbers(
      Interval s0, Interval b0, Interval r0, DoubleUnaryOperator lipschitz) {
    return Evidence.fixed()
        .given(
            Measurements.JACOBIAN,
            new JacobianNumbers(
                Optional.empty(),
                exact("s0", s0),
                exact("b0", b0),
                exact("R0", r0),
                lipschitz,
                Rigor.VERIFIED,
                Subject.EXACT_NETWORK));
  }

  private static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }

  @Test
  void scalarExampleHasItsSharpThresholds() {
    JacobianDescent free = JacobianDescent.withDefaults();
    assertThat(Standing.isProofOfGiven(free.check(scalar(0.2499999)))).isTrue();
    assertThat(free.check(scalar(0.2500001)).verdict()).isEqualTo(Verdict.FAILS);
    // y = .49 is solvable and needs a step below .0089; y = .51 is not solvable.
    assertThat(Standing.isProofOfGiven(free.withStepSize(0.005).check(scalar(0.49)))).isTrue();
    assertThat(free.withStepSize(0.0095).check(scalar(0.49)).verdict()).isEqualTo(Verdict.FAILS);
    for (double eta : new double[] {1e-6, 1e-3, 0.1, 0.4}) {
      assertThat(free.withStepSize(eta).check(scalar(0.51)).verdict()).isNotEqualTo(Verdict.HOLDS);
    }
    assertThat(free.residualRadius(scalar(0.1))).isBetween(0.2498, 0.25);
  }

  @Test
  void scalarRunStaysWithinItsEnvelope() {
    Prediction p = JacobianDescent.withDefaults().check(scalar(0.249)).prediction().orElseThrow();
    double t = 0;
    for (int step = 0; step <= 2000; step++) {
      double residual = Math.abs(t - t * t / 2 - 0.249);
      assertThat(residual).isLessThanOrEqualTo(p.envelope(step) + 1e-15);
      assertThat(t).isLessThanOrEqualTo(p.radius().interval().hi());
      t -= p.stepSize() * (1 - t) * (t - t * t / 2 - 0.249);
    }
  }

  @Test
  void everyMissingHypothesisIsNamed() {
    JacobianDescent theorem = JacobianDescent.withDefaults();
    named(
        theorem.check(
            Evidence.fixed().given(Measurements.JACOBIAN, JacobianNumbers.not("layer X"))),
        Verdict.INAPPLICABLE,
        "layer X");
    named(
        theorem.check(numbers(Interval.of(0, 1), Interval.ONE, Interval.ONE, r -> 1)),
        Verdict.UNDECIDED,
        "full row rank");
    named(
        theorem.check(numbers(Interval.ZERO, Interval.ONE, Interval.ONE, r -> 1)),
        Verdict.FAILS,
        "full row rank");
    named(
        theorem.check(
            numbers(Interval.ONE, Interval.ONE, Interval.of(0.1), r -> Double.POSITIVE_INFINITY)),
        Verdict.UNDECIDED,
        "no constant");
    named(
        theorem.check(numbers(Interval.ONE, Interval.atLeast(1), Interval.of(0.1), r -> 1)),
        Verdict.UNDECIDED,
        "bounded");
    named(theorem.withStepSize(0.6).check(scalar(0.1)), Verdict.FAILS, "step is short");
    named(theorem.check(scalar(1)), Verdict.FAILS, "changes little");
  }

  /** Each number is known up to an interval on which the inequality is true and false. */
  @Test
  void overlapsStayUndecided() {
    JacobianDescent theorem = JacobianDescent.withDefaults();
    Interval tenth = Interval.of(0.1);
    Evidence rank = numbers(Interval.of(0.1, 1), Interval.ONE, tenth, r -> 1);
    Evidence residual = numbers(Interval.ONE, Interval.ONE, Interval.of(0.01, 1), r -> 1);
    for (JacobianDescent variant :
        new JacobianDescent[] {
          theorem, theorem.withStepSize(0.1), JacobianDescent.forGradientFlow()
        }) {
      named(variant.check(rank), Verdict.UNDECIDED, "changes little");
      named(variant.check(residual), Verdict.UNDECIDED, "changes little");
    }
    named(
        theorem
            .withStepSize(0.1)
            .check(numbers(Interval.ONE, Interval.of(1, 100), Interval.of(0.01), r -> 1)),
        Verdict.UNDECIDED,
        "step is short");
    named(
        theorem
            .withStepSize(0.1)
            .check(numbers(Interval.ONE, Interval.ONE, Interval.of(0.01, 100), r -> 1)),
        Verdict.UNDECIDED,
        "step is short");
    // False for all members.
    named(
        theorem.check(numbers(Interval.of(0.5, 1), Interval.ONE, Interval.of(0.6, 1), r -> 1)),
        Verdict.FAILS,
        "changes little");
    named(
        theorem
            .withStepSize(0.6)
            .check(numbers(Interval.ONE, Interval.of(1, 100), Interval.of(0.01), r -> 1)),
        Verdict.FAILS,
        "step is short");
  }

  /** With eta = 0.1 the first ball is 2 R0/0.8 = 0.25, the one needed 2 R0/0.795 = 0.25157. */
  @Test
  void theBallOfTheConstantIsAsLargeAsNeeded() {
    JacobianDescent theorem = JacobianDescent.withDefaults().withStepSize(0.1);
    Interval tenth = Interval.of(0.1);
    Evidence within = numbers(Interval.ONE, Interval.ONE, tenth, r -> r < 0.2517 ? 1 : 100);
    Evidence between = numbers(Interval.ONE, Interval.ONE, tenth, r -> r < 0.251 ? 1 : 100);
    assertThat(Standing.isProofOfGiven(theorem.check(within))).isTrue();
    assertThat(theorem.check(between).verdict()).isEqualTo(Verdict.UNDECIDED);
    Evidence none =
        numbers(Interval.ONE, Interval.ONE, tenth, r -> r < 0.251 ? 1 : Double.POSITIVE_INFINITY);
    named(theorem.check(none), Verdict.UNDECIDED, "no constant");
  }

  /** A step that is too long for any constant is called so where only small balls have one. */
  @Test
  void aTooLongStepNeedsNoLargeBall() {
    Evidence small =
        numbers(
            Interval.ONE,
            Interval.ONE,
            Interval.of(0.1),
            r -> r < 0.21 ? 1 : Double.POSITIVE_INFINITY);
    JacobianDescent theorem = JacobianDescent.withDefaults();
    named(theorem.withStepSize(0.6).check(small), Verdict.FAILS, "step is short");
    named(theorem.check(small), Verdict.UNDECIDED, "no constant");
    assertThat(Standing.isProofOfGiven(theorem.withStepSize(0.01).check(small))).isTrue();
  }

  private static void named(Certificate certificate, Verdict verdict, String text) {
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    HypothesisCheck obstacle = certificate.obstacle().orElseThrow();
    assertThat(obstacle.toString()).contains(text);
    assertThat(certificate.prediction()).isEmpty();
    assertThat(certificate.isProof()).isFalse();
  }

  @Test
  void weakEvidenceIsNoProof() {
    Quantity computed = exact("s0", Interval.ONE).weakenedTo(Rigor.COMPUTED);
    Certificate certificate =
        JacobianDescent.withDefaults()
            .check(
                Evidence.fixed()
                    .given(
                        Measurements.JACOBIAN,
                        new JacobianNumbers(
                            Optional.empty(),
                            computed,
                            exact("b0", Interval.ONE),
                            exact("R0", Interval.of(0.1)),
                            r -> 1,
                            Rigor.VERIFIED,
                            Subject.EXACT_NETWORK)));
    assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(Standing.ofNumbers(certificate)).isEqualTo(Rigor.COMPUTED);
    assertThat(certificate.isProof()).isFalse();
  }

  @Test
  void networksKeepWhatIsCertified() {
    int certified = 0;
    for (int seed = 0; seed < 6; seed++) {
      int width = 256;
      Network network =
          seed % 2 == 0
              ? Network.of(
                  Shape.of(4),
                  Dense.of("a", 4, width),
                  Elementwise.of(Activations.TANH),
                  Dense.of("b", width, 1))
              : Network.of(
                  Shape.of(4),
                  Dense.of("a", 4, width),
                  Elementwise.of(Activations.TANH),
                  Residual.of(0.5, Dense.of("r", width, width), Elementwise.of(Activations.TANH)),
                  Dense.of("b", width, 1));
      Random random = new Random(seed);
      int n = 4;
      INDArray x = unitRows(n, 4, random);
      INDArray theta = network.initialize(Seed.of(seed));
      // Targets at a small distance from the initial outputs.
      double[] y = Tensors.toDoubles(network.forward(theta, x));
      JacobianDescent theorem = JacobianDescent.withDefaults();
      TrainingProblem at = TrainingProblem.of(network, theta, x, Tensors.of(y, n, 1));
      double radius = theorem.residualRadius(Evidence.of(at));
      if (radius == 0) {
        continue;
      }
      y[0] += 0.9 * radius;
      TrainingProblem problem = TrainingProblem.of(network, theta, x, Tensors.of(y, n, 1));
      Certificate certificate = theorem.check(problem);
      assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
      certified++;
      Prediction prediction = certificate.prediction().orElseThrow();
      try (TrainingRun run =
          TrainingRun.start(
              problem,
              GradientDescent.withStepSize(prediction.stepSize()),
              Recording.atPowersOfTwo())) {
        run.advance(300);
        Comparison comparison = Comparison.of(prediction, run.trajectory(), 0);
        assertThat(comparison.kept()).as(comparison.toString()).isTrue();
        assertThat(comparison.slack()).isGreaterThanOrEqualTo(1 - 1e-9);
      }
    }
    assertThat(certified).isGreaterThanOrEqualTo(4);
  }

  private static INDArray unitRows(int n, int d, Random random) {
    double[] x = new double[n * d];
    for (int i = 0; i < n; i++) {
      double norm = 0;
      for (int j = i * d; j < (i + 1) * d; j++) {
        x[j] = random.nextGaussian();
        norm = Math.hypot(norm, x[j]);
      }
      for (int j = i * d; j < (i + 1) * d; j++) {
        x[j] /= norm;
      }
    }
    return Tensors.of(x, n, d);
  }
}
