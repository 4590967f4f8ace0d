package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/** What the theorems on the Jacobian at the start presume. */
final class JacobianPremises {
  /** What is said of numbers of which nothing is known. */
  static final String ENCLOSED = "the numbers of the Jacobian can be enclosed";

  /** What helps where a number is beyond the range of the arithmetic. */
  static final String SCALE =
      "; norms of inputs, weights and residual that are nearer to 1 keep within the range of"
          + " doubles";

  /** Beyond this, squares come near the end of the double range. */
  private static final double LARGEST = 1e150;

  private JacobianPremises() {}

  /** Problem, rank and size; the numbers may be used if all of these hold. */
  static List<HypothesisCheck> of(JacobianNumbers numbers) {
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "trained on 1/2 sum of squares, all layers with known derivatives",
            numbers.obstacle().isEmpty(),
            numbers.obstacle().orElse("seen in the description of the problem")));
    if (numbers.obstacle().isPresent()) {
      return checks;
    }
    if (numbers.unknown().isPresent()) {
      checks.add(undecided(ENCLOSED, numbers.unknown().get()));
      return checks;
    }
    checks.add(
        fullRank("J_0 has full row rank: s0 = sigma_min(J_0) > 0", numbers)
            .from(measured(numbers)));
    double norm = numbers.norm().interval().hi();
    double residual = numbers.residual().interval().hi();
    if (!(norm <= LARGEST && residual <= LARGEST)) {
      checks.add(
          undecided(
              "||J_0|| and R0 are bounded",
              "up to "
                  + DecimalInterval.upper(norm)
                  + " and "
                  + DecimalInterval.upper(residual)
                  + SCALE));
    }
    return checks;
  }

  /** Certainly violated where the structure says so; else the enclosure decides. */
  static HypothesisCheck fullRank(String statement, JacobianNumbers numbers) {
    Quantity s0 = numbers.sigmaMin();
    return numbers
        .deficiency()
        .map(
            reason ->
                HypothesisCheck.structural(
                    statement, Verdict.FAILS, s0.rigor(), s0.subject(), reason))
        .orElseGet(() -> HypothesisCheck.less(statement, Setting.zero(), s0));
  }

  static boolean allHold(List<HypothesisCheck> checks) {
    return checks.stream().allMatch(c -> c.verdict() == Verdict.HOLDS);
  }

  /** Something that is not known, through no fault of the problem. */
  static HypothesisCheck undecided(String statement, String reason) {
    return HypothesisCheck.undecided(statement, Subject.EXACT_NETWORK, reason);
  }

  /** What the arithmetic starts from, by the symbols of the theorems. */
  static Quantity[] measured(JacobianNumbers n) {
    return new Quantity[] {
      n.sigmaMin().withSymbol("s0"), n.norm().withSymbol("b0"), n.residual().withSymbol("R0")
    };
  }

  /** The radius of a ball and the constant on it, if there is one. */
  static Quantity[] ball(Optional<Quantity> lipschitz, double radius) {
    return lipschitz
        .map(lam -> new Quantity[] {Setting.of("R", radius), lam.withSymbol("Lam")})
        .orElse(new Quantity[] {});
  }

  /** A derived number, as rigorous as the measured ones. */
  static Quantity quantity(String symbol, String formula, Interval value, JacobianNumbers n) {
    return Quantity.derived(symbol, formula, value, n.sigmaMin(), n.norm(), n.residual())
        .weakenedTo(n.lipschitzRigor(), n.lipschitzSubject());
  }

  /** Why no Lipschitz constant was found, and what may help. */
  static String noConstant(String radius, JacobianNumbers n) {
    if (n.lipschitzAt(0).isEmpty()) {
      return "no constant is known for "
          + radius
          + " or any other; a layer has no bound of second derivatives (layer normalisation, fixed"
          + " gates after trained layers) or a pre-activation may lie on a kink; training only what"
          + " comes after that layer, or another layer, may help";
    }
    return "no constant is known for "
        + radius
        + "; an activation with a kink has one only on a ball within which none of its inputs"
        + " reaches the kink,"
        + " so a smooth activation or smaller residuals may help";
  }

  /** The upper end as a decimal that is still an upper bound. */
  static String up(Interval interval) {
    return DecimalInterval.upper(interval.hi());
  }
}
