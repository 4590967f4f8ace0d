package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.LinearChain;
import org.fullrank.evidence.measure.LinearFactor;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;

/**
 * Gradient flow on deep linear networks from the zero-asymmetric start of Wu, Wang and Ma (2019):
 * {@code W_1 = ... = W_(L-1) = I}, {@code W_L = 0}. For every target,
 *
 * <pre>{@code F(t) - F* <= e^(-2 s^2 t) (F(0) - F*),}</pre>
 *
 * {@code s = sigma_min(X)}, which is 1 for {@code X = I}; and the parameters stay within {@code
 * sqrt(2 (F(0) - F*)) / s} of their start. No condition on the width, the depth or the distance of
 * the target.
 */
public final class ZeroAsymmetricFlow implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "L. Wu, Q. Wang, C. Ma",
          "Global convergence of gradient descent for deep linear residual networks",
          "NeurIPS 2019, arXiv 1911.00645",
          "Gradient flow only, with data and with its own proof; the paper's statement about"
              + " gradient descent is not certified here.");

  private ZeroAsymmetricFlow() {}

  /**
   * The theorem; it has no settings.
   *
   * @return the theorem
   */
  public static ZeroAsymmetricFlow withDefaults() {
    return new ZeroAsymmetricFlow();
  }

  @Override
  public String name() {
    return "gradient flow on deep linear networks from the zero-asymmetric start";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    LinearChain chain = evidence.get(Measurements.LINEAR_CHAIN);
    List<HypothesisCheck> checks = new ArrayList<>(DeepLinearPremises.of(chain));
    List<String> limits =
        List.of(
            "It speaks of gradient flow in exact arithmetic on the sum of squares. Gradient descent"
                + " follows the flow only in the limit of small steps.");
    if (chain.obstacle().isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    Optional<String> wrong = wrongStart(chain.factors());
    checks.add(
        HypothesisCheck.premise(
                "all layers are trained, dense, without bias and factor; W_1 = ... = W_(L-1) = I,"
                    + " W_L = 0",
                wrong.isEmpty(),
                chain.rigor(),
                wrong.orElse("seen in the description of the network and its parameters"))
            .from(chain.excess().withSymbol("Delta_0")));
    if (wrong.isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    LinearChainConstants k = new LinearChainConstants(chain, 0);
    Interval sigma = chain.sigmaX().interval();
    Interval excess = chain.excess().interval();
    return Certificate.of(
        this,
        checks,
        () ->
            Conclusion.of(
                "gradient flow reaches the global minimum at an exponential rate",
                Prediction.flow(
                    Prediction.Monitored.EXCESS_LOSS,
                    k.quantity("F_0 - F*", "Delta_0", excess),
                    k.quantity("2 sigma_min(X)^2", "2 s^2", sigma.square().multiply(2)),
                    k.quantity(
                        "sqrt(2 (F_0 - F*))/sigma_min(X)",
                        "sqrt(2 Delta_0)/s",
                        excess.multiply(2).sqrt().divide(sigma)))),
        limits);
  }

  private static Optional<String> wrongStart(List<LinearFactor> factors) {
    int last = factors.size() - 1;
    for (int l = 0; l <= last; l++) {
      LinearFactor m = factors.get(l);
      if (!m.trained()) {
        return Optional.of(m.layer() + " is not trained");
      }
      if (m.residual()) {
        return Optional.of(m.layer() + " has a shortcut");
      }
      if (!m.scale().equals(Interval.ONE)) {
        return Optional.of(m.layer() + " has the factor " + m.scale());
      }
      LinearFactor.Start start = l == last ? LinearFactor.Start.ZERO : LinearFactor.Start.IDENTITY;
      if (m.start() != start) {
        return Optional.of(
            m.layer() + " does not start at " + (l == last ? "zero" : "the identity"));
      }
    }
    return Optional.empty();
  }
}
