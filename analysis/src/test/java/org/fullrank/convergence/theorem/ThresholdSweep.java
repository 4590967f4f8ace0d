package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.Snapshot;
import org.fullrank.training.TrainingRun;

/** Certificates just inside and just outside of their condition, and runs held against them. */
final class ThresholdSweep {
  private static final double INSIDE = 0.999999;
  private static final double OUTSIDE = 1.000001;
  private static final int STEPS = 256;

  private int instances;
  private int undecided;
  private int positiveInfimum;
  private double slack = Double.POSITIVE_INFINITY;
  private double radius;
  private double layer;

  /**
   * Both sides of a threshold.
   *
   * @param problem by distance of the targets
   * @param infimum {@code F*} by that distance
   * @param threshold the distance of equality
   */
  void add(
      Theorem theorem,
      DoubleFunction<TrainingProblem> problem,
      DoubleUnaryOperator infimum,
      double threshold,
      String name) {
    Certificate outside = theorem.check(problem.apply(OUTSIDE * threshold));
    assertThat(outside.verdict()).as(name + " " + outside).isIn(Verdict.FAILS, Verdict.UNDECIDED);
    undecided += outside.verdict() == Verdict.UNDECIDED ? 1 : 0;
    TrainingProblem inside = problem.apply(INSIDE * threshold);
    Certificate certificate = theorem.check(inside);
    assertThat(certificate.isProof()).as(name + " " + certificate).isTrue();
    double least = infimum.applyAsDouble(INSIDE * threshold);
    positiveInfimum += least > 0 ? 1 : 0;
    instances++;
    Prediction prediction = certificate.prediction().orElseThrow();
    if (prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS) {
      return;
    }
    run(inside, prediction, least, name);
  }

  private void run(TrainingProblem problem, Prediction prediction, double least, String name) {
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            GradientDescent.withStepSize(prediction.stepSize()),
            Recording.atPowersOfTwo().with(Recorders.layerDistance()))) {
      run.advance(STEPS);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), least);
      assertThat(comparison.kept()).as(name + " " + comparison).isTrue();
      double bound = prediction.layerRadius().orElseThrow().interval().hi();
      for (double moved : run.trajectory().series("layer_distance")) {
        assertThat(moved).as(name).isLessThanOrEqualTo(bound * (1 + 1e-9));
        layer = Math.max(layer, moved / bound);
      }
      Snapshot last = run.trajectory().last();
      assertThat(last.loss()).as(name).isLessThan(run.trajectory().first().loss());
      slack = Math.min(slack, comparison.slack());
      radius = Math.max(radius, comparison.radiusUsed());
    }
  }

  int instances() {
    return instances;
  }

  int positiveInfimum() {
    return positiveInfimum;
  }

  @Override
  public String toString() {
    return instances
        + " instances, "
        + positiveInfimum
        + " with F* > 0, "
        + undecided
        + " undecided just outside, least slack "
        + slack
        + ", ball used to "
        + radius
        + ", layers to "
        + layer;
  }
}
