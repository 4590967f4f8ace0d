package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;

/**
 * Gradient descent under the hypotheses of Oymak and Soltanolkotabi (2019, Theorem 2.1), for
 * comparison with {@link JacobianDescent}, which allows four times the residual.
 *
 * <p><b>Hypotheses</b> on the closed ball {@code B} of radius {@code 4 R0/alpha} around the start,
 * {@code R0 = ||r_0||}, {@code r = f - y}: {@code sigma_min(J) >= alpha > 0}, {@code ||J|| <=
 * beta}, J L-Lipschitz in the spectral norm, and {@code eta <= (1/(2 beta^2)) min(1, alpha^2/(L
 * R0))}.
 *
 * <p><b>Conclusion</b>, stronger than the published one as it is known here, which has the first
 * exponent halved and {@code alpha/4} in the second: {@code ||r_t|| <= (1 - eta alpha^2/2)^t R0}
 * and {@code (alpha/2) path_t + ||r_t|| <= R0}, so that no iterate is farther than {@code 2
 * R0/alpha} from the start.
 *
 * <p><b>Proof.</b> Let {@code g = J^T r} at an iterate with {@code 0 < ||r|| <= R0}, and let the
 * segment of the step be within B. With {@code M} the average of J over the segment, {@code r+ = r
 * - eta M g = (I - eta J J^T) r - eta (M - J) g} and {@code ||M - J|| <= L eta ||g||/2}. Since
 * {@code ||(I - eta J J^T) r||^2 <= ||r||^2 - eta (2 - eta beta^2) ||g||^2} and {@code sqrt(a^2 -
 * b) <= a - b/(2a)},
 *
 * <pre>{@code ||r+|| <= ||r|| - (eta ||g||^2/||r||) (1 - eta beta^2/2 - eta L ||r||/2).}</pre>
 *
 * Here {@code eta beta^2/2 <= 1/4}, and {@code eta L ||r||/2 <= alpha^2/(4 beta^2) <= 1/4} because
 * {@code alpha <= beta}. The bracket is at least 1/2, and {@code ||g|| >= alpha ||r||} gives {@code
 * ||r+|| <= ||r|| - (alpha/2) eta ||g||} and {@code ||r+|| <= (1 - eta alpha^2/2) ||r||}. The same
 * holds for every shorter step in place of eta. So up to the first point, if any, where the polygon
 * of the steps has distance {@code 4 R0/alpha} from the start, {@code (alpha/2) path <= R0}; but
 * that point needs a path of {@code 4 R0/alpha > 2 R0/alpha}. There is none, all segments are
 * within B, and the two inequalities hold for all steps. QED
 *
 * <p><b>The numbers used.</b> With {@code s0} the smallest singular value at the start and {@code
 * Lam} the Lipschitz constant for B, {@code sigma_min(J) >= s0 - Lam 4 R0/alpha} on B. This is at
 * least alpha if {@code Lam R0 <= alpha (s0 - alpha)/4}, whose best choice is {@code alpha = s0/2}:
 * {@code Lam R0 <= s0^2/16}. Then {@code alpha^2/(Lam R0) >= 4}, so the minimum in the step size is
 * 1. {@code beta = ||J_0|| + Lam 4 R0/alpha}.
 */
public final class OymakSoltanolkotabi implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "S. Oymak, M. Soltanolkotabi",
          "Overparameterized nonlinear learning: gradient descent takes the shortest path?",
          "ICML 2019, arXiv 1812.10004, Theorem 2.1",
          "The published hypotheses, with alpha = s0/2 and the ball's constants inferred from the"
              + " start; the proof is this library's and gives twice the rate and half the"
              + " radius.");

  private OymakSoltanolkotabi() {}

  /**
   * With {@code alpha = s0/2}.
   *
   * @return the theorem
   */
  public static OymakSoltanolkotabi withDefaults() {
    return new OymakSoltanolkotabi();
  }

  @Override
  public String name() {
    return "gradient descent takes the shortest path (Oymak and Soltanolkotabi)";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate derive(Evidence evidence) {
    JacobianNumbers numbers = evidence.get(Measurements.JACOBIAN);
    List<HypothesisCheck> checks = new ArrayList<>(JacobianPremises.of(numbers));
    if (!JacobianPremises.allHold(checks)) {
      return certificate(checks, Optional.empty());
    }
    Interval s0 = numbers.sigmaMin().interval();
    Interval r0 = numbers.residual().interval();
    Interval alpha = Interval.of(s0.lo()).divide(2);
    double ball = Interval.of(r0.hi()).multiply(4).divide(alpha).hi();
    Optional<Quantity> lipschitz = numbers.lipschitzAt(ball);
    String down = DecimalInterval.lower(ball);
    checks.add(
        HypothesisCheck.structural(
                "J is L-Lipschitz on the ball of radius 4 R0/alpha, alpha = s0/2",
                lipschitz.isPresent() ? Verdict.HOLDS : Verdict.UNDECIDED,
                numbers.lipschitzRigor(),
                numbers.lipschitzSubject(),
                lipschitz
                    .map(l -> "L = " + JacobianPremises.up(l.interval()) + " for radius " + down)
                    .orElse(JacobianPremises.noConstant("radius " + down, numbers)))
            .from(JacobianPremises.ball(lipschitz, ball)));
    if (lipschitz.isEmpty()) {
      return certificate(checks, Optional.empty());
    }
    Interval lam = lipschitz.get().interval();
    // With both ends of s0 and R0, so that an overlap stays undecided.
    Interval drift = lam.multiply(r0).multiply(4).divide(alpha);
    HypothesisCheck kept =
        HypothesisCheck.less(
                "sigma_min(J) >= alpha on that ball: L 4 R0/alpha < s0 - alpha",
                JacobianPremises.quantity("L 4 R0/alpha", "L 4 R0/alpha", drift, numbers),
                JacobianPremises.quantity("s0 - alpha", "s0 - alpha", s0.subtract(alpha), numbers))
            .through(JacobianPremises.quantity("alpha", "s0/2", alpha, numbers));
    checks.add(kept);
    if (kept.verdict() != Verdict.HOLDS) {
      return certificate(checks, Optional.empty());
    }
    Interval beta = Interval.of(numbers.norm().interval().hi()).add(drift.max(Interval.ZERO).hi());
    Interval eta = Interval.ONE.divide(Interval.of(beta.hi()).square().multiply(2));
    if (!(eta.lo() > 0)) {
      checks.add(
          JacobianPremises.undecided(
              "1/(2 beta^2) > 0", "it is in " + eta + JacobianPremises.SCALE));
      return certificate(checks, Optional.empty());
    }
    Interval rate = Interval.of(eta.lo()).multiply(alpha.square()).divide(2).max(Interval.ZERO);
    Interval radius = Interval.of(r0.hi()).multiply(2).divide(alpha);
    return certificate(
        checks,
        Optional.of(
            Prediction.of(
                Prediction.Monitored.RESIDUAL_NORM,
                JacobianPremises.quantity("R0", "R0", r0, numbers),
                eta.lo(),
                JacobianPremises.quantity("eta alpha^2/2", "eta alpha^2/2", rate, numbers),
                JacobianPremises.quantity("2 R0/alpha", "2 R0/alpha", radius, numbers))));
  }

  private Certificate certificate(List<HypothesisCheck> checks, Optional<Prediction> prediction) {
    return Certificate.of(
        this,
        checks,
        () ->
            Conclusion.of(
                "gradient descent reaches zero loss, a global minimum, at a linear rate",
                prediction.orElseThrow()),
        List.of(
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
                + " diverges; the Jacobian certificate asks for a quarter of it."));
  }
}
