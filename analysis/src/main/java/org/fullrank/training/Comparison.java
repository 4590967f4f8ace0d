package org.fullrank.training;

import java.util.OptionalLong;
import org.fullrank.convergence.Prediction;

/**
 * A prediction held against a run that used its step size.
 *
 * @param compared number of snapshots compared
 * @param firstViolation first recorded step at which the monitored number left the envelope or the
 *     parameters left the ball; empty if none did
 * @param slack smallest ratio of envelope to observation above the floor: how generous the
 *     guarantee was; infinite if everything observed is below the floor
 * @param radiusUsed largest distance from the start over the radius
 */
public record Comparison(
    int compared, OptionalLong firstViolation, double slack, double radiusUsed) {
  /**
   * What floating-point descent may miss, relative to the initial value: far above the rounding
   * errors of a run, far below anything a violated theorem would show.
   */
  public static final double TOLERANCE = 1e-9;

  /**
   * Compares. Gradient flow is compared at its recorded times, descent at its steps; how far the
   * layers moved is compared if {@link Recorders#layerDistance} was recorded.
   *
   * @param prediction what was guaranteed
   * @param trajectory of gradient descent with {@code prediction.stepSize()}, or of gradient flow
   * @param infimum the least loss {@code F*}, or a lower bound of it; used only where the excess
   *     loss is monitored
   * @return the comparison
   */
  public static Comparison of(Prediction prediction, Trajectory trajectory, double infimum) {
    OptionalLong violation = OptionalLong.empty();
    double slack = Double.POSITIVE_INFINITY;
    double used = 0;
    double radius = prediction.radius().interval().hi();
    double floor = TOLERANCE * prediction.envelope(0);
    if (prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS) {
      throw new IllegalArgumentException(
          "Comparison expects a guarantee about single runs but this one is about an expected value");
    }
    for (Snapshot s : trajectory.snapshots()) {
      double observed =
          prediction.monitored() == Prediction.Monitored.RESIDUAL_NORM
              ? s.residualNorm()
              : s.loss() - infimum;
      double envelope =
          prediction.isFlow() ? prediction.envelopeAt(s.time()) : prediction.envelope(s.step());
      used = Math.max(used, s.distance() / radius);
      // Written so that a NaN counts as a violation.
      boolean kept =
          observed <= envelope + floor
              && s.distance() <= radius * (1 + TOLERANCE)
              && layersKept(prediction, s);
      if (!kept && violation.isEmpty()) {
        violation = OptionalLong.of(s.step());
      }
      if (observed > floor) {
        slack = Math.min(slack, envelope / observed);
      }
    }
    return new Comparison(trajectory.snapshots().size(), violation, slack, used);
  }

  /** Whether the recorder {@link Recorders#layerDistance} saw the layers where they should be. */
  private static boolean layersKept(Prediction prediction, Snapshot s) {
    Double moved = s.more().get(Recorders.LAYER_DISTANCE);
    return moved == null
        || prediction
            .layerRadius()
            .map(bound -> moved <= bound.interval().hi() * (1 + TOLERANCE))
            .orElse(true);
  }

  /**
   * Whether the run stayed within the guarantee.
   *
   * @return true if no recorded step violated it
   */
  public boolean kept() {
    return firstViolation.isEmpty();
  }
}
