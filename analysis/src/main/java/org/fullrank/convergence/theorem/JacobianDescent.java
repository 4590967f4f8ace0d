package org.fullrank.convergence.theorem;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;

/**
 * The Jacobian certificate: gradient descent on {@code F = 1/2 ||f - y||^2} converges linearly to
 * zero loss if the Jacobian of the trained parameters has full row rank and cannot change much
 * within the ball it needs.
 *
 * <p>Let {@code s0} and {@code b0} be the smallest and largest singular value of the Jacobian at
 * the start, {@code R0} the norm of the residual, {@code beta = s0 + b0}, {@code Lam} a Lipschitz
 * constant of the Jacobian on the ball of radius {@code R >= (1 + 1e-6) 2 R0/(q s0)} and {@code q =
 * 1 - (eta/2)(beta^2 + Lam R0) > 0}. If
 *
 * <pre>{@code h = 2 Lam R0 / (q s0^2) < 1,}</pre>
 *
 * <p>then {@code ||r_t|| <= (1 - q eta s*^2)^t R0} with {@code s*^2 = s0^2 (1 - h)}, and the path
 * is no longer than {@code rho = s0 (1 - sqrt(1 - h)) / Lam}, at most {@code 2 R0/(q s0)}. Along
 * gradient flow the same holds with {@code q = 1} and {@code ||r(t)|| <= R0 e^(-s*^2 t)}.
 *
 * <p><b>Proof.</b> On the ball {@code ||J|| <= b0 + Lam rho <= beta}. With {@code g = J^T r} and
 * the average {@code J'} of J over a step, {@code r+ = (I - eta J J^T) r - eta (J' - J) g} and
 * {@code ||J' - J|| <= Lam eta ||g||/2}, so {@code ||r+|| <= ||r|| - (eta ||g||^2/||r||)(1 - eta
 * beta^2/2 - eta Lam ||r||/2) <= ||r|| - q sigma_min(J) eta ||g||}. After a path of length {@code
 * l}, {@code sigma_min(J) >= s0 - Lam l}; summing gives {@code q (s0 l - Lam l^2/2) <= R0 - ||r||}.
 * The left side exceeds R0 just beyond {@code l = rho}, and the inequality holds for every part of
 * a step, so l never passes rho, where {@code sigma_min(J) >= s0 - Lam rho = s*}.
 *
 * <p><b>Block</b> ({@link #withBlock}): {@code J J^T >= M M^T} for any columns M of J, so s0 may be
 * the smallest singular value of M; b0 and Lam stay those of all trained parameters.
 */
public final class JacobianDescent implements Theorem {
  static final Citation SOURCE =
      new Citation(
          "S. Oymak, M. Soltanolkotabi; T. C. Gulcu",
          "Overparameterized nonlinear learning: gradient descent takes the shortest path?;"
              + " Stronger convergence results for deep residual networks: network width scales"
              + " linearly with training data size",
          "ICML 2019, arXiv 1812.10004, Theorem 2.1; arXiv 1911.04351",
          "A restatement with a Kantorovich-type proof that needs 4 to 8 times less than the first;"
              + " the full-rank Jacobian of the second is measured, never inferred from a width.");

  private final JacobianArgument argument;
  private final Measurement<JacobianNumbers> measurement;
  private final String block;

  private JacobianDescent(
      JacobianArgument argument, Measurement<JacobianNumbers> measurement, String block) {
    this.argument = argument;
    this.measurement = measurement;
    this.block = block;
  }

  /**
   * With the step size {@code 1/(beta^2 + Lam R0)}, for which q is 1/2.
   *
   * @return the theorem
   */
  public static JacobianDescent withDefaults() {
    return new JacobianDescent(JacobianArgument.DEFAULT, Measurements.JACOBIAN, "");
  }

  /**
   * For gradient flow, which needs half of what the default step size needs.
   *
   * @return the theorem
   */
  public static JacobianDescent forGradientFlow() {
    return new JacobianDescent(JacobianArgument.FLOW, Measurements.JACOBIAN, "");
  }

  /**
   * With a given step size; small ones weaken the condition by up to a factor 2.
   *
   * @param eta positive
   * @return the changed theorem, about descent in steps
   */
  public JacobianDescent withStepSize(double eta) {
    return new JacobianDescent(JacobianArgument.withStepSize(eta), measurement, block);
  }

  /**
   * With the smallest singular value of some columns of the Jacobian in place of that of all.
   *
   * @param slots names of trained slots, at least one
   * @return the changed theorem, which throws {@code IllegalArgumentException} on a network without
   *     such slots
   */
  public JacobianDescent withBlock(String... slots) {
    return new JacobianDescent(
        argument,
        Measurements.jacobianBlock(slots),
        " by the block " + new TreeSet<>(Arrays.asList(slots)));
  }

  @Override
  public String name() {
    return (argument.flow() ? "gradient flow" : "gradient descent")
        + " with a full-rank, slowly changing Jacobian"
        + block;
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    JacobianArgument.Attempt attempt =
        argument.check(
            evidence.get(measurement),
            "trained on 1/2 sum of squares, all layers with known derivatives",
            block.isEmpty()
                ? "J_0 has full row rank: s0 = sigma_min(J_0) > 0"
                : "the block of J_0 has full row rank: s0 > 0");
    return Certificate.of(
        this,
        attempt.checks(),
        () -> {
          JacobianArgument.Outcome o = attempt.outcome().orElseThrow();
          return Conclusion.of(
              (argument.flow() ? "gradient flow" : "gradient descent")
                  + " reaches zero loss, a global minimum, at a linear rate",
              argument.flow()
                  ? Prediction.flow(
                      Prediction.Monitored.RESIDUAL_NORM, o.initial(), o.rate(), o.radius())
                  : Prediction.of(
                      Prediction.Monitored.RESIDUAL_NORM,
                      o.initial(),
                      o.stepSize(),
                      o.rate(),
                      o.radius()));
        },
        limits(argument.flow()));
  }

  /**
   * The certified residual radius: the largest norm of a residual, to about 1e-9 relative, for
   * which the condition holds, everything else unchanged. A start with a smaller residual would be
   * certified.
   *
   * <p>Cost: some fifty evaluations of the Lipschitz constant, for which nothing is measured again.
   *
   * @param evidence measured or fixed
   * @return a lower bound, 0 if none could be found
   */
  public double residualRadius(Evidence evidence) {
    return argument.residualRadius(evidence.get(measurement));
  }

  static List<String> limits(boolean flow) {
    return List.of(
        "It speaks of full-batch gradient "
            + (flow ? "flow" : "descent")
            + " in exact arithmetic on the sum of squares,"
            + " without momentum, weight decay or minibatches.",
        "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
            + " diverges.",
        "Nothing is said about inputs outside the data.");
  }
}
