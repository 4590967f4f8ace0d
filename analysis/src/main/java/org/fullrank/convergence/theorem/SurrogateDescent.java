package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.GateNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Verdict;

/**
 * Convergence of a surrogate network, whose activation patterns are fixed: {@code h_l = 1[t_l > 0]
 * o (g_l h_(l-1) W_l)}, {@code f = g_o h_L V} (and a bias), all of {@code W_l}, {@code V} trained
 * on {@code 1/2 ||f - y||^2}, the signals {@code t_l} those of a frozen network.
 *
 * <p>The gates depend on the inputs and the frozen parameters only. Once the sign of each {@code t}
 * on the data is certain the outputs on the data are an exactly known multilinear function of the
 * trained matrices, with no second derivative other than the mixed ones, and {@link
 * JacobianDescent} applies to it: its hypotheses and numbers, on the whole of a ball and without
 * any condition on pre-activations.
 *
 * <p>If moreover no {@code t} is 0, then at each time the network equals, on the data, a ReLU
 * network with {@code 2 m} units for each {@code m} units of a hidden layer: for every real {@code
 * w} and {@code t != 0}
 *
 * <pre>{@code 1[t > 0] w = relu(w + M t) - M relu(t)   whenever |w| <= M |t|}</pre>
 *
 * <p>(for {@code t > 0} both arguments are at least 0, for {@code t < 0} none is positive), and
 * finitely many {@code w} and {@code t} have such an {@code M}.
 */
public final class SurrogateDescent implements Theorem {
  private static final String NAME = "gradient descent with fixed activation patterns";

  private static final Citation SOURCE =
      new Citation(
          "A. Noy, Y. Xu, Y. Aflalo, L. Zelnik-Manor, R. Jin",
          "A convergence theory towards practical over-parameterized deep neural networks",
          "arXiv 2101.04243 (2021)",
          "Surrogate networks with fixed activation patterns and their equivalent ReLU networks are"
              + " the paper's idea, of which the abstract was available: the form of the gates, the"
              + " certificate and the equivalence are made precise and proved here. Its statements"
              + " on width and time are not used; nothing is inferred from a width.");

  private final JacobianDescent jacobian;

  private SurrogateDescent(JacobianDescent jacobian) {
    this.jacobian = jacobian;
  }

  /**
   * With the step size of {@link JacobianDescent#withDefaults}.
   *
   * @return the theorem
   */
  public static SurrogateDescent withDefaults() {
    return new SurrogateDescent(JacobianDescent.withDefaults());
  }

  /**
   * With a given step size.
   *
   * @param eta positive
   * @return the changed theorem
   */
  public SurrogateDescent withStepSize(double eta) {
    return new SurrogateDescent(jacobian.withStepSize(eta));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    GateNumbers gates = evidence.get(Measurements.GATES);
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "hidden layers with fixed activation patterns and a dense readout",
            gates.obstacle().isEmpty(),
            gates.obstacle().orElse("seen in the description of the network")));
    if (gates.obstacle().isPresent()) {
      return certificate(checks, SurrogateDescent::unreachable);
    }
    checks.add(decided(gates));
    if (gates.undecided() > 0) {
      return certificate(checks, SurrogateDescent::unreachable);
    }
    Certificate descent = jacobian.derive(evidence);
    checks.addAll(descent.checks());
    return certificate(
        checks,
        () ->
            Conclusion.of(
                "gradient descent reaches zero loss, a global minimum, at a linear rate"
                    + transform(gates),
                descent.prediction().orElseThrow()));
  }

  /**
   * The certified residual radius, as {@link JacobianDescent#residualRadius}.
   *
   * @param evidence measured or fixed
   * @return a lower bound; 0 if none could be found, or if the gates are not known
   */
  public double residualRadius(Evidence evidence) {
    GateNumbers gates = evidence.get(Measurements.GATES);
    return gates.obstacle().isPresent() || gates.undecided() > 0
        ? 0
        : jacobian.residualRadius(evidence);
  }

  private static HypothesisCheck decided(GateNumbers gates) {
    return HypothesisCheck.structural(
            "each gate is known on the data: t > 0 or t <= 0 for certain",
            gates.undecided() == 0 ? Verdict.HOLDS : Verdict.UNDECIDED,
            gates.clearance().rigor(),
            gates.clearance().subject(),
            gates
                .firstUndecided()
                .map(
                    where ->
                        gates.undecided() + " of " + gates.gates() + " are not, first " + where)
                .orElse(
                    gates.gates()
                        + " gates, |t| >= "
                        + DecimalInterval.lower(gates.clearance().interval().lo())))
        .from(gates.clearance().withSymbol("min |t|"));
  }

  private static String transform(GateNumbers gates) {
    return gates
        .firstZero()
        .map(where -> "; an equivalent ReLU network is not promised, because of " + where)
        .orElse(
            "; at each time the network equals on the data a ReLU network of twice the hidden"
                + " widths");
  }

  private static Conclusion unreachable() {
    throw new IllegalStateException("a certificate with an obstacle has no conclusion");
  }

  private Certificate certificate(List<HypothesisCheck> checks, Supplier<Conclusion> conclusion) {
    return Certificate.of(
        this,
        checks,
        conclusion,
        List.of(
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares"
                + " over the surrogate's own parameters, not of training a ReLU network.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
                + " diverges.",
            "A floating-point run has the same gates where |t| exceeds the rounding errors of its"
                + " forward pass.",
            "Nothing is said about inputs outside the data, where surrogate and ReLU network may"
                + " differ."));
  }
}
