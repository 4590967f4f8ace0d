package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;

/**
 * The Polyak-Lojasiewicz inequality at the current parameters, whichever hidden layers are trained:
 * with {@code s = sigma_min(M) > 0} and the loss {@code L = (c/2) ||f - Y||^2}, {@code c = 1} for
 * the sum and {@code 1/n} for the mean,
 *
 * <pre>{@code ||grad L||^2 >= 2 c s^2 L.}</pre>
 *
 * <p>A monitor for runs that train all layers: where it holds, the gradient vanishes only at zero
 * loss. It proves nothing about convergence, for which descent also needs a bound of the curvature.
 *
 * <p><b>Proof.</b> The gradient in the last layer is {@code c M^T r}, and {@code ||M^T r||_F >= s
 * ||r||_F}; the other layers only add to the norm.
 */
public final class FeatureGradientBound implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          FeatureRank.AUTHORS,
          FeatureRank.TITLE,
          FeatureRank.WHERE,
          "Their variant that trains all layers needs the rank at every iterate; this is what the"
              + " rank gives at one of them.");

  private FeatureGradientBound() {}

  /**
   * The theorem; it has no settings.
   *
   * @return the theorem
   */
  public static FeatureGradientBound withDefaults() {
    return new FeatureGradientBound();
  }

  @Override
  public String name() {
    return "gradient of the squares bounded below by the features";
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
      checks.add(LastLayerPremises.squared(n));
      HypothesisCheck rank = LastLayerPremises.fullRank(n);
      checks.add(rank);
      if (rank.verdict() == Verdict.HOLDS) {
        // It may underflow although the rank is full.
        checks.add(
            HypothesisCheck.less("mu = c sigma_min(M)^2 > 0", Setting.zero(), constant(n))
                .from(LastLayerPremises.factor(n)));
      }
    }
    return LastLayerPremises.certificate(
        this,
        checks,
        () ->
            Conclusion.of(
                "at these parameters ||grad L||^2 >= 2 mu L with mu = "
                    + DecimalInterval.lower(constant(n).interval().lo(), 6)
                    + ", so the gradient vanishes only at zero loss"),
        List.of(
            "It speaks of these parameters alone; it is no proof of convergence, not even if it"
                + " holds at all iterates of a run, without a bound of the curvature.",
            "A statement about the stored matrix holds for the gradient in the last layer at the"
                + " stored features."));
  }

  private static Quantity constant(LastLayerNumbers n) {
    Interval c = n.lossFactor();
    return n.sigmaMin().map("mu", s -> s.square().multiply(c));
  }
}
