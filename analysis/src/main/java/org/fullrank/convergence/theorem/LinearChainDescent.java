package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.LinearChain;
import org.fullrank.evidence.measure.LinearFactor;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * Gradient descent on any deep linear network from any initialisation, such as those of Du and Hu
 * or of Hu, Xiao and Pennington, whose singular values are measured and never assumed.
 *
 * <p>{@code f = M_H ... M_1 X}, each {@code M_l} fixed or {@code e I + s_l W_l} with {@code e} 0 or
 * 1, a fixed scale {@code s_l} and trained {@code W_l}; all hidden widths equal and at least {@code
 * max(d, k)}. For a radius {@code omega}, {@code lo_l = max(0, sigma_min(M_l) - s_l omega)}, {@code
 * up_l = ||M_l|| + s_l omega} ({@code omega = 0} for fixed factors), and {@code mu = sigma_min(X)^2
 * sum_(l trained) (s_l prod_(j != l) lo_j)^2}: if
 *
 * <pre>{@code sqrt(2 Delta_0 / mu) / (1 - h/2) < omega,}</pre>
 *
 * then every step size up to {@code h / beta}, {@code beta = sum_l K_l^2 + ||[K_lj]|| sqrt(2
 * Delta_0)}, gives {@code Delta_t <= (1 - 2 eta mu (1 - h/2))^t Delta_0} and {@code ||W_l(t) -
 * W_l(0)|| <= omega}; {@code K_l = ||X|| s_l prod_(j != l) up_j} and {@code K_lj = ||X|| s_l s_j
 * prod_(i != l, j) up_i}. A grid of radii is searched: the smallest for which the condition holds
 * gives the best rate.
 */
public final class LinearChainDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "S. S. Du, W. Hu; W. Hu, L. Xiao, J. Pennington",
          "Width provably matters in optimization for deep linear neural networks; Provable benefit"
              + " of orthogonal initialization in optimizing deep linear networks",
          "ICML 2019, arXiv 1901.08572; ICLR 2020, arXiv 2001.05992, Theorem 4.1",
          "The papers bound widths with unspecified constants and high probability; here the"
              + " singular values of the given matrices are measured and the condition is"
              + " deterministic, with its own proof.");

  /** Radii are {@code 2^(-i/8)} times the one at which {@code mu} vanishes. */
  private static final int RADII = 160;

  private final double h;

  private LinearChainDescent(double h) {
    this.h = h;
  }

  /**
   * With the largest steps, {@code h = 1}.
   *
   * @return the theorem
   */
  public static LinearChainDescent withDefaults() {
    return new LinearChainDescent(1);
  }

  /**
   * With another share of the largest step size.
   *
   * @param newH in (0, 1]; smaller steps weaken the condition by up to a factor 2
   * @return the changed theorem
   */
  public LinearChainDescent withStepShare(double newH) {
    return new LinearChainDescent(DeepLinearDescent.requireUnit("step share h", newH));
  }

  /**
   * For gradient flow, the limit of small steps: the weakest condition.
   *
   * @return the changed theorem; its prediction is a function of time
   */
  public LinearChainDescent forGradientFlow() {
    return new LinearChainDescent(0);
  }

  @Override
  public String name() {
    return (h == 0 ? "gradient flow" : "gradient descent") + " on deep linear networks";
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
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee for the radii that were"
                + " tried, not that training diverges.");
    if (chain.obstacle().isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    Interval residual = chain.excess().interval().multiply(2).sqrt();
    double omega = radius(chain, residual);
    LinearChainConstants k = new LinearChainConstants(chain, omega);
    Interval path = LinearDescent.path(residual, k.mu, h);
    Quantity reach = Setting.of("omega", omega);
    Interval beta = k.smoothness(residual);
    checks.add(
        HypothesisCheck.less(
                "the path stays in the region: sqrt(2 Delta_0/mu) / (1 - h/2) < omega",
                k.quantity("path bound", LinearDescent.PATH, path),
                reach)
            .from(k.measured())
            .from(Setting.of("h", h), reach)
            .through(
                k.quantity("mu", "s^2 sum_(l trained) (s_l prod_(i != l) lo_i)^2", k.mu),
                k.quantity("beta", "sum_l K_l^2 + ||[K_lj]|| sqrt(2 Delta_0)", beta)));
    LinearDescent descent = LinearDescent.of(h, k.mu, beta);
    checks.addAll(descent.checks());
    return Certificate.of(
        this,
        checks,
        () ->
            descent.conclusion(
                k.quantity("Delta_0", "Delta_0", chain.excess().interval()),
                k.quantity("rate", LinearDescent.RATE, descent.rate()),
                k.quantity("path length", LinearDescent.PATH, path),
                reach),
        limits);
  }

  /**
   * The smallest radius of the grid that suffices, else the one that misses by the least factor.
   */
  private double radius(LinearChain chain, Interval residual) {
    double largest = largestRadius(chain, residual);
    double best = largest;
    double quality = Double.NEGATIVE_INFINITY;
    for (int i = RADII; i >= 0; i--) {
      double omega = largest * Math.pow(2, -i / 8.0);
      if (!(omega > 0)) {
        continue;
      }
      Interval mu = new LinearChainConstants(chain, omega).mu;
      if (LinearDescent.path(residual, mu, h).certainlyLess(Interval.of(omega))) {
        return omega;
      }
      // omega sqrt(mu) is what the condition asks to be large.
      double size = Math.log(omega) + Math.log(mu.lo()) / 2;
      if (size > quality) {
        quality = size;
        best = omega;
      }
    }
    return best;
  }

  /**
   * The radius at which {@code mu} vanishes: one trained factor may become singular, since the
   * gradient of its own weights does not see it, a second may not. If only one is trained, its path
   * does not depend on the radius.
   */
  private double largestRadius(LinearChain chain, Interval residual) {
    double[] singular =
        chain.factors().stream()
            .filter(LinearFactor::trained)
            .mapToDouble(m -> m.sigmaMin().interval().divide(m.scale()).lo())
            .sorted()
            .toArray();
    double largest =
        singular.length == 1
            ? LinearDescent.path(residual, new LinearChainConstants(chain, 1).mu, h)
                .multiply(2)
                .hi()
            : singular[1];
    return largest > 0 && largest <= Double.MAX_VALUE ? largest : 1;
  }
}
