package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.HiddenLayers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * The expressivity condition from the description alone. For a network dense, activation, ...,
 * dense with any hidden widths of at least 1 and distinct inputs, {@code rank M = n} for almost
 * every value of the hidden parameters, if
 *
 * <ul>
 *   <li>the last activation is real analytic and no polynomial, and the dense layer before it has a
 *       bias with an effect;
 *   <li>the activations before it are real analytic and strictly increasing;
 *   <li>M has at least n columns: a last hidden width of {@code n - 1} with a bias in the output
 *       layer, of n without.
 * </ul>
 *
 * <p><b>Proof.</b> It suffices to find one value with rank n, since {@code det(M M^T)} is analytic
 * in the hidden parameters. Pass each sample along one unit of each layer: some direction tells
 * distinct inputs apart, and injective activations keep the numbers distinct, so the last hidden
 * layer can read any multiple {@code a t_i} of distinct numbers, and add any b. The vectors {@code
 * v(a, b) = (phi(a t_i + b))_i} span {@code R^n}: if {@code sum_i c_i phi(a t_i + b) = 0} for all
 * a, b, the k-th derivative in a at 0 gives {@code phi^(k)(b) sum_i c_i t_i^k = 0} for all b; no
 * derivative of a non-polynomial vanishes identically, so {@code sum_i c_i t_i^k = 0} for all k,
 * and c = 0 by Vandermonde. So {@code n - 1} units complete the ones of the bias to a basis, or n
 * units are one. Factors of weights and bias that are not 0 do not matter.
 */
public final class FullyConnectedExpressivity implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          FeatureRank.AUTHORS,
          FeatureRank.TITLE,
          FeatureRank.WHERE,
          "Their lemma on fully connected networks with one wide layer, for distinct inputs instead"
              + " of ||x_i||^2 > x_i x_j, a last hidden width of n - 1, a bias in the last hidden"
              + " layer only, and a last activation that need not be increasing.");

  private FullyConnectedExpressivity() {}

  /**
   * The theorem; it has no settings.
   *
   * @return the theorem
   */
  public static FullyConnectedExpressivity withDefaults() {
    return new FullyConnectedExpressivity();
  }

  @Override
  public String name() {
    return "fully connected networks with a wide last layer and almost every parameter";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    HiddenLayers net = evidence.get(Measurements.HIDDEN_LAYERS);
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        premise(
            "the layers are dense, activation, ..., dense",
            net.notFullyConnected(),
            net.rigor(),
            "seen in the description"));
    checks.add(
        premise(
            "the weights of the last layer are trained",
            net.output(),
            net.rigor(),
            "no frozen slot"));
    checks.add(
        premise(
            "no parameter below the last layer is frozen",
            net.frozen().map(s -> "parameter tensor " + s + " is frozen"),
            net.rigor(),
            "no frozen slot"));
    if (net.notFullyConnected().isEmpty()) {
      checks.add(
          premise(
              "activations before the last are real analytic and strictly increasing",
              net.notIncreasing(),
              net.rigor(),
              "declared by the activations"));
      checks.add(
          premise(
              "the last activation is real analytic and no polynomial",
              net.notGeneric(),
              net.rigor(),
              "declared by the activation"));
      checks.add(
          premise(
              "the last hidden layer has a bias with an effect",
              net.withoutBias(),
              net.rigor(),
              "seen in the description"));
    }
    if (net.output().isEmpty()) {
      checks.add(
          decided(
                  "M has at least n columns: the last hidden width, and one for a bias",
                  net.columns() >= net.samples(),
                  net.rigor(),
                  net.columns() + " columns and " + net.samples() + " samples")
              .from(Setting.of("columns", net.columns()), Setting.of("n", net.samples())));
    }
    checks.add(
        decided(
            "the inputs are distinct",
            net.repeated().isEmpty(),
            net.rigor(),
            net.repeated().isEmpty()
                ? "compared exactly"
                : "sample " + net.repeated().get(0) + " repeats an earlier one"));
    return LastLayerPremises.certificate(
        this,
        checks,
        () -> Conclusion.of("rank M = n for almost every value of the hidden parameters"),
        List.of(
            "Almost every says nothing about one particular value; check the rank there with"
                + " features of full row rank.",
            "The features may be so ill-conditioned that no double-precision computation can tell"
                + " their rank.",
            "What activations declare about themselves is believed."));
  }

  private static HypothesisCheck premise(
      String statement, Optional<String> obstacle, Rigor rigor, String otherwise) {
    return HypothesisCheck.premise(
        statement, obstacle.isEmpty(), rigor, obstacle.orElse(otherwise));
  }

  /** A condition on whole numbers, which is certain either way. */
  private static HypothesisCheck decided(
      String statement, boolean holds, Rigor rigor, String reason) {
    return HypothesisCheck.structural(
        statement, holds ? Verdict.HOLDS : Verdict.FAILS, rigor, Subject.EXACT_NETWORK, reason);
  }
}
