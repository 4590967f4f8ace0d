package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.ntk.BatchCentering;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Linear least squares with known solutions. */
final class MethodsTest {
  /** One weight matrix with scale 1: {@code f = X w}, columns of X orthogonal. */
  private static final Network LINEAR =
      Network.of(Shape.of(2), Dense.of("w", 2, 1).withSigmaW(Math.sqrt(2)));

  private static final double[] LAMBDA = {9, 4};
  private static final double[] START = {1, -2};
  private static final double[] TARGET = {0.5, 3};

  private static TrainingProblem problem() {
    return TrainingProblem.of(
        LINEAR,
        Tensors.of(START, 2),
        Tensors.of(new double[] {3, 0, 0, 2}, 2, 2),
        Tensors.of(new double[] {3 * TARGET[0], 2 * TARGET[1]}, 2, 1));
  }

  @Test
  void descentContractsEachDirection() {
    double eta = 0.05;
    try (TrainingRun run =
        TrainingRun.start(problem(), GradientDescent.withStepSize(eta), Recording.every(1))) {
      run.advance(20);
      double[] w = Tensors.toDoubles(run.theta());
      for (int i = 0; i < 2; i++) {
        double factor = Math.pow(1 - eta * LAMBDA[i], 20);
        assertThat(w[i] - TARGET[i]).isCloseTo(factor * (START[i] - TARGET[i]), within(1e-13));
      }
    }
  }

  @Test
  void momentumFollowsItsRecurrence() {
    double eta = 0.02;
    double mu = 0.9;
    TrainingMethod whole = GradientDescent.withStepSize(eta).withMomentum(mu);
    // A batch of all samples is the gradient, whatever its order.
    TrainingMethod batch = StochasticGradientDescent.of(eta, 2, Seed.of(1)).withMomentum(mu);
    for (TrainingMethod method : new TrainingMethod[] {whole, batch}) {
      assertThat(method.name()).endsWith(", momentum 0.9");
      try (TrainingRun run = TrainingRun.start(problem(), method, Recording.every(1))) {
        run.advance(20);
        double[] w = Tensors.toDoubles(run.theta());
        for (int i = 0; i < 2; i++) {
          double error = START[i] - TARGET[i];
          double velocity = 0;
          for (int step = 0; step < 20; step++) {
            velocity = mu * velocity + LAMBDA[i] * error;
            error -= eta * velocity;
          }
          assertThat(w[i] - TARGET[i]).isCloseTo(error, within(1e-13));
        }
      }
    }
    assertThatThrownBy(() -> GradientDescent.withStepSize(eta).withMomentum(1))
        .hasMessageContaining("mu < 1");
    assertThatThrownBy(() -> GradientDescent.withStepSize(eta).withMomentum(Double.NaN))
        .hasMessageContaining("NaN");
  }

  @Test
  void meanLossDividesTheRateByTheNumberOfSamples() {
    double eta = 0.05;
    try (TrainingRun run =
        TrainingRun.start(
            problem().withLoss(Losses.MEAN_SQUARED),
            GradientDescent.withStepSize(eta),
            Recording.every(1))) {
      run.advance(20);
      double[] w = Tensors.toDoubles(run.theta());
      double factor = Math.pow(1 - eta * LAMBDA[0] / 2, 20);
      assertThat(w[0] - TARGET[0]).isCloseTo(factor * (START[0] - TARGET[0]), within(1e-13));
    }
  }

  @Test
  void flowDecaysExponentially() {
    for (double tolerance : new double[] {1e-6, 1e-9}) {
      try (TrainingRun run =
          TrainingRun.start(
              problem(), GradientFlow.withTolerance(tolerance, tolerance), Recording.every(1))) {
        run.advance(10_000, made -> run.time() < 1);
        double[] w = Tensors.toDoubles(run.theta());
        double t = run.time();
        assertThat(t).isBetween(1.0, 3.0);
        for (int i = 0; i < 2; i++) {
          double exact = TARGET[i] + (START[i] - TARGET[i]) * Math.exp(-LAMBDA[i] * t);
          assertThat(w[i]).isCloseTo(exact, within(20 * tolerance));
        }
      }
    }
  }

  @Test
  void tighterToleranceTakesMoreSteps() {
    assertThat(steps(1e-10)).isGreaterThan(2 * steps(1e-5));
  }

  private static long steps(double tolerance) {
    try (TrainingRun run =
        TrainingRun.start(
            problem(), GradientFlow.withTolerance(0, tolerance), Recording.every(1000))) {
      run.advance(10_000, made -> run.time() < 1);
      return run.step();
    }
  }

  @Test
  void secondPhaseTrainsTheLastLayerOnly() {
    Network two =
        Network.of(Shape.of(2), Dense.of("a", 2, 2), Dense.of("b", 2, 1).withSigmaW(Math.sqrt(2)));
    TrainingProblem problem =
        TrainingProblem.of(
            two,
            two.initialize(Seed.of(1)),
            Tensors.of(new double[] {1, 0.5, -0.5, 1}, 2, 2),
            Tensors.of(new double[] {1, 2}, 2, 1));
    TwoPhase method =
        TwoPhase.of(GradientDescent.withStepSize(0.1), 3, GradientDescent.withStepSize(0.1))
            .withPerturbation(1e-3, Seed.of(2));
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      run.advance(3);
      double[] first = Tensors.toDoubles(run.theta());
      run.advance(1);
      double[] second = Tensors.toDoubles(run.theta());
      run.advance(2000);
      double[] third = Tensors.toDoubles(run.theta());
      for (int i = 0; i < 4; i++) {
        assertThat(second[i] - first[i]).isNotZero();
        assertThat(Math.abs(second[i] - first[i])).isLessThan(5e-3);
        assertThat(third[i]).isEqualTo(second[i]);
      }
      // Invertible features: the last layer alone interpolates.
      assertThat(run.trajectory().last().residualNorm()).isLessThan(1e-6);
    }
  }

  @Test
  void schedulesAreTheFormulas() {
    StepSize halved = StepSize.piecewise(0.8, 0.5, 10, 20);
    assertThat(halved.at(9)).isEqualTo(0.8);
    assertThat(halved.at(10)).isEqualTo(0.4);
    assertThat(halved.at(25)).isEqualTo(0.2);
    assertThat(StepSize.inverseSquareRoot(3, 5).at(15)).isEqualTo(1.5);
    assertThatThrownBy(() -> StepSize.constant(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> StepSize.constant(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> StepSize.piecewise(1, 0.5, 5, 3)).hasMessageContaining("ascending");
  }

  @Test
  void misuseIsExplained() {
    assertThatThrownBy(() -> problem().withFrozen("w.W"))
        .hasMessageContaining("at least one trained slot")
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> problem().withFrozen("v.W")).hasMessageContaining("'v.W'");
    assertThatThrownBy(() -> GradientFlow.withTolerance(-1, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> Recording.every(0)).hasMessageContaining("0");
    TrainingRun run =
        TrainingRun.start(problem(), GradientDescent.withStepSize(1), Recording.every(1));
    run.close();
    assertThatThrownBy(() -> run.advance(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(run::theta).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void batchesOfCoupledSamplesAreRefused() {
    Network coupled =
        Network.of(Shape.of(2), new BatchCentering("c", 2), Dense.of("w", 2, 1).withSigmaW(1));
    TrainingProblem problem =
        TrainingProblem.of(
            coupled,
            Tensors.of(new double[] {1, 1, 0.5, 0.25}, 4),
            Tensors.of(new double[] {3, 0, 0, 2}, 2, 2),
            Tensors.of(new double[] {1, 2}, 2, 1));
    TrainingMethod batches = StochasticGradientDescent.of(0.1, 1, Seed.of(1));
    TrainingMethod whole = GradientDescent.withStepSize(0.1);
    for (TrainingMethod method : List.of(batches, TwoPhase.of(whole, 1, batches))) {
      assertThatThrownBy(() -> TrainingRun.start(problem, method, Recording.every(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("every sample by itself")
          .hasMessageContaining("GradientDescent");
    }
    assertThatThrownBy(
            () -> batches.step(problem, 0, Tensors.zeros(DataType.DOUBLE, 4), new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
    try (TrainingRun run = TrainingRun.start(problem, whole, Recording.every(1))) {
      assertThat(run.advance(1)).isEqualTo(RunStatus.READY);
    }
  }

  /** Entry 3 of the first and row (0, 4) of the second index of a tensor 2 x 1 x 1 x 2. */
  @Test
  void tensorsOfAnyRankCountAsMoved() {
    Slot tensor = new Slot("t", Shape.of(2, 1, 1, 2), 1, Initializer.gaussian(1));
    Slot vector = new Slot("v", Shape.of(2), 5, Initializer.gaussian(1));
    double[] first = {9, 1, 1, 1, 1, 0, 0};
    double[] theta = {0, 1, 4, 1, 5, 3, 4};
    // The rows (0, 3) and (0, 4) have the spectral norm 5, the vector the norm 5.
    assertThat(Recorders.largestMove(List.of(tensor), theta, first)).isCloseTo(5, within(1e-12));
    assertThat(Recorders.largestMove(List.of(vector), theta, first)).isCloseTo(5, within(1e-12));
    assertThat(Recorders.largestMove(List.of(), theta, first)).isZero();
  }
}
