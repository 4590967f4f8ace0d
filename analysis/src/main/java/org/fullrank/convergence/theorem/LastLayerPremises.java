package org.fullrank.convergence.theorem;

import java.util.List;
import java.util.function.Supplier;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.rounding.Rounding;

/** What the theorems on the last layer presume, and the step sizes they share. */
final class LastLayerPremises {
  static final List<String> DESCENT_LIMITS =
      List.of(
          "It speaks of full-batch descent of the last layer in exact arithmetic; every other"
              + " parameter keeps its value.",
          "A statement about the stored matrix holds for a last layer that reads the stored"
              + " features as its data.",
          "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
              + " diverges.",
          "Nothing is said about inputs outside the data.");

  private LastLayerPremises() {}

  static HypothesisCheck affine(LastLayerNumbers n) {
    return HypothesisCheck.premise(
        "the last layer is dense and trained: f = M w + const, M = " + n.matrix(),
        n.obstacle().isEmpty(),
        n.obstacle().orElse("seen in the description of the problem"));
  }

  static HypothesisCheck alone(LastLayerNumbers n) {
    return HypothesisCheck.premise(
        "only the last layer is trained",
        n.trainedBelow().isEmpty(),
        n.trainedBelow()
            .map(
                s ->
                    "parameter tensor "
                        + s
                        + " below the last layer is trained; freeze it and all others there with"
                        + " TrainingProblem.withFrozen")
            .orElse("all other parameter tensors are frozen"));
  }

  /** Single precision steps round the factors of the layers, too: they descend another network. */
  static HypothesisCheck doublePrecision(LastLayerNumbers n) {
    return HypothesisCheck.premise(
        "parameters and data are double precision",
        !n.single(),
        n.single()
            ? "the parameters are single precision; convert the problem to DOUBLE"
            : "seen in the parameters");
  }

  static HypothesisCheck squared(LastLayerNumbers n) {
    return HypothesisCheck.premise(
        "trained on 1/2 sum of squares or 1/(2n) sum of squares",
        n.isSquared(),
        "the loss is "
            + n.loss().text()
            + (n.isSquared()
                ? ""
                : "; for other convex losses of the library there is LastLayerConvexDescent"));
  }

  static HypothesisCheck knownLoss(LastLayerNumbers n) {
    return HypothesisCheck.premise(
        "the loss is a sum or mean over samples of convex functions of that sample's outputs",
        n.lossObstacle().isEmpty(),
        n.lossObstacle().orElse("the loss is " + n.loss().text()));
  }

  static HypothesisCheck fullRank(LastLayerNumbers n) {
    String statement = "rank M = n: sigma_min(M) > 0";
    return n.deficiency().isEmpty()
        ? HypothesisCheck.less(statement, Setting.zero(), n.sigmaMin())
            .from(n.sigmaMin().withSymbol("s"))
        : HypothesisCheck.structural(
            statement,
            Verdict.FAILS,
            n.sigmaMin().rigor(),
            n.sigmaMin().subject(),
            n.deficiency().get());
  }

  /** The factor c of the loss, with the number of samples it depends on. */
  static Quantity[] factor(LastLayerNumbers n) {
    String formula = n.lossFactor().equals(Interval.ONE) ? "1" : "1/n";
    return new Quantity[] {
      Setting.of("n", n.samples()), Setting.read("c", n.lossFactor(), formula)
    };
  }

  /** {@code 1 / curvature}; nothing is known of it where the curvature may be 0 or infinite. */
  static Quantity stepLimit(Quantity curvature) {
    return curvature.map("1/" + curvature.symbol(), c -> Interval.ONE.divide(c).max(Interval.ZERO));
  }

  /** The largest double certainly below a limit, 0 if there is none. */
  static double largestBelow(Quantity limit) {
    return Math.max(0, Rounding.below(limit.interval().lo()));
  }

  static HypothesisCheck shortStep(double eta, Quantity limit) {
    return HypothesisCheck.less(
            "the step is short: 0 < eta < " + limit.symbol(),
            Setting.of("eta", eta),
            eta > 0 ? limit : limit.map(limit.symbol(), unknown -> Interval.ENTIRE))
        .from(Setting.of("eta", eta));
  }

  static boolean allHold(List<HypothesisCheck> checks) {
    return checks.stream().allMatch(c -> c.verdict() == Verdict.HOLDS);
  }

  static double requireStep(double eta) {
    if (!(eta > 0 && eta <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("withStepSize expects a positive number but got " + eta);
    }
    return eta;
  }

  static Certificate certificate(
      Theorem theorem,
      List<HypothesisCheck> checks,
      Supplier<Conclusion> conclusion,
      List<String> limits) {
    return Certificate.of(theorem, checks, conclusion, limits);
  }

  /** A certificate with an obstacle. */
  static Certificate refused(Theorem theorem, List<HypothesisCheck> checks, List<String> limits) {
    return certificate(theorem, checks, LastLayerPremises::unreachable, limits);
  }

  private static Conclusion unreachable() {
    throw new IllegalStateException("a certificate with an obstacle has no conclusion");
  }
}
