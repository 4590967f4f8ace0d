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

/**
 * The expressivity condition at the actual parameters and what it gives: if the feature matrix
 * {@code M = [g h, tau 1]} has rank n, the last layer alone can produce every output on the data,
 * so the least loss over the last layer at these features is {@code sum_i inf_q l(q, y_i)} (divided
 * by n for a mean), the infimum over all parameters of the network.
 *
 * <p>No analyticity is needed and any activation allowed. Without a trained bias that has an
 * effect, {@code M = g h} itself must have rank n. The infimum is 0 for squares and for logistic
 * losses, which do not attain it. For cross-entropy it is the entropy of the targets, and is not
 * attained where a target is 0.
 */
public final class FeatureRank implements Theorem {
  static final String AUTHORS = "K. Kawaguchi, Q. Sun";
  static final String TITLE = "A recipe for global convergence guarantee in deep neural networks";
  static final String WHERE = "AAAI 2021, arXiv 2104.05785";

  private static final Citation SOURCE =
      new Citation(
          AUTHORS,
          TITLE,
          WHERE,
          "The paper asks that some parameters give rank n; here the rank is proved at the actual"
              + " parameters, with a margin, so that nothing holds only almost surely.");

  private FeatureRank() {}

  /**
   * The theorem; it has no settings.
   *
   * @return the theorem
   */
  public static FeatureRank withDefaults() {
    return new FeatureRank();
  }

  @Override
  public String name() {
    return "features of full row rank";
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
      checks.add(LastLayerPremises.knownLoss(n));
      checks.add(LastLayerPremises.fullRank(n).from(n.infimum().withSymbol("infimum")));
    }
    return LastLayerPremises.certificate(
        this,
        checks,
        () ->
            Conclusion.of(
                "the trained part of the last layer reaches every output on these features, so the"
                    + " least loss over it alone is the infimum over all parameters of the network,"
                    + " in "
                    + n.infimum().interval()
                    + (n.attained() ? "" : ", which is not attained")),
        List.of(
            "It does not say that any method reaches this loss.",
            "It speaks of these parameters; after a step of the hidden layers it must be checked"
                + " again.",
            "A statement about the stored matrix holds for a last layer that reads the stored"
                + " features as its data."));
  }
}
