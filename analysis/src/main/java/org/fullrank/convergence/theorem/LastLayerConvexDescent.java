package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * Gradient descent on the last layer alone, for a convex loss: with {@code M = [g h, tau 1]}, the
 * loss {@code L(w) = c sum_i l(f_i, y_i)}, {@code c = 1} for a sum and {@code 1/n} for a mean,
 * {@code l} convex with second derivative at most {@code L_l} in the outputs, and {@code L_H = c
 * L_l ||M||^2}, every step size {@code eta < 1/L_H} and every comparison {@code wbar} give
 *
 * <pre>{@code L(w_t) - L(wbar) <= ||wbar - w_0||^2 / (2 eta t).}</pre>
 *
 * <p>The comparison need not be a minimum: with reference weights the number that is bounded is
 * {@code L(w_t) - L(wbar)}, which says nothing about the infimum. Without, {@code L(wbar) = 0} is
 * the infimum {@code F*} over all parameters.
 *
 * <p>{@code L_l} is 1 for squares, 1/2 for softmax cross-entropy and 1/4 for logistic losses
 * ({@link LastLayerNumbers#sampleSmoothness} has the proof). Unless reference weights are given,
 * {@code wbar} is the interpolating point nearest to {@code w_0}; it exists for squares and M of
 * rank n, at a distance of at most {@code ||r_0||/sigma_min(M)}, with loss 0.
 *
 * <p><b>Proof.</b> L is {@code L_H}-smooth and convex, so a step with {@code eta <= 1/L_H} gives
 * {@code L(w+) <= L(w) - (eta/2) ||grad||^2 <= L(wbar) + <grad, w - wbar> - (eta/2) ||grad||^2 =
 * L(wbar) + (||w - wbar||^2 - ||w+ - wbar||^2)/(2 eta)}. Sum over t steps; the loss never rises.
 */
public final class LastLayerConvexDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          FeatureRank.AUTHORS,
          FeatureRank.TITLE,
          FeatureRank.WHERE,
          "The second phase of their algorithm with its rate, for a comparison whose distance and"
              + " loss are known numbers; the paper compares with a global minimum, which for"
              + " cross-entropy need not exist.");

  private final OptionalDouble stepSize;
  private final Optional<ReferenceWeights> reference;

  private LastLayerConvexDescent(OptionalDouble stepSize, Optional<ReferenceWeights> reference) {
    this.stepSize = stepSize;
    this.reference = reference;
  }

  /**
   * With the largest step size that is certainly below {@code 1/L_H}, compared with the nearest
   * interpolating point.
   *
   * @return the theorem
   */
  public static LastLayerConvexDescent withDefaults() {
    return new LastLayerConvexDescent(OptionalDouble.empty(), Optional.empty());
  }

  /**
   * With a given step size.
   *
   * @param eta positive
   * @return the changed theorem
   */
  public LastLayerConvexDescent withStepSize(double eta) {
    return new LastLayerConvexDescent(
        OptionalDouble.of(LastLayerPremises.requireStep(eta)), reference);
  }

  /**
   * Compared with given weights of the last layer.
   *
   * @param weights {@code wbar}
   * @return the changed theorem
   */
  public LastLayerConvexDescent withReference(ReferenceWeights weights) {
    return new LastLayerConvexDescent(stepSize, Optional.of(weights));
  }

  @Override
  public String name() {
    return "gradient descent of the last layer on a convex loss";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    LastLayerNumbers n = evidence.get(Measurements.LAST_LAYER);
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(LastLayerPremises.affine(n));
    if (n.obstacle().isEmpty()) {
      checks.add(LastLayerPremises.alone(n));
      checks.add(LastLayerPremises.doublePrecision(n));
      checks.add(LastLayerPremises.knownLoss(n));
      checks.addAll(comparison(n, evidence));
    }
    if (!LastLayerPremises.allHold(checks)) {
      return LastLayerPremises.refused(this, checks, LastLayerPremises.DESCENT_LIMITS);
    }
    Interval c = n.lossFactor().multiply(n.sampleSmoothness());
    Quantity limit =
        LastLayerPremises.stepLimit(n.norm().map("L_H", norm -> norm.square().multiply(c)));
    double eta = stepSize.orElseGet(() -> LastLayerPremises.largestBelow(limit));
    checks.add(
        LastLayerPremises.shortStep(eta, limit)
            .from(LastLayerPremises.factor(n))
            .from(
                Setting.of("L_l", n.sampleSmoothness()),
                n.norm().withSymbol("||M||"),
                n.residual().withSymbol("||r_0||"),
                n.value().withSymbol("L(w_0)")));
    return LastLayerPremises.certificate(
        this, checks, () -> conclusion(n, evidence, eta), LastLayerPremises.DESCENT_LIMITS);
  }

  private List<HypothesisCheck> comparison(LastLayerNumbers n, Evidence evidence) {
    if (reference.isPresent()) {
      ReferenceWeights.Numbers given = evidence.get(reference.get());
      Optional<String> obstacle = given.obstacle();
      return List.of(
          HypothesisCheck.premise(
                  "the reference weights are weights of the last layer",
                  obstacle.isEmpty(),
                  obstacle.orElse("frozen ones unchanged"))
              .from(
                  given.distance().withSymbol("||wbar - w_0||"),
                  given.loss().withSymbol("L(wbar)")));
    }
    HypothesisCheck squares =
        HypothesisCheck.premise(
            "there is something to compare with: reference weights, or interpolation of squares",
            n.isSquared(),
            n.isSquared()
                ? "the interpolating point nearest to the start"
                : "the loss is "
                    + n.loss().text()
                    + " and no reference weights are given; give some with"
                    + " withReference, such as weights that a run has reached");
    return List.of(squares, LastLayerPremises.fullRank(n));
  }

  private Conclusion conclusion(LastLayerNumbers n, Evidence evidence, double eta) {
    if (reference.isPresent()) {
      ReferenceWeights.Numbers given = evidence.get(reference.get());
      Quantity anywhere = Setting.read("radius", Interval.atLeast(0), "nothing is known");
      Quantity start =
          n.value().subtract(given.loss()).map("L(w_0) - L(wbar)", d -> d.max(Interval.ZERO));
      return Conclusion.of(
          "gradient descent of the last layer comes as close to the loss of the reference weights"
              + " as 1/t, or falls below it; the infimum may be lower",
          Prediction.reciprocal(
                  Prediction.Monitored.LOSS_ABOVE_REFERENCE,
                  start,
                  eta,
                  constant(given.distance(), eta),
                  anywhere)
              .withReferenceLoss(given.loss()));
    }
    Quantity nearest = n.residual().divide(n.sigmaMin()).withSymbol("||r_0||/sigma_min(M)");
    return Conclusion.of(
        "the loss of gradient descent of the last layer falls to zero, the global minimum over all"
            + " layers, at least as fast as 1/t",
        Prediction.reciprocal(
            Prediction.Monitored.EXCESS_LOSS,
            n.value().withSymbol("L(w_0)"),
            eta,
            constant(nearest, eta),
            nearest));
  }

  private static Quantity constant(Quantity distance, double eta) {
    return distance.map(
        "||wbar - w_0||^2/(2 eta)", d -> d.square().divide(2).divide(Interval.of(eta)));
  }
}
