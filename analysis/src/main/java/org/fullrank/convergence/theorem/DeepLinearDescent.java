package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.DeepLinearNetwork;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;

/**
 * Gradient descent on deep linear residual networks from zero initialisation: the verifiable form
 * of Theorem 3.1 of Zou, Long and Gu (2020), with explicit constants and without the loss of a
 * condition number.
 *
 * <p>With {@code a, b, s} the smallest singular values of A, B, X, {@code K = ||A|| ||B|| ||X||},
 * {@code x = c/L}, {@code p = (1-x)^(L-1)}, {@code u1 = (1+x)^(L-1)}, {@code u2 =
 * (1+x)^max(L-2,0)}, {@code S = sum_(j<L) ((1-x)/(1+x))^(2j)}, {@code mu = L p^2 (a b s)^2}, {@code
 * Delta_t = F_t - F*}: if
 *
 * <pre>{@code sqrt(2 Delta_0 / mu) / ((1 - h/2) sqrt(S)) < c/L,}</pre>
 *
 * then every step size up to {@code h / beta}, {@code beta = L u1^2 K^2 + (L-1) u2 K sqrt(2
 * Delta_0)}, gives {@code Delta_t <= (1 - 2 eta mu (1 - h/2))^t Delta_0}, all {@code ||W_l|| <=
 * c/L}, and a path of length at most {@code sqrt(2 Delta_0 / mu) / (1 - h/2)}. Here {@code h} in
 * (0, 1] trades the step size against the condition. With {@code h = 0} the condition is that of
 * gradient flow, for which {@code Delta(t) <= e^(-2 mu t) Delta_0}.
 */
public final class DeepLinearDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "D. Zou, P. M. Long, Q. Gu",
          "On the global convergence of training deep linear ResNets",
          "ICLR 2020, arXiv 2003.01094, Theorem 3.1",
          "The paper's constants are unspecified; this is a restatement with explicit constants and"
              + " a weaker condition, which needs no ratio of largest to smallest singular"
              + " values.");

  private final double c;
  private final double h;

  private DeepLinearDescent(double c, double h) {
    this.c = c;
    this.h = h;
  }

  /**
   * With the region {@code c = 0.6} and {@code h = 1}.
   *
   * @return the theorem
   */
  public static DeepLinearDescent withDefaults() {
    return new DeepLinearDescent(0.6, 1);
  }

  /**
   * With another region {@code ||W_l|| <= c/L}.
   *
   * @param newC in (0, 1]; 1 is allowed even for L = 1, where no factor I + W enters the constants
   * @return the changed theorem
   */
  public DeepLinearDescent withRegion(double newC) {
    return new DeepLinearDescent(requireUnit("region c", newC), h);
  }

  /**
   * With another share of the largest step size.
   *
   * @param newH in (0, 1]; smaller steps weaken the condition by up to a factor 2
   * @return the changed theorem
   */
  public DeepLinearDescent withStepShare(double newH) {
    return new DeepLinearDescent(c, requireUnit("step share h", newH));
  }

  /**
   * For gradient flow, the limit of small steps: the weakest condition.
   *
   * @return the changed theorem; its prediction is a function of time
   */
  public DeepLinearDescent forGradientFlow() {
    return new DeepLinearDescent(c, 0);
  }

  static double requireUnit(String what, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " expects a number in (0, 1] but got " + value);
    }
    return value;
  }

  @Override
  public String name() {
    return (h == 0 ? "gradient flow" : "gradient descent")
        + " on deep linear residual networks from zero";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    DeepLinearNetwork net = evidence.get(Measurements.DEEP_LINEAR);
    List<HypothesisCheck> checks = new ArrayList<>(DeepLinearPremises.of(net));
    List<String> limits =
        List.of(
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
                + " diverges.");
    if (net.obstacle().isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    DeepLinearConstants k = new DeepLinearConstants(net, c);
    Interval residual = net.excess().interval().multiply(2).sqrt();
    Interval path = LinearDescent.path(residual, k.mu, h);
    Interval lhs = path.divide(k.balance().sqrt());
    Interval beta = k.smoothness(residual);
    checks.add(
        HypothesisCheck.less(
                "each layer stays in its region: sqrt(2 Delta_0/mu) / ((1 - h/2) sqrt(S)) < c/L",
                k.quantity("layer path bound", "sqrt(2 Delta_0/mu) / ((1 - h/2) sqrt(S))", lhs),
                k.region())
            .from(k.measured(c))
            .from(Setting.of("h", h), net.excess().withSymbol("Delta_0"))
            .through(k.derived())
            .through(
                k.quantity("S", "sum_(j<L) ((1-x)/(1+x))^(2j)", k.balance()),
                k.quantity("beta", "L u1^2 K^2 + (L-1) u2 K sqrt(2 Delta_0)", beta)));
    LinearDescent descent = LinearDescent.of(h, k.mu, beta);
    checks.addAll(descent.checks());
    return Certificate.of(
        this,
        checks,
        () ->
            descent.conclusion(
                k.quantity("Delta_0", "Delta_0", net.excess().interval()),
                k.quantity("rate", LinearDescent.RATE, descent.rate()),
                k.quantity("path length", LinearDescent.PATH, path),
                k.quantity("c/L", "c/L", k.x)),
        limits);
  }
}
