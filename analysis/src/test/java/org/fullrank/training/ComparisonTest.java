package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Violations planted into a run that keeps its guarantee. */
final class ComparisonTest {
  private static final double ETA = 0.1;
  private static final int RECORDS = 6;
  private static final Prediction RESIDUAL = prediction(Monitored.RESIDUAL_NORM);
  private static final Prediction LOSS = prediction(Monitored.EXCESS_LOSS);

  /** Envelope 4, 2, 1, 0.5, ...; radius 3; layer radius 1. */
  private static Prediction prediction(Monitored monitored) {
    return Prediction.of(monitored, exact(4), ETA, exact(0.5), exact(3)).withLayerRadius(exact(1));
  }

  /** Half of the envelope, two thirds of the radius, a quarter of the layer radius. */
  private static Snapshot clean(int step) {
    double value = 2 * Math.pow(0.5, step);
    return new Snapshot(step, step * ETA, value, value, 2, Map.of("layer_distance", 0.25));
  }

  private static Trajectory run(int changedStep, UnaryOperator<Snapshot> change) {
    List<Snapshot> all = new ArrayList<>();
    for (int step = 0; step < RECORDS; step++) {
      all.add(step == changedStep ? change.apply(clean(step)) : clean(step));
    }
    return new Trajectory("m", Dynamics.GRADIENT_DESCENT, "loss", all);
  }

  @Test
  void aCleanRunIsKeptWithItsSlack() {
    for (Prediction p : List.of(RESIDUAL, LOSS)) {
      Comparison c = Comparison.of(p, run(-1, s -> s), 0);
      assertThat(c.kept()).isTrue();
      assertThat(c.violation()).isEmpty();
      assertThat(c.compared()).isEqualTo(RECORDS);
      assertThat(c.slack()).isEqualTo(2);
      assertThat(c.radiusUsed()).isEqualTo(2 / 3.0);
    }
    // With infimum 1/2 the excess is smaller, and least where the envelope is nearest to it.
    Comparison c = Comparison.of(LOSS, run(-1, s -> s), 0.5);
    assertThat(c.slack()).isCloseTo(4 / 1.5, within(1e-15));
  }

  @Test
  void printsASentence() {
    assertThat(Comparison.of(RESIDUAL, run(-1, s -> s)))
        .hasToString(
            "kept the guarantee at "
                + RECORDS
                + " records: the envelope is at least 2 times what was observed, and 0.667 of"
                + " the radius was used");
    assertThat(Comparison.of(RESIDUAL, run(3, s -> with(s, s.loss(), 1e9, 2, 0.25))).toString())
        .startsWith("left the guarantee at step 3: ")
        .contains("1.0E9")
        .endsWith("(" + RECORDS + " records compared)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, RECORDS - 1})
  void eachViolationIsFoundAtItsStep(int step) {
    double envelope = 4 * Math.pow(0.5, step);
    for (double bad :
        new double[] {envelope * 1.00001, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
      found(RESIDUAL, step, s -> with(s, s.loss(), bad, s.distance(), 0.25), "||f - y||");
      found(LOSS, step, s -> with(s, bad, s.residualNorm(), s.distance(), 0.25), "F - F*");
    }
    for (double bad : new double[] {3.00001, Double.NaN, Double.POSITIVE_INFINITY}) {
      found(RESIDUAL, step, s -> with(s, s.loss(), s.residualNorm(), bad, 0.25), "from the start");
    }
    for (double bad : new double[] {1.00001, Double.NaN, Double.POSITIVE_INFINITY}) {
      found(RESIDUAL, step, s -> with(s, s.loss(), s.residualNorm(), 2, bad), "of a layer");
    }
  }

  private static void found(
      Prediction prediction, int step, UnaryOperator<Snapshot> change, String what) {
    Comparison c = Comparison.of(prediction, run(step, change), 0);
    assertThat(c.kept()).isFalse();
    assertThat(c.firstViolation()).hasValue(step);
    assertThat(c.violation().orElseThrow()).contains(what);
  }

  private static Snapshot with(
      Snapshot s, double loss, double residual, double distance, double layer) {
    return new Snapshot(
        s.step(), s.time(), loss, residual, distance, Map.of("layer_distance", layer));
  }

  @Test
  void theOtherNumberDoesNotMatter() {
    assertThat(
            Comparison.of(RESIDUAL, run(2, s -> with(s, 1e9, s.residualNorm(), 2, 0.25)), 0).kept())
        .isTrue();
    assertThat(Comparison.of(LOSS, run(2, s -> with(s, s.loss(), 1e9, 2, 0.25)), 0).kept())
        .isTrue();
    assertThat(Comparison.of(LOSS, run(-1, s -> s), Double.NaN).kept()).isFalse();
  }

  @Test
  void roundingErrorsAreNoViolation() {
    // 4 * 1e-9 is the floor.
    Trajectory stuck = run(5, s -> with(s, s.loss(), 0.125 + 3e-9, 2, 0.25));
    assertThat(Comparison.of(RESIDUAL, stuck, 0).kept()).isTrue();
    Trajectory worse = run(5, s -> with(s, s.loss(), 0.125 + 5e-9, 2, 0.25));
    assertThat(Comparison.of(RESIDUAL, worse, 0).firstViolation()).hasValue(5);
    Prediction still = Prediction.of(Monitored.RESIDUAL_NORM, exact(4), ETA, exact(0.5), exact(0));
    Comparison unmoved =
        Comparison.of(
            still,
            new Trajectory(
                "m",
                Dynamics.GRADIENT_DESCENT,
                "l",
                List.of(new Snapshot(0, 0, 4, 4, 0, Map.of()))),
            0);
    assertThat(unmoved.kept()).isTrue();
    assertThat(unmoved.radiusUsed()).isZero();
  }

  @Test
  void aReferenceLossIsTakenFromItsUpperEnd() {
    Prediction bare =
        Prediction.reciprocal(Monitored.LOSS_ABOVE_REFERENCE, exact(4), ETA, exact(2), exact(3));
    Quantity reference =
        Quantity.verified("L(wbar)", Interval.of(7, 7.5), Subject.EXACT_NETWORK, "test");
    Prediction p = bare.withReferenceLoss(reference);
    // The envelope is 0.5 at step 4: up to 8 the run may be within it, above it is not.
    for (double loss : new double[] {0, 7, 7.99, 8}) {
      Trajectory run = run(4, s -> with(s, loss, 1e9, 2, 0.25));
      assertThat(Comparison.of(p, run, -1e9).kept()).as("loss " + loss).isTrue();
    }
    for (double loss : new double[] {8.01, 1e9, Double.NaN, Double.POSITIVE_INFINITY}) {
      found(p, 4, s -> with(s, loss, 0, 2, 0.25), "L(w_t) - L(wbar)");
    }
    assertThatThrownBy(() -> Comparison.of(bare, run(-1, s -> s), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference loss");
    assertThatThrownBy(() -> RESIDUAL.withReferenceLoss(reference))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("F - F*");
  }

  @Test
  void zerosAllowTheToleranceItself() {
    Prediction still =
        Prediction.of(Monitored.RESIDUAL_NORM, exact(0), ETA, exact(0.5), exact(0))
            .withLayerRadius(exact(0));
    double noise = 1e-15;
    Snapshot first = new Snapshot(0, 0, noise, noise, 0, Map.of("layer_distance", 0.0));
    for (double moved : new double[] {0, noise, 2e-9, 1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Snapshot then = new Snapshot(1, ETA, noise, noise, moved, Map.of("layer_distance", 0.0));
      Comparison c =
          Comparison.of(
              still, new Trajectory("m", Dynamics.GRADIENT_DESCENT, "l", List.of(first, then)), 0);
      assertThat(c.kept()).as("moved " + moved).isEqualTo(moved <= Comparison.TOLERANCE);
      if (moved <= Comparison.TOLERANCE) {
        assertThat(c.radiusUsed()).isZero();
      } else {
        assertThat(c.radiusUsed()).isNotEqualTo(0);
      }
      Snapshot layer = new Snapshot(1, ETA, noise, noise, 0, Map.of("layer_distance", moved));
      assertThat(
              Comparison.of(
                      still,
                      new Trajectory("m", Dynamics.GRADIENT_DESCENT, "l", List.of(first, layer)),
                      0)
                  .kept())
          .isEqualTo(moved <= Comparison.TOLERANCE);
      Snapshot far = new Snapshot(1, ETA, noise, moved, 0, Map.of("layer_distance", 0.0));
      assertThat(
              Comparison.of(
                      still,
                      new Trajectory("m", Dynamics.GRADIENT_DESCENT, "l", List.of(first, far)),
                      0)
                  .kept())
          .isEqualTo(moved <= Comparison.TOLERANCE);
    }
  }

  @Test
  void flowIsComparedAtItsTimes() {
    Prediction flow = Prediction.flow(Monitored.EXCESS_LOSS, exact(4), exact(1), exact(3));
    List<Snapshot> all = new ArrayList<>();
    double[] times = {0, 0.3, 0.31, 2};
    for (int i = 0; i < times.length; i++) {
      all.add(new Snapshot(i, times[i], 3.9 * Math.exp(-times[i]), 0, 0, Map.of()));
    }
    assertThat(
            Comparison.of(flow, new Trajectory("flow", Dynamics.GRADIENT_FLOW, "l", all), 0).kept())
        .isTrue();
    all.set(2, new Snapshot(2, 0.31, 4.1 * Math.exp(-0.31), 0, 0, Map.of()));
    assertThat(
            Comparison.of(flow, new Trajectory("flow", Dynamics.GRADIENT_FLOW, "l", all), 0)
                .firstViolation())
        .hasValue(2);
  }

  @Test
  void anotherStepSizeOrAnExpectationIsMisuse() {
    Trajectory twice = run(4, s -> new Snapshot(4, 8 * ETA, s.loss(), 0, 0, Map.of()));
    assertThatThrownBy(() -> Comparison.of(RESIDUAL, twice, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("step size 0.1");
    assertThatThrownBy(() -> Comparison.of(prediction(Monitored.EXPECTED_EXCESS_LOSS), twice, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected value");
  }

  @Test
  void aRunThatDivergesBetweenRecordsIsAViolation() {
    Network line = Network.of(Shape.of(1), Dense.of("w", 1, 1));
    TrainingProblem problem =
        TrainingProblem.of(
            line,
            Tensors.of(new double[] {1}, 1),
            Tensors.of(new double[] {1e3}, 1, 1),
            Tensors.of(new double[] {0}, 1, 1));
    double eta = 1e100;
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(eta), Recording.every(1_000_000))) {
      assertThat(run.advance(1000)).isEqualTo(RunStatus.DIVERGED);
      Trajectory trajectory = run.trajectory();
      assertThat(trajectory.first().loss()).isFinite();
      assertThat(trajectory.last().loss()).isNaN();
      Prediction generous =
          Prediction.of(Monitored.EXCESS_LOSS, exact(1e300), eta, exact(0), exact(1e300));
      assertThat(Comparison.of(generous, trajectory, 0).firstViolation()).hasValue(run.step());
    }
  }

  private static Quantity exact(double value) {
    return Quantity.verified("q", Interval.of(value), Subject.EXACT_NETWORK, "test");
  }

  /** What a method is called decides nothing. */
  @Test
  void otherDynamicsAreRefused() {
    Quantity one = Quantity.verified("q", Interval.ONE, Subject.EXACT_NETWORK, "test");
    Prediction steps = Prediction.of(Monitored.RESIDUAL_NORM, one, 1, one, one);
    Prediction flow = Prediction.flow(Monitored.RESIDUAL_NORM, one, one, one);
    TrainingMethod descent = GradientDescent.withSchedule(step -> 1, "no momentum, stochastic");
    TrainingMethod smooth = GradientFlow.withTolerance(1e-6, 1e-9);
    TrainingMethod batches = StochasticGradientDescent.of(1, 1, Seed.of(1));
    TrainingMethod mine =
        new TrainingMethod() {
          @Override
          public String name() {
            return "gradient descent, eta = 1";
          }

          @Override
          public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
            return 1;
          }
        };
    assertThat(Comparison.of(steps, started(descent), 0).compared()).isEqualTo(1);
    assertThat(Comparison.of(flow, started(smooth), 0).compared()).isEqualTo(1);
    Seed seed = Seed.of(1);
    for (TrainingMethod plain :
        List.of(
            TwoPhase.of(batches, 0, descent).withPerturbation(0, seed).withAllLayersInSecondPhase(),
            TwoPhase.of(descent, 3, descent)
                .withPerturbation(0, seed)
                .withAllLayersInSecondPhase())) {
      assertThat(Comparison.of(steps, started(plain), 0).compared()).isEqualTo(1);
    }
    List<TrainingMethod> others =
        List.of(
            TwoPhase.of(batches, 3, descent).withPerturbation(0, seed).withAllLayersInSecondPhase(),
            TwoPhase.of(descent, 3, smooth).withPerturbation(0, seed).withAllLayersInSecondPhase(),
            TwoPhase.of(descent, 3, descent).withAllLayersInSecondPhase(),
            TwoPhase.of(batches, 0, descent).withPerturbation(0, seed),
            batches,
            GradientDescent.withStepSize(1).withMomentum(0.5),
            TwoPhase.of(batches, 3, descent),
            TwoPhase.of(descent, 3, descent),
            mine);
    for (TrainingMethod other : others) {
      refused(steps, other);
      refused(flow, other);
    }
    refused(flow, descent);
    refused(steps, smooth);
    refused(flow, GradientDescent.withStepSize(1).withMomentum(0));
  }

  private static Trajectory started(TrainingMethod method) {
    Network line = Network.of(Shape.of(1), Dense.of("w", 1, 1));
    TrainingProblem problem =
        TrainingProblem.of(
            line,
            Tensors.of(new double[] {1}, 1),
            Tensors.of(new double[] {1}, 1, 1),
            Tensors.of(new double[] {0}, 1, 1));
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      return run.trajectory();
    }
  }

  private static void refused(Prediction prediction, TrainingMethod method) {
    Trajectory run = started(method);
    assertThatThrownBy(() -> Comparison.of(prediction, run, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(method.name());
  }
}
