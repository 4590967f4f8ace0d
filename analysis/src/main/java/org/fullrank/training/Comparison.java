package org.fullrank.training;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.fullrank.convergence.Prediction;
import org.fullrank.rigor.DecimalInterval;

/**
 * A prediction held against a run that used its step size.
 *
 * @param compared number of snapshots compared
 * @param firstViolation first recorded step at which the monitored number left the envelope or the
 *     parameters left the ball; empty if none did
 * @param violation what was violated there, with numbers; empty if nothing was
 * @param slack smallest ratio of envelope to observation above the floor: how generous the
 *     guarantee was; infinite if everything observed is below the floor
 * @param radiusUsed largest distance from the start over the radius; NaN if a distance was, 0 if
 *     radius and distances are (to {@link #TOLERANCE}) zero, infinite if only the radius is
 */
public record Comparison(
    int compared,
    OptionalLong firstViolation,
    Optional<String> violation,
    double slack,
    double radiusUsed) {
  /**
   * What floating-point descent may miss, relative to the initial value: far above the rounding
   * errors of a run, far below anything a violated theorem would show.
   */
  public static final double TOLERANCE = 1e-9;

  /** Rounding of a computed loss, relative to it: some hundred units in the last place. */
  private static final double LOSS_ROUNDING = 0x1p-45;

  /**
   * Compares with a loss that may come down to 0, as every loss of the library may at most.
   *
   * @param prediction what was guaranteed
   * @param trajectory of gradient descent with {@code prediction.stepSize()}, or of gradient flow
   * @return as {@link #of(Prediction, Trajectory, double)} with infimum 0
   * @throws IllegalArgumentException as there
   */
  public static Comparison of(Prediction prediction, Trajectory trajectory) {
    return of(prediction, trajectory, 0);
  }

  /**
   * Compares what was recorded: between two records a run may have left the guarantee, or taken
   * steps of other sizes with the same sum, which {@link Recording#every every(1)} would show. An
   * initial value or a radius of exactly 0 has no scale: {@link #TOLERANCE} itself is then allowed,
   * and within it the radius counts as unused. Gradient flow is compared at its recorded times,
   * descent at its steps; how far the layers moved is compared if {@link Recorders#layerDistance}
   * was recorded. A run that diverged is a violation.
   *
   * @param prediction what was guaranteed
   * @param trajectory of gradient descent with {@code prediction.stepSize()}, or of gradient flow
   * @param infimum the least loss {@code F*}, or a lower bound of it; used only where the excess
   *     loss is monitored and the prediction does not bring its {@code F*}
   * @return the comparison
   * @throws IllegalArgumentException if the prediction is about an expected value or lacks its
   *     reference loss, if the method of the run follows other {@linkplain Dynamics dynamics}, or
   *     the recorded times show that it had another step size. That the run was on the certified
   *     problem is not checked: a trajectory does not know its network, data, start and frozen
   *     parameters
   */
  public static Comparison of(Prediction prediction, Trajectory trajectory, double infimum) {
    if (prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS) {
      throw new IllegalArgumentException(
          "Comparison expects a guarantee about single runs but this one is about an expected"
              + " value");
    }
    requireItsDynamics(prediction, trajectory);
    requireItsStepSize(prediction, trajectory);
    OptionalLong first = OptionalLong.empty();
    Optional<String> violation = Optional.empty();
    double slack = Double.POSITIVE_INFINITY;
    double used = 0;
    double radius = prediction.radius().interval().hi();
    double floor = prediction.envelope(0) > 0 ? TOLERANCE * prediction.envelope(0) : TOLERANCE;
    for (Snapshot s : trajectory.snapshots()) {
      double observed = observed(prediction, s, infimum);
      double envelope =
          prediction.isFlow() ? prediction.envelopeAt(s.time()) : prediction.envelope(s.step());
      boolean unused = s.distance() == 0 || (radius == 0 && s.distance() <= TOLERANCE);
      used = Math.max(used, unused ? 0 : s.distance() / radius);
      if (violation.isEmpty()) {
        // The loss itself is rounded, however small what is left of it above its infimum.
        double rounding =
            prediction.monitored() == Prediction.Monitored.RESIDUAL_NORM
                    || !Double.isFinite(s.loss())
                ? 0
                : LOSS_ROUNDING * Math.abs(s.loss());
        violation = violation(prediction, s, observed, envelope, envelope + floor + rounding);
        first = violation.isPresent() ? OptionalLong.of(s.step()) : first;
      }
      if (observed > floor) {
        slack = Math.min(slack, envelope / observed);
      }
    }
    return new Comparison(trajectory.snapshots().size(), first, violation, slack, used);
  }

  private static void requireItsDynamics(Prediction prediction, Trajectory trajectory) {
    Dynamics wanted = prediction.isFlow() ? Dynamics.GRADIENT_FLOW : Dynamics.GRADIENT_DESCENT;
    if (trajectory.dynamics() != wanted) {
      throw new IllegalArgumentException(
          "Comparison expects a run of "
              + wanted.text()
              + " but got one of "
              + trajectory.dynamics().text()
              + ": "
              + trajectory.method());
    }
  }

  private static void requireItsStepSize(Prediction prediction, Trajectory trajectory) {
    if (prediction.isFlow()) {
      return;
    }
    for (Snapshot s : trajectory.snapshots()) {
      double expected = s.step() * prediction.stepSize();
      if (!(Math.abs(s.time() - expected) <= 1e-6 * expected)) {
        throw new IllegalArgumentException(
            "Comparison expects a run with step size "
                + prediction.stepSize()
                + ", that is time "
                + expected
                + " after "
                + s.step()
                + " steps, but got time "
                + s.time()
                + " of "
                + trajectory.method());
      }
    }
  }

  /**
   * The monitored number at a snapshot. The loss above a reference is taken from the upper end of
   * the reference loss: the number is then at most what it would be with the exact one, so that a
   * width of that enclosure raises no false alarm, and hides a violation no larger than the width.
   *
   * @param prediction that monitors it
   * @param s the snapshot
   * @param infimum as for {@link #of}
   * @return the number to hold against the envelope; NaN if what it needs is
   * @throws IllegalArgumentException if the prediction lacks its reference loss
   */
  public static double observed(Prediction prediction, Snapshot s, double infimum) {
    return switch (prediction.monitored()) {
      case RESIDUAL_NORM -> s.residualNorm();
      case EXCESS_LOSS, EXPECTED_EXCESS_LOSS ->
          s.loss() - prediction.referenceLoss().map(f -> f.interval().hi()).orElse(infimum);
      case LOSS_ABOVE_REFERENCE ->
          s.loss()
              - prediction
                  .referenceLoss()
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "Comparison expects a prediction with a reference loss but got "
                                  + prediction))
                  .interval()
                  .hi();
    };
  }

  private static boolean within(double moved, double radius) {
    return moved <= (radius > 0 ? radius * (1 + TOLERANCE) : TOLERANCE);
  }

  /** Written so that a NaN is a violation. */
  private static Optional<String> violation(
      Prediction prediction, Snapshot s, double observed, double envelope, double allowed) {
    if (!(observed <= allowed)) {
      return said(prediction.monitored().text(), observed, "the envelope", envelope);
    }
    double radius = prediction.radius().interval().hi();
    if (!within(s.distance(), radius)) {
      return said("the distance from the start", s.distance(), "the radius", radius);
    }
    Double moved = s.more().get(Recorders.LAYER_DISTANCE);
    if (moved != null && prediction.layerRadius().isPresent()) {
      double bound = prediction.layerRadius().get().interval().hi();
      if (!within(moved, bound)) {
        return said("the distance of a layer from its start", moved, "its radius", bound);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> said(String what, double value, String bound, double limit) {
    return Optional.of(what + " is " + value + ", not at most " + bound + " " + limit);
  }

  /** A sentence. */
  @Override
  public String toString() {
    String records = compared + (compared == 1 ? " record" : " records");
    if (kept()) {
      return "kept the guarantee at "
          + records
          + ": the envelope is at least "
          + (Double.isFinite(slack) ? DecimalInterval.lower(slack, 6) : Double.toString(slack))
          + String.format(
              Locale.ROOT, " times what was observed, and %.3g of the radius was used", radiusUsed);
    }
    return "left the guarantee at step "
        + firstViolation.getAsLong()
        + violation.map(v -> ": " + v).orElse("")
        + " ("
        + records
        + " compared)";
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
