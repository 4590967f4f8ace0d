package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Standing;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.ReducedJacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
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

/** Gradient flow, blocks, reachable outputs, and what is named if a hypothesis fails. */
final class JacobianVariantsTest {
  private static JacobianNumbers numbers(
      double s0, double b0, double r0, DoubleUnaryOperator lipschitz) {
    return new JacobianNumbers(
        Optional.empty(),
        exact("s0", s0),
        exact("b0", b0),
        exact("R0", r0),
        lipschitz,
        Rigor.VERIFIED,
        Subject.EXACT_NETWORK);
  }

  private static Quantity exact(String symbol, double value) {
    return Quantity.verified(symbol, Interval.of(value), Subject.EXACT_NETWORK, "test");
  }

  private static Evidence fixed(JacobianNumbers numbers) {
    return Evidence.fixed()
        .given(Measurements.JACOBIAN, numbers)
        .given(Measurements.jacobianBlock("a.W"), numbers)
        .given(
            Measurements.REDUCED_JACOBIAN, new ReducedJacobian(numbers, "test", exact("floor", 2)));
  }

  /** What F* is known by counts, for the verdict and for a comparison. */
  @Test
  void theInfimumIsPartOfTheReducedPrediction() {
    Evidence measured = fixed(numbers(1, 1, 0.1, r -> 1));
    ReducedJacobianDescent theorem = ReducedJacobianDescent.withDefaults();
    assertThat(Standing.isProofOfGiven(theorem.check(measured))).isTrue();
    assertThat(theorem.check(measured).prediction().orElseThrow().referenceLoss().orElseThrow())
        .isEqualTo(exact("floor", 2));
    Quantity guessed =
        new Quantity("floor", Interval.of(2), Rigor.ASSUMED, Subject.STORED_MATRIX, "-");
    Certificate weak =
        theorem.check(
            measured.given(
                Measurements.REDUCED_JACOBIAN,
                new ReducedJacobian(numbers(1, 1, 0.1, r -> 1), "test", guessed)));
    assertThat(weak.isProof()).isFalse();
    assertThat(Standing.ofNumbers(weak)).isEqualTo(Rigor.ASSUMED);
  }

  /** A wide enclosure inflates the ball and with it Lam; that must not count as a failure. */
  @Test
  void aConstantOfAnInflatedBallDoesNotDecideThatTheConditionFails() {
    for (double least : new double[] {0.1, 0.05, 0.01}) {
      JacobianNumbers wide =
          new JacobianNumbers(
              Optional.empty(),
              Quantity.verified("s0", Interval.of(least, 1), Subject.EXACT_NETWORK, "test"),
              exact("b0", 1),
              exact("R0", 0.01),
              r -> 1 + 100 * r * r * r,
              Rigor.VERIFIED,
              Subject.EXACT_NETWORK);
      assertThat(JacobianDescent.withDefaults().check(fixed(wide)).verdict())
          .isEqualTo(Verdict.UNDECIDED);
      assertThat(JacobianDescent.forGradientFlow().check(fixed(wide)).verdict())
          .isEqualTo(Verdict.UNDECIDED);
    }
  }

  /** {@code f(t) = t - t^2/2}: y below 1/2 is reached, y above is not. */
  @Test
  void flowHasItsSharpThresholdOnTheScalarExample() {
    JacobianDescent flow = JacobianDescent.forGradientFlow();
    assertThat(Standing.isProofOfGiven(flow.check(fixed(numbers(1, 1, 0.49, r -> 1))))).isTrue();
    assertThat(Standing.isProofOfGiven(flow.check(fixed(numbers(1, 1, 0.4999999, r -> 1)))))
        .isTrue();
    assertThat(flow.check(fixed(numbers(1, 1, 0.5000001, r -> 1))).verdict())
        .isEqualTo(Verdict.FAILS);
    assertThat(flow.check(fixed(numbers(1, 1, 0.51, r -> 1))).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(flow.residualRadius(fixed(numbers(1, 1, 1, r -> 1)))).isBetween(0.49999, 0.5);

    // The flow t' = (1 - t)(y - f) has t -> 1 - sqrt(1 - 2 y), where the path ends exactly.
    Prediction p = flow.check(fixed(numbers(1, 1, 0.49, r -> 1))).prediction().orElseThrow();
    assertThat(p.isFlow()).isTrue();
    double end = 1 - Math.sqrt(1 - 2 * 0.49);
    assertThat(p.radius().interval().hi()).isBetween(end, end * (1 + 1e-9));
    double t = 0;
    double h = 1e-3;
    for (int step = 0; step < 20_000; step++) {
      assertThat(0.49 - t + t * t / 2).isLessThanOrEqualTo(p.envelopeAt(step * h) + 1e-3 * h);
      // Midpoint rule, whose error is far below.
      double half = t + h / 2 * (1 - t) * (0.49 - t + t * t / 2);
      t += h * (1 - half) * (0.49 - half + half * half / 2);
    }
  }

  @Test
  void linearModelsMoveByNoMoreThanTheyNeed() {
    Prediction p =
        JacobianDescent.withDefaults()
            .check(fixed(numbers(2, 3, 10, r -> 0)))
            .prediction()
            .orElseThrow();
    // R0/(q s0) with q = 1/2.
    assertThat(p.radius().interval().hi()).isBetween(10.0, 10.0001);
  }

  @Test
  void everyVariantNamesWhatIsMissing() {
    for (Theorem theorem :
        new Theorem[] {
          JacobianDescent.withDefaults(),
          JacobianDescent.forGradientFlow(),
          JacobianDescent.withDefaults().withStepSize(0.01),
          JacobianDescent.withDefaults().withBlock("a.W"),
          ReducedJacobianDescent.withDefaults(),
          ReducedJacobianDescent.forGradientFlow()
        }) {
      assertThat(Standing.isProofOfGiven(theorem.check(fixed(numbers(1, 1, 0.1, r -> 1)))))
          .isTrue();
      named(theorem, JacobianNumbers.not("layer X"), Verdict.INAPPLICABLE, "layer X");
      named(theorem, numbers(0, 1, 0.1, r -> 1), Verdict.FAILS, "rank");
      named(
          theorem,
          numbers(1, 1, 0.1, r -> Double.POSITIVE_INFINITY),
          Verdict.UNDECIDED,
          "no constant");
      named(theorem, numbers(1, 1, 0.1, r -> Double.NaN), Verdict.UNDECIDED, "no constant");
      named(theorem, numbers(1, 1e200, 0.1, r -> 1), Verdict.UNDECIDED, "bounded");
      named(theorem, numbers(1e-300, 1, 1e20, r -> 1), Verdict.UNDECIDED, "ball");
      named(theorem, numbers(1, 1e200, 0.1, r -> 1), Verdict.UNDECIDED, "nearer to 1");
      named(theorem, numbers(1e-300, 1, 1e20, r -> 1), Verdict.UNDECIDED, "nearer to 1");
      named(theorem, numbers(1, 1, 0.6, r -> 1), Verdict.FAILS, "changes little");
      named(theorem, numbers(1, 1, 0.1, r -> 1 + 1e3 * r), Verdict.FAILS, "changes little");
    }
    named(
        JacobianDescent.withDefaults().withStepSize(0.6),
        numbers(1, 1, 0.1, r -> 1),
        Verdict.FAILS,
        "step is short");
    named(
        ReducedJacobianDescent.withDefaults().withStepSize(0.6),
        numbers(1, 1, 0.1, r -> 1),
        Verdict.FAILS,
        "step is short");
  }

  private static void named(
      Theorem theorem, JacobianNumbers numbers, Verdict verdict, String text) {
    Certificate certificate = theorem.check(fixed(numbers));
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.prediction()).isEmpty();
  }

  @Test
  void measuredProblemsNameWhatIsMissing() {
    Random random = new Random(5);
    Network network = tanh(3, 20, 1);
    TrainingProblem good = JacobianInstances.solved(network, inputs(network, 3, random), 1);
    JacobianDescent theorem = JacobianDescent.withDefaults();
    assertThat(theorem.check(good).isProof()).isTrue();
    obstacle(theorem.check(good.withLoss(Losses.MEAN_SQUARED)), Verdict.INAPPLICABLE, "1/(2n)");
    TrainingProblem frozen = good.withFrozen("a.W");
    obstacle(theorem.withBlock("a.W").check(frozen), Verdict.INAPPLICABLE, "a.W");
    assertThat(theorem.withBlock("b.W").check(frozen).isProof()).isTrue();
    assertThatThrownBy(() -> theorem.withBlock("z").check(good))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.W")
        .hasMessageContaining("z");
    assertThatThrownBy(theorem::withBlock).isInstanceOf(IllegalArgumentException.class);
    INDArray twice = JacobianInstances.repeated(good.x(), 2, 1, 1);
    TrainingProblem repeated = JacobianInstances.solved(network, twice, 1);
    obstacle(theorem.check(repeated), Verdict.FAILS, "have equal inputs");
    assertThat(ReducedJacobianDescent.withDefaults().check(repeated).isProof()).isTrue();
  }

  private static void obstacle(Certificate certificate, Verdict verdict, String text) {
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
  }

  /** More samples than input dimensions: the limit is the residual of least squares. */
  @Test
  void linearNetworksReachLeastSquares() {
    Random random = new Random(8);
    Network[] networks = {
      Network.of(Shape.of(3), Dense.of("a", 3, 7), Dense.of("b", 7, 2)),
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 5),
          Residual.of(0.3, Dense.of("r", 5, 5), Dense.of("s", 5, 5)),
          Dense.of("b", 5, 1))
    };
    for (Network network : networks) {
      int n = 9;
      TrainingProblem solved =
          JacobianInstances.solved(network, inputs(network, n, random), random.nextInt());
      ReducedJacobianDescent theorem = ReducedJacobianDescent.withDefaults();
      double radius = theorem.residualRadius(Evidence.of(solved));
      assertThat(radius).isPositive();
      int k = (int) network.outputs();
      double[] direction = JacobianInstances.gaussians(n * k, 1, random);
      double infimum = leastSquares(Tensors.toRows(solved.x()), direction, k, 0.9 * radius);
      TrainingProblem problem = JacobianInstances.away(solved, direction, 0.9 * radius);
      Certificate certificate = theorem.check(problem);
      assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
      Interval floor = Evidence.of(problem).get(Measurements.REDUCED_JACOBIAN).floor().interval();
      assertThat(floor.lo()).isBetween(infimum * (1 - 1e-9), infimum * (1 + 1e-9));
      assertThat(floor.hi()).isBetween(infimum * (1 - 1e-9), infimum * (1 + 1e-9));
      assertThat(floor.lo()).isLessThanOrEqualTo(floor.hi());
      kept(problem, certificate, infimum, 200);
    }
  }

  /** Half of the squared distance of a vector of the given length from the column space. */
  private static double leastSquares(double[][] x, double[] direction, int k, double length) {
    double norm = 0;
    for (double v : direction) {
      norm = Math.hypot(norm, v);
    }
    int n = x.length;
    int d = x[0].length;
    double left = 0;
    for (int c = 0; c < k; c++) {
      double[] r = new double[n];
      for (int i = 0; i < n; i++) {
        r[i] = length / norm * direction[i * k + c];
      }
      // Gram-Schmidt, repeated until nothing changes.
      double[][] basis = new double[d][];
      for (int j = 0; j < d; j++) {
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
          v[i] = x[i][j];
        }
        for (int pass = 0; pass < 3; pass++) {
          for (int b = 0; b < j; b++) {
            project(v, basis[b]);
          }
        }
        basis[j] = v;
      }
      for (int pass = 0; pass < 3; pass++) {
        for (double[] b : basis) {
          project(r, b);
        }
      }
      for (double v : r) {
        left += v * v / 2;
      }
    }
    return left;
  }

  private static void project(double[] v, double[] b) {
    double dot = 0;
    double square = 0;
    for (int i = 0; i < v.length; i++) {
      dot += v[i] * b[i];
      square += b[i] * b[i];
    }
    for (int i = 0; i < v.length; i++) {
      v[i] -= dot / square * b[i];
    }
  }

  private static void kept(
      TrainingProblem problem, Certificate certificate, double infimum, long steps) {
    Prediction prediction = certificate.prediction().orElseThrow();
    try (TrainingRun run =
        TrainingRun.start(
            problem, GradientDescent.withStepSize(prediction.stepSize()), Recording.every(5))) {
      run.advance(steps);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), infimum);
      assertThat(comparison.kept()).as(certificate + "\n" + comparison).isTrue();
    }
  }

  private static Network tanh(int d, int m, int k) {
    return Network.of(
        Shape.of(d), Dense.of("a", d, m), Elementwise.of(Activations.TANH), Dense.of("b", m, k));
  }

  private static INDArray inputs(Network network, int n, Random random) {
    return JacobianInstances.inputs(network, n, random);
  }
}
