package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
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
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * Gradient descent on the last layer alone, on squares: with {@code M = [g h, tau 1]} of rank n and
 * the loss {@code (c/2) ||f - Y||^2}, {@code c = 1} for the sum and {@code 1/n} for the mean, every
 * step size {@code eta < 1/(c ||M||^2)} gives
 *
 * <pre>
 * {@code ||r_t|| <= (1 - eta c sigma_min(M)^2)^t ||r_0||,  ||w_t - w_0|| <= ||r_0||/sigma_min(M).}
 * </pre>
 *
 * <p>The residual in the direction of an eigenvector of {@code M M^T} with eigenvalue {@code
 * lambda} shrinks by exactly {@code 1 - eta c lambda} in each step. Gradient flow: {@code ||r(t)||
 * <= e^(-c sigma_min(M)^2 t) ||r_0||} within the same distance.
 *
 * <p><b>Proof.</b> {@code r_(t+1) = (I - eta c M M^T) r_t} for each output, and {@code w_t - w_0 =
 * -M^T (M M^T)^-1 (I - (I - eta c M M^T)^t) r_0}: a singular value {@code s} of M contributes
 * {@code (1 - (1 - eta c s^2)^t)/s}, between 0 and {@code 1/s} because {@code 0 < eta c s^2 < 1}.
 */
public final class LastLayerDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          FeatureRank.AUTHORS,
          FeatureRank.TITLE,
          FeatureRank.WHERE,
          "The second phase of their algorithm, for squares: the paper's rate is 1/t for convex"
              + " losses; the features being fixed and of full rank, the rate here is linear, with"
              + " proved eigenvalues.");

  private final OptionalDouble stepSize;
  private final boolean flow;

  private LastLayerDescent(OptionalDouble stepSize, boolean flow) {
    this.stepSize = stepSize;
    this.flow = flow;
  }

  /**
   * With the largest step size that is certainly below {@code 1/(c ||M||^2)}.
   *
   * @return the theorem
   */
  public static LastLayerDescent withDefaults() {
    return new LastLayerDescent(OptionalDouble.empty(), false);
  }

  /**
   * With a given step size.
   *
   * @param eta positive
   * @return the changed theorem
   */
  public LastLayerDescent withStepSize(double eta) {
    return new LastLayerDescent(OptionalDouble.of(LastLayerPremises.requireStep(eta)), false);
  }

  /**
   * For gradient flow, which has no step size.
   *
   * @return the changed theorem
   */
  public LastLayerDescent withGradientFlow() {
    return new LastLayerDescent(OptionalDouble.empty(), true);
  }

  @Override
  public String name() {
    return (flow ? "gradient flow" : "gradient descent") + " of the last layer on squares";
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
      checks.add(LastLayerPremises.squared(n));
      checks.add(
          LastLayerPremises.fullRank(n)
              .from(LastLayerPremises.factor(n))
              .from(n.norm().withSymbol("||M||"), n.residual().withSymbol("||r_0||")));
    }
    if (!LastLayerPremises.allHold(checks)) {
      return LastLayerPremises.refused(this, checks, LastLayerPremises.DESCENT_LIMITS);
    }
    Interval c = n.lossFactor();
    Quantity perTime = n.sigmaMin().map("c sigma_min(M)^2", s -> s.square().multiply(c));
    Quantity radius = n.residual().divide(n.sigmaMin()).withSymbol("||r_0||/sigma_min(M)");
    if (flow) {
      return LastLayerPremises.certificate(
          this,
          checks,
          () ->
              Conclusion.of(
                  "gradient flow of the last layer reaches zero loss, the global minimum over all"
                      + " layers, exponentially",
                  Prediction.flow(
                      Prediction.Monitored.RESIDUAL_NORM, n.residual(), perTime, radius)),
          LastLayerPremises.DESCENT_LIMITS);
    }
    Quantity limit =
        LastLayerPremises.stepLimit(n.norm().map("(c ||M||^2)", norm -> norm.square().multiply(c)));
    double eta = stepSize.orElseGet(() -> LastLayerPremises.largestBelow(limit));
    checks.add(LastLayerPremises.shortStep(eta, limit));
    return LastLayerPremises.certificate(
        this,
        checks,
        () ->
            Conclusion.of(
                "gradient descent of the last layer reaches zero loss, the global minimum over all"
                    + " layers, at a linear rate",
                Prediction.of(
                    Prediction.Monitored.RESIDUAL_NORM,
                    n.residual(),
                    eta,
                    perTime.map("eta c sigma_min(M)^2", rate -> rate.multiply(eta)),
                    radius)),
        LastLayerPremises.DESCENT_LIMITS);
  }
}
