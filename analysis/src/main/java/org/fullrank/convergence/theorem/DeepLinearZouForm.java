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
import org.fullrank.rigor.Exponential;
import org.fullrank.rigor.Interval;

/**
 * Gradient descent on deep linear residual networks from zero initialisation, in the form in which
 * Zou, Long and Gu (2020) state their Theorem 3.1: a condition that does not contain the depth. For
 * comparison; {@link DeepLinearDescent} holds whenever this does.
 *
 * <p>With {@code a, b, s} the smallest singular values of A, B, X, {@code K = ||A|| ||B|| ||X||}
 * and a region {@code c} in (0, 1]: if
 *
 * <pre>{@code (2 sqrt2 e^(3c) / c) ||X|| sqrt(Delta_0) / s^2 < a^2 b^2 / (||A|| ||B||),}</pre>
 *
 * then every step size up to {@code 1 / (L K (e^(2c) K + e^c sqrt(2 Delta_0)))} gives {@code
 * Delta_t <= (1 - eta L e^(-2c) (a b s)^2)^t Delta_0}, and all {@code ||W_l||_F <= c/L}. The
 * paper's region is {@code c = 1/2}, where the constant is 25.36. That constant is ours: the paper
 * does not give its own, and {@code c = 1/3} gives the smallest, 23.07.
 *
 * <p>Equality of both sides would do as well, since every partial sum of the geometric series that
 * bounds the path is less than its limit; enclosures that touch are {@code UNDECIDED} all the same.
 */
public final class DeepLinearZouForm implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "D. Zou, P. M. Long, Q. Gu",
          "On the global convergence of training deep linear ResNets",
          "ICLR 2020, arXiv 2003.01094, Theorem 3.1",
          "The form is the paper's, whose constants are unspecified; the constants here, 2 sqrt2"
              + " e^(3c)/c in the condition (25.36 for c = 1/2), are ours and proved for this"
              + " library.");

  private final double c;

  private DeepLinearZouForm(double c) {
    this.c = c;
  }

  /**
   * With the paper's region {@code c = 1/2}.
   *
   * @return the theorem
   */
  public static DeepLinearZouForm withDefaults() {
    return new DeepLinearZouForm(0.5);
  }

  /**
   * With another region {@code ||W_l|| <= c/L}.
   *
   * @param newC in (0, 1]
   * @return the changed theorem
   */
  public DeepLinearZouForm withRegion(double newC) {
    return new DeepLinearZouForm(DeepLinearDescent.requireUnit("region c", newC));
  }

  @Override
  public String name() {
    return "gradient descent on deep linear residual networks, in the form of the paper";
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
            "The constant is not the paper's, which is not specified.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
                + " diverges.");
    if (net.obstacle().isPresent()) {
      return DeepLinearPremises.refused(this, checks, limits);
    }
    DeepLinearConstants k = new DeepLinearConstants(net, c);
    Interval ec = Exponential.of(Interval.of(c));
    Interval residual = net.excess().interval().multiply(2).sqrt();
    Interval ab = net.sigmaA().interval().multiply(net.sigmaB().interval()).square();
    Interval needed =
        ec.multiply(ec.square())
            .multiply(2)
            .divide(c)
            .multiply(net.normX().interval())
            .multiply(residual)
            .divide(net.sigmaX().interval().square())
            .max(Interval.ZERO);
    checks.add(
        HypothesisCheck.less(
                "A and B are large: (2 sqrt2 e^(3c)/c) ||X|| sqrt(Delta_0)/sigma_min(X)^2 <"
                    + " sigma_min(A)^2 sigma_min(B)^2/(||A|| ||B||)",
                k.quantity("needed", "(2 sqrt2 e^(3c)/c) ||X|| sqrt(Delta_0)/s^2", needed),
                k.quantity(
                    "given",
                    "a^2 b^2/(||A|| ||B||)",
                    ab.divide(net.normA().interval().multiply(net.normB().interval()))
                        .max(Interval.ZERO)))
            .from(k.measured(c))
            .from(net.excess().withSymbol("Delta_0")));
    Interval beta =
        ec.square().multiply(k.k).add(ec.multiply(residual)).multiply(k.k).multiply(net.depth());
    double eta = Interval.ONE.divide(beta).lo();
    checks.add(LinearDescent.representable(eta));
    return Certificate.of(
        this,
        checks,
        () -> conclusion(k, ec, ab.multiply(net.sigmaX().interval().square()), eta),
        limits);
  }

  private static Conclusion conclusion(
      DeepLinearConstants k, Interval ec, Interval abs2, double eta) {
    int depth = k.net.depth();
    Interval rate = abs2.divide(ec.square()).multiply(depth).multiply(eta);
    return Conclusion.of(
        "gradient descent reaches the global minimum at a linear rate",
        Prediction.of(
                Prediction.Monitored.EXCESS_LOSS,
                k.quantity("Delta_0", "Delta_0", k.net.excess().interval()),
                eta,
                k.quantity("eta L e^(-2c) (a b s)^2", "eta L e^(-2c) (a b s)^2", rate),
                // Each of L layers moves by at most c/L in the Frobenius norm.
                k.quantity("c/sqrt(L)", "c/sqrt(L)", k.x.multiply(Interval.of(depth).sqrt())))
            .withLayerRadius(k.region()));
  }
}
