package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.measure.DeepLinearNetwork;
import org.fullrank.evidence.measure.LinearChain;
import org.fullrank.rigor.Quantity;
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
            net.rigor(),
            net.obstacle().orElse("seen in the description of the network and its parameters")));
    if (net.obstacle().isPresent()) {
      return checks;
    }
    checks.add(positive("A has rank d: sigma_min(A) > 0", net.sigmaA().withSymbol("a")));
    checks.add(positive("B has rank k: sigma_min(B) > 0", net.sigmaB().withSymbol("b")));
    checks.add(fullRank(net.fullRank(), net.sigmaX()));
    return checks;
  }

  /** For any chain of linear layers. */
  static List<HypothesisCheck> of(LinearChain chain) {
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "f = M_H ... M_1 X, each M fixed or e I + s W with W trained, hidden widths equal and"
                + " at least max(d, k), trained on 1/2 sum of squares",
            chain.obstacle().isEmpty(),
            chain.rigor(),
            chain.obstacle().orElse("seen in the description of the network")));
    if (chain.obstacle().isEmpty()) {
      checks.add(fullRank(chain.fullRank(), chain.sigmaX()));
    }
    return checks;
  }

  /** The smallest nonzero singular value of a numerically deficient X cannot be known. */
  private static HypothesisCheck fullRank(Verdict proved, Quantity sigmaX) {
    return HypothesisCheck.structural(
            "X has full rank min(d, n)",
            proved == Verdict.HOLDS ? Verdict.HOLDS : Verdict.UNDECIDED,
            sigmaX.rigor(),
            Subject.EXACT_NETWORK,
            "sigma_min(X) in " + sigmaX.interval())
        .from(sigmaX.withSymbol("s"));
  }

  /** The certificate of a theorem that does not apply; one of the checks says why. */
  static Certificate refused(Theorem theorem, List<HypothesisCheck> checks, List<String> limits) {
    return Certificate.of(theorem, checks, DeepLinearPremises::unreachable, limits);
  }

  private static Conclusion unreachable() {
    throw new IllegalStateException("a certificate with an obstacle has no conclusion");
  }

  private static HypothesisCheck positive(String statement, Quantity sigma) {
    return HypothesisCheck.less(statement, Setting.zero(), sigma).from(sigma);
  }
}
