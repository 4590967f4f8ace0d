package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.PyramidalNetwork;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;

/**
 * Gradient descent on networks with one wide layer and a pyramid on top: the architecture of Nguyen
 * and Mondelli (2020), certified by {@link JacobianDescent} with a lower bound of the smallest
 * singular value that needs no Gram matrix.
 *
 * <p>With samples as rows, {@code F_0 = X}, {@code Z_l = g_l F_(l-1) W_l} plus a bias, {@code F_l =
 * phi_l(Z_l)}, {@code f = Z_L}, {@code n_1 >= n} units in the first layer, {@code n_2 >= ... >=
 * n_L} in the others and {@code gamma_l = min |phi_l'(Z_l)|} over units and samples at the start:
 *
 * <pre>
 * {@code sigma_min(J_0) >= s0 = g_2 sigma_min(F_1) prod_(l=2..L-1) gamma_l prod_(l=3..L) g_l sigma_min(W_l).}
 * </pre>
 *
 * <p><b>Proof.</b> For a residual u with rows {@code u_i} the block of {@code J^T u} that belongs
 * to {@code W_2} is {@code g_2 F_1^T B}, row i of B being {@code D_2 g_3 W_3 D_3 ... g_L W_L u_i}
 * with {@code D_l = diag(phi_l'(Z_l))} at sample i. A matrix with at least as many rows as columns
 * shortens no vector by more than its smallest singular value, {@code D_l} none by more than {@code
 * gamma_l}; so {@code ||B||_F >= prod gamma_l prod g_l sigma_min(W_l) ||u||}. And {@code F_1^T} has
 * at least as many rows as columns, so {@code ||F_1^T B||_F >= sigma_min(F_1) ||B||_F}. The other
 * trained blocks can only lengthen {@code J^T u}. QED Full rank needs {@code n_1 n_2 >= n k}
 * columns in the block, which the widths imply.
 *
 * <p>The slopes are those on the data at the start, enclosed; no bound on the whole line is needed,
 * because {@link JacobianDescent} bounds how fast J changes. That bound, Lam, is for all trained
 * layers. An activation with a kink has one only where no unit can reach its kink.
 */
public final class PyramidalDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "Q. Nguyen, M. Mondelli",
          "Global convergence of deep networks with one wide layer followed by pyramidal topology",
          "NeurIPS 2020, arXiv 2002.07867, Lemma on the weak PL inequality and Theorem 3.2",
          "The paper's lower bound of the gradient at the start; its Theorem 3.2 is replaced by the"
              + " Jacobian certificate, because its constants could not be checked against a"
              + " proof.");

  private final JacobianDescent descent = JacobianDescent.withDefaults();

  private PyramidalDescent() {}

  /**
   * With the default step size of {@link JacobianDescent}.
   *
   * @return the theorem
   */
  public static PyramidalDescent withDefaults() {
    return new PyramidalDescent();
  }

  @Override
  public String name() {
    return "gradient descent on one wide layer followed by a pyramid";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "dense layers and activations in turn, n_1 >= n, n_2 >= ... >= n_L, W_2 trained on 1/2"
                + " sum of squares",
            net.obstacle().isEmpty(),
            net.obstacle().orElse("seen in the description of the network")));
    if (net.obstacle().isPresent()) {
      return Certificate.of(this, checks, PyramidalDescent::unreachable, limits());
    }
    checks.add(
        positive("the wide layer has full rank: sigma_min(F_1) > 0", net.features())
            .from(
                net.features().withSymbol("sigma_min(F_1)"),
                Setting.of("g_2", net.secondScale()),
                Setting.of("L", net.depth())));
    for (int l = 2; l < net.depth(); l++) {
      Quantity slope = net.slopes().get(l - 2).withSymbol("min |phi'(Z_" + l + ")|");
      checks.add(positive("no slope vanishes: " + slope.symbol() + " > 0", slope).from(slope));
    }
    for (int l = 3; l <= net.depth(); l++) {
      Quantity weight = net.weights().get(l - 3).withSymbol("g_" + l + " sigma_min(W_" + l + ")");
      checks.add(
          positive("the pyramid has full rank: " + weight.symbol() + " > 0", weight).from(weight));
    }
    if (!JacobianPremises.allHold(checks)) {
      return Certificate.of(this, checks, PyramidalDescent::unreachable, limits());
    }
    JacobianNumbers n = evidence.get(Measurements.JACOBIAN);
    JacobianNumbers block =
        new JacobianNumbers(
            n.obstacle(),
            n.unknown(),
            n.deficiency(),
            lowerBound(net),
            n.norm(),
            n.residual(),
            n.lipschitz(),
            n.lipschitzRigor(),
            n.lipschitzSubject());
    Certificate jacobian = descent.derive(Evidence.fixed().given(Measurements.JACOBIAN, block));
    checks.addAll(jacobian.checks());
    return Certificate.of(this, checks, () -> jacobian.conclusion().orElseThrow(), limits());
  }

  /**
   * The lower bound of the smallest singular value of the Jacobian.
   *
   * @param net a pyramidal network
   * @return {@code s0}, as rigorous as the numbers it is made of
   */
  static Quantity lowerBound(PyramidalNetwork net) {
    Quantity product =
        net.features().map("s0", s -> s.multiply(net.secondScale())).withSymbol("s0");
    for (Quantity slope : net.slopes()) {
      product = product.combine("s0", slope, Interval::multiply);
    }
    for (Quantity weight : net.weights()) {
      product = product.combine("s0", weight, Interval::multiply);
    }
    return product.withSymbol("g_2 sigma_min(F_1) prod gamma_l prod g_l sigma_min(W_l)");
  }

  /**
   * How far the two conditions of the paper's Theorem 3.2 are from being satisfied: for each, its
   * right-hand side over its left-hand side, which the paper asks to be at most 1. The constants
   * are quoted from memory, so this is for comparison only and {@link Rigor#ASSUMED}; the lower
   * bound of the slopes on the whole line is replaced by the one on the data, which makes the
   * ratios smaller.
   *
   * @param evidence measured or fixed
   * @return two ratios; empty if the network is not the paper's (at least 3 layers, no biases, no
   *     factors)
   */
  public List<Quantity> publishedRatios(Evidence evidence) {
    PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
    if (net.obstacle().isPresent() || !net.published() || net.depth() < 3) {
      return List.of();
    }
    Interval gamma = Interval.ONE;
    for (Quantity slope : net.slopes()) {
      gamma = gamma.min(slope.interval());
    }
    Interval upper = Interval.ONE;
    Interval lower = Interval.ONE;
    Interval narrowest = Interval.atLeast(0);
    for (int l = 3; l <= net.depth(); l++) {
      Interval largest = net.norms().get(l - 1).interval();
      Interval smallest = net.weights().get(l - 3).interval();
      upper = upper.multiply(largest);
      lower = lower.multiply(smallest);
      Interval product = smallest.multiply(largest);
      narrowest = l == 3 ? product : narrowest.min(product);
    }
    Interval square = gamma.square();
    Interval power = Interval.ONE;
    for (int l = 0; l < net.depth(); l++) {
      power = power.multiply(Interval.of(6).divide(square));
    }
    Interval residual = evidence.get(Measurements.JACOBIAN).residual().interval();
    Interval common =
        square
            .square()
            .divide(3)
            .multiply(power)
            .multiply(net.frobeniusX().interval())
            .multiply(residual)
            .multiply(upper)
            .divide(lower.square());
    Interval first = start(net.norms().get(0).interval());
    Interval second = start(net.norms().get(1).interval());
    Interval worst = first.multiply(second).multiply(2).divide(narrowest).max(first).max(second);
    Interval features = net.features().interval();
    return List.of(
        published("condition 1", common.multiply(worst).divide(features.square())),
        published(
            "condition 2",
            common
                .multiply(2)
                .multiply(net.normX().interval())
                .multiply(second)
                .divide(features.square().multiply(features))));
  }

  /** The paper's bound of the first two layers during training. */
  private static Interval start(Interval norm) {
    return norm.add(1).multiply(2).divide(3);
  }

  private static Quantity published(String condition, Interval ratio) {
    return Quantity.assumed(
        condition + ", needed over given",
        ratio,
        Subject.EXACT_NETWORK,
        "constants of the paper quoted from memory");
  }

  private static HypothesisCheck positive(String statement, Quantity value) {
    return HypothesisCheck.less(statement, Setting.zero(), value);
  }

  private static List<String> limits() {
    return List.of(
        "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
        "FAILS or UNDECIDED means that this bound gives no guarantee, not that training diverges;"
            + " the smallest singular value itself is larger.",
        "The conditions of the paper's Theorem 3.2 are not part of the verdict.");
  }

  private static Conclusion unreachable() {
    throw new IllegalStateException("a certificate with an obstacle has no conclusion");
  }
}
