package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.HiddenLayers;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * From one value of the hidden parameters to almost every one: if every layer below the last is
 * real analytic and the exact network has {@code rank M = n} at the current parameters, it has so
 * for Lebesgue-almost every value of the hidden parameters.
 *
 * <p><b>Proof.</b> {@code det(M M^T)} is a real analytic function of the hidden parameters; it is
 * not 0 at the current ones, and a real analytic function on {@code R^p} that is not identically 0
 * vanishes on a set of measure 0 only. The same holds on the subspace of the trained ones, the
 * frozen ones kept, which also contains the current point.
 */
public final class GenericExpressivity implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          FeatureRank.AUTHORS,
          FeatureRank.TITLE,
          FeatureRank.WHERE,
          "The consequence of their Assumptions 1 and 2, with the rank at one point proved for the"
              + " network in exact arithmetic instead of computed.");

  private GenericExpressivity() {}

  /**
   * The theorem; it has no settings.
   *
   * @return the theorem
   */
  public static GenericExpressivity withDefaults() {
    return new GenericExpressivity();
  }

  @Override
  public String name() {
    return "features of full row rank for almost every parameter";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    LastLayerNumbers n = evidence.get(Measurements.LAST_LAYER);
    HiddenLayers hidden = evidence.get(Measurements.HIDDEN_LAYERS);
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(LastLayerPremises.affine(n));
    checks.add(
        HypothesisCheck.premise(
            "there are hidden parameters",
            hidden.parameters() > 0,
            hidden.rigor(),
            hidden.parameters() + " parameters below the last layer"));
    checks.add(
        HypothesisCheck.premise(
            "every layer below the last is real analytic",
            hidden.notAnalytic().isEmpty(),
            hidden.rigor(),
            hidden.notAnalytic().orElse("declared by the layers and activations")));
    if (n.obstacle().isEmpty()) {
      HypothesisCheck rank = LastLayerPremises.fullRank(n);
      checks.add(rank);
      if (rank.verdict() == Verdict.HOLDS && rank.subject() != Subject.EXACT_NETWORK) {
        // A rank of stored features may be one of their rounding errors.
        checks.add(
            HypothesisCheck.undecided(
                "the rank is that of the network in exact arithmetic",
                Subject.STORED_MATRIX,
                "it is proved for the stored features only, because a layer cannot be enclosed"));
      }
    }
    return LastLayerPremises.certificate(
        this,
        checks,
        () ->
            Conclusion.of(
                "rank M = n for almost every value of the hidden parameters: of all of them, and of"
                    + " the trained ones with the frozen ones kept"),
        List.of(
            "Almost every says nothing about one particular value, such as a later iterate; check"
                + " the rank there.",
            "It does not say how far the rank is from being lost."));
  }
}
