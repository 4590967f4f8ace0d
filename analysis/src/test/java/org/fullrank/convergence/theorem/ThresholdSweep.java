package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;

/** Certificates just inside and just outside of their condition, and runs held against them. */
final class ThresholdSweep {
  /** Steps of the plain descent, and of the library's. */
  private static final int LONG = 2048;

  private static final int SHORT = 64;

  private int instances;
  private int undecided;
  private int positiveInfimum;
  private double slack = Double.POSITIVE_INFINITY;
  private double radius;
  private double layer;

  /** Checks that a problem just outside is not certified. */
  void outside(Theorem theorem, TrainingProblem problem, String name) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict())
        .as(name + " " + certificate)
        .isIn(Verdict.FAILS, Verdict.UNDECIDED);
    undecided += certificate.verdict() == Verdict.UNDECIDED ? 1 : 0;
  }

  /** Checks that a problem just inside is certified, and a long run by an independent descent. */
  Prediction inside(
      Theorem theorem,
      TrainingProblem problem,
      double infimum,
      String name,
      List<PlainChain.Factor> factors,
      double[][] x,
      double[][] y) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(name + " " + certificate).isTrue();
    positiveInfimum += infimum > 0 ? 1 : 0;
    instances++;
    Prediction prediction = certificate.prediction().orElseThrow();
    if (prediction.monitored() == Prediction.Monitored.EXCESS_LOSS) {
      compare(
          prediction,
          PlainChain.descend(factors, x, y, prediction.stepSize(), LONG),
          infimum,
          name);
      if (instances % 5 == 0) {
        run(problem, prediction, infimum, name);
      }
    }
    return prediction;
  }

  /** A short run of the library's own descent. */
  private void run(TrainingProblem problem, Prediction prediction, double infimum, String name) {
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            GradientDescent.withStepSize(prediction.stepSize()),
            Recording.atPowersOfTwo().with(Recorders.layerDistance()))) {
      run.advance(SHORT);
      compare(prediction, run.trajectory(), infimum, name);
    }
  }

  private void compare(Prediction prediction, Trajectory trajectory, double infimum, String name) {
    Comparison comparison = Comparison.of(prediction, trajectory, infimum);
    assertThat(comparison.kept()).as(name + " " + comparison).isTrue();
    double bound = prediction.layerRadius().orElseThrow().interval().hi();
    for (double moved : trajectory.series("layer_distance")) {
      assertThat(moved).as(name).isLessThanOrEqualTo(bound * (1 + 1e-9));
      layer = Math.max(layer, moved / bound);
    }
    assertThat(trajectory.last().loss()).as(name).isLessThan(trajectory.first().loss());
    slack = Math.min(slack, comparison.slack());
    radius = Math.max(radius, comparison.radiusUsed());
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
