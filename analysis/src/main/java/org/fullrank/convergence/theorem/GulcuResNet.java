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
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.SmoothResidualNetwork;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * Gradient descent on deep residual networks whose Jacobian has full rank: the verifiable form of
 * the theorem of Gulcu (2020).
 *
 * <p><b>Hypotheses.</b> The architecture {@code x_1 = sqrt(c_sigma/m) phi(W_1 x)}, {@code x_l =
 * x_(l-1) + (c_res/(H sqrt(m))) phi(W_l x_(l-1))}, {@code f = v x_H} with {@code 0 < c_res < 1},
 * all weights trained, phi smooth, loss {@code 1/2 ||f - y||^2}; all of it seen in the description
 * of the network, see {@code org.fullrank.nn.model.SmoothResNet} for the equivalent scaling. The
 * Jacobian at the initial weights has full row rank, which is measured. And, in place of a width,
 * the inequality of {@link JacobianDescent}, {@code 2 Lam R0/(q s0^2) < 1}, with numbers measured
 * at these weights and on these data. That the weights were drawn from {@code N(0, 1)} is not
 * needed: the ones that were drawn are inspected.
 *
 * <p><b>Conclusion</b> and proof: those of {@link JacobianDescent}. In this architecture each block
 * multiplies norms by at most {@code 1 + c_res ||W_l||/(H sqrt(m))}, about {@code 1 + 2 c_res/H},
 * so Lam is about {@code 1/sqrt(m)} and grows only mildly with the depth.
 */
public final class GulcuResNet implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "T. C. Gulcu",
          "Stronger convergence results for deep residual networks: network width scales linearly"
              + " with training data size",
          "Information and Inference 2020, iaaa030; arXiv 1911.04351",
          "Only the abstracts are known to this library: with a full-rank Jacobian a width of order"
              + " n (arXiv), of order n and log H (journal), suffices, constants not stated. Here"
              + " the rank is measured and an inequality in measured numbers replaces the width.");

  private final JacobianDescent descent;

  private GulcuResNet(JacobianDescent descent) {
    this.descent = descent;
  }

  /**
   * With the default step size of {@link JacobianDescent}.
   *
   * @return the theorem
   */
  public static GulcuResNet withDefaults() {
    return new GulcuResNet(JacobianDescent.withDefaults());
  }

  /**
   * With a given step size.
   *
   * @param eta positive
   * @return the changed theorem
   */
  public GulcuResNet withStepSize(double eta) {
    return new GulcuResNet(descent.withStepSize(eta));
  }

  @Override
  public String name() {
    return "gradient descent on smooth deep residual networks (Gulcu)";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    SmoothResidualNetwork form = evidence.get(Measurements.SMOOTH_RESNET);
    List<HypothesisCheck> checks = new ArrayList<>();
    boolean open = form.depth() > 1 && !(form.cRes().lo() > 0 && form.cRes().hi() < 1);
    Verdict verdict =
        form.obstacle().isPresent()
            ? Verdict.INAPPLICABLE
            : open ? Verdict.UNDECIDED : Verdict.HOLDS;
    checks.add(
        HypothesisCheck.structural(
                "x_1 = sqrt(c_sigma/m) phi(W_1 x), x_l = x_(l-1) + c_res/(H sqrt(m)) phi(W_l"
                    + " x_(l-1)), f = v x_H, phi smooth, 0 < c_res < 1, all weights trained on 1/2"
                    + " sum of squares",
                verdict,
                form.rigor(),
                Subject.EXACT_NETWORK,
                form.obstacle()
                    .orElse(
                        "H = "
                            + form.depth()
                            + ", m = "
                            + form.width()
                            + ", c_sigma in "
                            + form.cSigma()
                            + ", c_res in "
                            + form.cRes()))
            .from(
                Setting.of("H", form.depth()),
                Setting.read("c_res", form.cRes(), "read off the scales")));
    if (verdict != Verdict.HOLDS) {
      return Certificate.of(this, checks, GulcuResNet::unreachable, limits());
    }
    Certificate jacobian = descent.derive(evidence);
    checks.addAll(jacobian.checks());
    return Certificate.of(this, checks, () -> jacobian.conclusion().orElseThrow(), limits());
  }

  /**
   * A guess of the width at which this residual would be certified: {@code m (R0/r_max)^2}, {@code
   * r_max} the certified residual radius at the present width, on the ground that Lam is about
   * {@code 1/sqrt(m)} while the other numbers settle. It is a heuristic, at most {@link
   * Rigor#ASSUMED}, and no verdict depends on it.
   *
   * @param evidence measured or fixed
   * @return the guess; empty if the network is of another form or no residual would be certified
   */
  public Optional<Quantity> extrapolatedWidth(Evidence evidence) {
    SmoothResidualNetwork form = evidence.get(Measurements.SMOOTH_RESNET);
    if (form.obstacle().isPresent()) {
      return Optional.empty();
    }
    double radius = descent.residualRadius(evidence);
    JacobianNumbers numbers = evidence.get(Measurements.JACOBIAN);
    double residual = numbers.residual().interval().mid();
    double width = form.width() * (residual / radius) * (residual / radius);
    return radius > 0 && width <= Double.MAX_VALUE
        ? Optional.of(
            Quantity.assumed(
                "m (R0/r_max)^2",
                Interval.of(width),
                Subject.EXACT_NETWORK,
                "heuristic extrapolation: Lam taken as proportional to 1/sqrt(m)"))
        : Optional.empty();
  }

  private static List<String> limits() {
    return List.of(
        "That a width of order n, or of order n and log H, suffices is not checked: the constants"
            + " of the paper are not known here, and no width can be certified from n, m and H"
            + " alone.",
        "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
        "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
            + " diverges.");
  }

  private static Conclusion unreachable() {
    throw new IllegalStateException("a certificate with an obstacle has no conclusion");
  }
}
