package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.evidence.DeepLinearNetwork;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/** What all theorems on deep linear residual networks presume. */
final class DeepLinearPremises {
  private DeepLinearPremises() {}

  static List<HypothesisCheck> of(DeepLinearNetwork net) {
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "f = B (I + W_L) ... (I + W_1) A X, A and B fixed, W = 0, trained on 1/2 sum of"
                + " squares",
            net.obstacle().isEmpty(),
            net.obstacle().orElse("seen in the description of the network and its parameters")));
    if (net.obstacle().isPresent()) {
      return checks;
    }
    checks.add(positive("A has rank d: sigma_min(A) > 0", net.sigmaA()));
    checks.add(positive("B has rank k: sigma_min(B) > 0", net.sigmaB()));
    // The smallest nonzero singular value of a numerically deficient X cannot be known.
    checks.add(
        HypothesisCheck.structural(
            "X has full rank min(d, n)",
            net.fullRank() == Verdict.HOLDS ? Verdict.HOLDS : Verdict.UNDECIDED,
            net.sigmaX().rigor(),
            Subject.EXACT_NETWORK,
            "sigma_min(X) in " + net.sigmaX().interval()));
    return checks;
  }

  private static HypothesisCheck positive(String statement, Quantity sigma) {
    Quantity zero = new Quantity("0", Interval.ZERO, Rigor.VERIFIED, Subject.EXACT_NETWORK, "zero");
    return HypothesisCheck.less(statement, zero, sigma);
  }
}
