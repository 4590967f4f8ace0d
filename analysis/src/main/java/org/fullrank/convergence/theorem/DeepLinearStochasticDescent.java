package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.DeepLinearNetwork;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;

/**
 * Stochastic gradient descent on deep linear residual networks that can interpolate, from zero
 * initialisation: {@code F* = 0}, proved by independent samples ({@code n <= d}).
 *
 * <p>A step uses {@code G = (n/|B|) sum_(i in B) grad F_i} with a batch drawn anew and uniformly,
 * with or without replacement, of any size; reshuffled epochs are not covered. With the notation of
 * {@link DeepLinearDescent} and {@code xbar = max ||x_i||},
 *
 * <pre>{@code S_g = n L (||A|| ||B|| u1 xbar)^2
 * E_R = ((1+x)^L - 1) ||B|| ||A X||_F + sqrt(2 F_0)
 * beta_R = L u1^2 K^2 + (L-1) u2 K E_R
 * delta = 2 L sqrt(2 S_g F_0) / (c mu):}</pre>
 *
 * if {@code delta < 1}, then for {@code eta <= mu/(beta_R S_g)}, with probability at least {@code 1
 * - delta} all iterates keep {@code ||W_l|| <= c/L}, and {@code E[F_t; never left] <= (1 - eta
 * mu)^t F_0}.
 */
public final class DeepLinearStochasticDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "D. Zou, P. M. Long, Q. Gu",
          "On the global convergence of training deep linear ResNets",
          "ICLR 2020, arXiv 2003.01094, the linear rate of SGD for zero minimum loss",
          "The paper's constants are unspecified; this is a restatement with explicit constants and"
              + " its own proof, a stopped supermartingale and Markov's inequality.");

  private static final String DELTA = "2 L sqrt(2 S_g F_0)/(c mu)";

  private final double c;

  private DeepLinearStochasticDescent(double c) {
    this.c = c;
  }

  /**
   * With the region {@code c = 0.6}.
   *
   * @return the theorem
   */
  public static DeepLinearStochasticDescent withDefaults() {
    return new DeepLinearStochasticDescent(0.6);
  }

  /**
   * With another region {@code ||W_l|| <= c/L}.
   *
   * @param newC in (0, 1]
   * @return the changed theorem
   */
  public DeepLinearStochasticDescent withRegion(double newC) {
    return new DeepLinearStochasticDescent(DeepLinearDescent.requireUnit("region c", newC));
  }

  @Override
  public String name() {
    return "stochastic gradient descent on interpolating deep linear residual networks from zero";
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
            "Batches are drawn anew and uniformly in each step; reshuffled epochs are not covered.",
            "The envelope bounds an expected value, and the radii are kept with a probability: a"
                + " single run may miss both.",
            "It speaks of exact arithmetic on the sum of squares. FAILS or UNDECIDED means that"
                + " this theorem gives no guarantee, not that training diverges.");
    if (net.obstacle().isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    checks.add(interpolation(net));
    DeepLinearConstants k = new DeepLinearConstants(net, c);
    Interval loss = net.loss().interval();
    Interval noise = gradientNoise(k);
    Interval delta =
        noise
            .multiply(loss)
            .multiply(2)
            .sqrt()
            .multiply(2)
            .divide(k.x.multiply(k.mu))
            .max(Interval.ZERO);
    Interval largest = largestResidual(k);
    Interval beta = k.smoothness(largest);
    checks.add(
        HypothesisCheck.less(
                "the region is kept with positive probability: delta = 2 L sqrt(2 S_g F_0)/(c mu) <"
                    + " 1",
                k.quantity("delta", DELTA, delta),
                Setting.one())
            .from(k.measured(c))
            .from(
                Setting.of("n", net.samples()),
                net.normAx().withSymbol("||A X||_F"),
                net.longest().withSymbol("xbar"),
                net.loss().withSymbol("F_0"))
            .through(k.derived())
            .through(
                k.quantity("S_g", "n L (||A|| ||B|| u1 xbar)^2", noise),
                k.quantity("E_R", "((1+x)^L - 1) ||B|| ||A X||_F + sqrt(2 F_0)", largest),
                k.quantity("beta_R", "L u1^2 K^2 + (L-1) u2 K E_R", beta)));
    double eta = k.mu.divide(beta.multiply(noise)).lo();
    checks.add(LinearDescent.representable(eta));
    return Certificate.of(
        this,
        checks,
        () ->
            Conclusion.of(
                "the expected loss, runs that leave the region counted as 0, falls to zero at a"
                    + " linear rate; the region is kept with probability at least 1 - delta",
                Prediction.of(
                        Prediction.Monitored.EXPECTED_EXCESS_LOSS,
                        k.quantity("F_0", "F_0", loss),
                        eta,
                        k.quantity("eta mu", "eta mu", k.mu.multiply(eta)),
                        // Markov's inequality bounds the whole path, not only each layer's.
                        k.quantity("c/L", "c/L", k.x))
                    .withLayerRadius(k.quantity("c/L", "c/L", k.x))
                    .withFailureProbability(k.quantity("delta", DELTA, delta))),
        limits);
  }

  /** Dependent samples may be interpolated all the same; only {@code n > d} is another setting. */
  private static HypothesisCheck interpolation(DeepLinearNetwork net) {
    return HypothesisCheck.structural(
        "F* = 0: the samples are independent, n <= d",
        net.interpolates(),
        net.sigmaX().rigor(),
        net.sigmaX().subject(),
        switch (net.interpolates()) {
          case HOLDS -> "X has full column rank";
          case INAPPLICABLE -> "X cannot have full column rank n = " + net.samples();
          default -> "X is not proved to have full column rank n = " + net.samples();
        });
  }

  /** {@code S_g}: {@code E ||G||^2 <= 2 S_g F} on the region. */
  private static Interval gradientNoise(DeepLinearConstants k) {
    DeepLinearNetwork net = k.net;
    return net.normA()
        .interval()
        .multiply(net.normB().interval())
        .multiply(k.u1)
        .multiply(net.longest().interval())
        .square()
        .multiply(net.depth())
        .multiply((double) net.samples());
  }

  /** {@code E_R}: the norm of the residual anywhere in the region. */
  private static Interval largestResidual(DeepLinearConstants k) {
    DeepLinearNetwork net = k.net;
    return DeepLinearConstants.power(Interval.ONE.add(k.x), net.depth())
        .subtract(Interval.ONE)
        .multiply(net.normB().interval())
        .multiply(net.normAx().interval())
        .add(net.loss().interval().multiply(2).sqrt());
  }
}
