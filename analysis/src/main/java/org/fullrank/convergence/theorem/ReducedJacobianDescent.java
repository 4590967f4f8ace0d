package org.fullrank.convergence.theorem;

import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.ReducedJacobian;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * The Jacobian certificate on the outputs that can be reached, where zero loss may be impossible:
 * repeated inputs, with equal or different targets, and linear networks with more samples than
 * input dimensions.
 *
 * <p>Let a subspace {@code U} contain {@code f(X)} for all parameters, and {@code P} be the
 * projection onto it. Then {@code F = 1/2 ||f - P y||^2 + 1/2 ||y - P y||^2}: descent on F is
 * descent on the first part, and {@link JacobianDescent} holds word by word for {@code f} as a map
 * into U, with {@code s0} the smallest {@code ||J^T u||} over unit vectors of U and {@code R0 = ||f
 * - P y||}. With its rate {@code ||f_t - P y|| <= (1 - a)^t R0}, so the loss falls to {@code F* =
 * 1/2 ||y - P y||^2}, below which it is nowhere: the global infimum.
 *
 * <p>U is known exactly, from equal rows of doubles or from the kinds of the layers, never from a
 * numerical rank.
 */
public final class ReducedJacobianDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          JacobianDescent.SOURCE.authors(),
          JacobianDescent.SOURCE.title(),
          JacobianDescent.SOURCE.where(),
          "The papers ask for a Jacobian of full row rank; here it needs full rank on the outputs"
              + " that can be reached, and the limit is the least loss.");

  private final JacobianArgument argument;

  private ReducedJacobianDescent(JacobianArgument argument) {
    this.argument = argument;
  }

  /**
   * With the step size {@code 1/(beta^2 + Lam R0)}, for which q is 1/2.
   *
   * @return the theorem
   */
  public static ReducedJacobianDescent withDefaults() {
    return new ReducedJacobianDescent(JacobianArgument.DEFAULT);
  }

  /**
   * For gradient flow.
   *
   * @return the theorem
   */
  public static ReducedJacobianDescent forGradientFlow() {
    return new ReducedJacobianDescent(JacobianArgument.FLOW);
  }

  /**
   * With a given step size.
   *
   * @param eta positive
   * @return the changed theorem, about descent in steps
   */
  public ReducedJacobianDescent withStepSize(double eta) {
    return new ReducedJacobianDescent(JacobianArgument.withStepSize(eta));
  }

  @Override
  public String name() {
    return (argument.flow() ? "gradient flow" : "gradient descent")
        + " with a slowly changing Jacobian of full rank on the reachable outputs";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    ReducedJacobian reduced = evidence.get(Measurements.REDUCED_JACOBIAN);
    JacobianArgument.Attempt attempt =
        argument.check(
            reduced.numbers(),
            "trained on 1/2 sum of squares, all layers with known derivatives, the reachable"
                + " outputs known exactly",
            "J_0 has full rank on U: s0 = min ||J_0^T u|| > 0",
            reduced.floor().withSymbol("F*"));
    return Certificate.of(
        this,
        attempt.checks(),
        () -> conclusion(reduced, attempt.outcome().orElseThrow()),
        JacobianDescent.limits(argument.flow()));
  }

  private Conclusion conclusion(ReducedJacobian reduced, JacobianArgument.Outcome o) {
    String statement =
        (argument.flow() ? "gradient flow" : "gradient descent")
            + " reaches the infimum of the loss over all parameters, F* = 1/2 ||y - P y||^2, at a"
            + " linear rate (U: "
            + reduced.subspace()
            + ")";
    Quantity initial = o.initial().map("F_0 - F*", r -> r.square().divide(2));
    Prediction prediction =
        argument.flow()
            ? Prediction.flow(
                Prediction.Monitored.EXCESS_LOSS,
                initial,
                o.rate().map("2 s*^2", a -> a.multiply(2)),
                o.radius())
            : Prediction.of(
                Prediction.Monitored.EXCESS_LOSS,
                initial,
                o.stepSize(),
                o.rate().map("1 - (1 - q eta s*^2)^2", ReducedJacobianDescent::twice),
                o.radius());
    return Conclusion.of(statement, prediction.withReferenceLoss(reduced.floor()));
  }

  /** {@code 1 - (1 - a)^2 = a (2 - a)}, increasing in a as long as a is at most 1. */
  private static Interval twice(Interval a) {
    Interval least = Interval.of(Math.min(1, a.lo()));
    return least.multiply(Interval.of(2).subtract(least)).max(Interval.ZERO);
  }

  /**
   * The largest norm of {@code f - P y} that would be certified; see {@link
   * JacobianDescent#residualRadius}.
   *
   * @param evidence measured or fixed
   * @return a lower bound, 0 if none could be found
   */
  public double residualRadius(Evidence evidence) {
    return argument.residualRadius(evidence.get(Measurements.REDUCED_JACOBIAN).numbers());
  }
}
