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
 * Gradient descent under a Polyak-Lojasiewicz inequality on a ball (PL*, Liu, Zhu and Belkin 2020),
 * with explicit constants. For comparison with {@link JacobianDescent}, which with a constant
 * {@code Lam} allows twice the residual.
 *
 * <p><b>Statement.</b> {@code F = 1/2 ||r||^2}, {@code r = f - y}, {@code R0 = ||r_0||}; {@code s0}
 * and {@code b0} the smallest and largest singular value of J at the start; J Lam-Lipschitz on the
 * closed ball of radius R. Put {@code s = s0 - Lam R} and {@code beta = (b0 + Lam R)^2 + Lam R0}.
 * If {@code s > 0} and {@code 2 R0/s < R}, then for every {@code eta <= 1/beta}: {@code F_t <= (1 -
 * eta s^2)^t F_0}, and the path is no longer than {@code 2 R0/s}.
 *
 * <p><b>Proof.</b> On the ball {@code sigma_min(J) >= s}, hence {@code ||grad F||^2 = ||J^T r||^2
 * >= 2 s^2 F} (PL), and {@code ||J|| <= b0 + Lam R}. Take an iterate in the ball with {@code F <=
 * F_0}, {@code g = grad F}, and a step whose segment is within the ball. At the point {@code p} of
 * the segment at distance d, {@code grad F(p) - g = J(p)^T (r(p) - r) + (J(p) - J)^T r}, of norm at
 * most {@code (b0 + Lam R)^2 d + Lam d R0 = beta d}. Integrating, {@code F+ <= F - eta ||g||^2 +
 * (beta/2) eta^2 ||g||^2 <= F - (eta/2) ||g||^2}, so {@code F+ <= (1 - eta s^2) F}, and F stays at
 * most {@code F_0}: the sublevel set needs no assumption. Further {@code sqrt(F) - sqrt(F+) >= (F -
 * F+)/(2 sqrt(F)) >= eta ||g||^2/(4 sqrt(F)) >= (s sqrt(2)/4) eta ||g||}. All this holds for every
 * shorter step in place of eta. So up to the first point, if any, where the polygon of the steps
 * has distance R from the start, its length is at most {@code (4/(s sqrt(2))) sqrt(F_0) = 2 R0/s <
 * R}: there is none, and all steps stay in the ball. QED
 *
 * <p><b>Choice of R.</b> Write {@code R = rho 2 R0/s0}. The condition is {@code 1 < rho (1 - Lam
 * R/s0)}, so {@code rho > 1}. Lam does not decrease with R, so if the condition holds for some
 * {@code rho > 2}, with {@code u = Lam R/s0 < 1 - 1/rho}, it holds for 2 as well: {@code 2 (1 -
 * 2u/rho) > 1 + (1 - 2/rho)^2}. Hence rho is taken from a grid on (1, 2], and among those that
 * satisfy the condition the one with the largest rate.
 *
 * <p><b>Comparison.</b> If {@code Lam(t R) <= t^2 Lam(R)} for {@code 1 <= t <= 2}, then {@link
 * JacobianDescent} with its default step holds whenever this theorem does. For a Lam that grows
 * faster (a deep network, or one with kinks) the default ball of radius {@code 4 R0/s0} there can
 * be too large where a ball below it suffices here; a smaller step restores the order.
 */
public final class PolyakLojasiewicz implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "C. Liu, L. Zhu, M. Belkin",
          "Loss landscapes and optimization in over-parameterized non-linear systems and neural"
              + " networks",
          "Applied and Computational Harmonic Analysis 2022, arXiv 2003.00307",
          "Not the paper's statement: an explicit one in its form, proved in this library, with the"
              + " constants of the ball inferred from the start.");

  /** rho - 1 from 1 down to 2^-10 in steps of a quarter of a power of two. */
  private static final int GRID = 40;

  private PolyakLojasiewicz() {}

  /**
   * With the step size {@code 1/beta}.
   *
   * @return the theorem
   */
  public static PolyakLojasiewicz withDefaults() {
    return new PolyakLojasiewicz();
  }

  @Override
  public String name() {
    return "gradient descent under a Polyak-Lojasiewicz inequality on a ball";
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
    Interval least =
        Interval.of(numbers.residual().interval().hi()).multiply(2).divide(Interval.of(s0.lo()));
    // With a residual of zero every radius will do.
    double unit = Math.max(least.hi(), Double.MIN_NORMAL);
    Ball best = null;
    for (int j = 0; j <= GRID; j++) {
      double radius = unit * (1 + Math.pow(2, -j / 4.0));
      Optional<Quantity> lipschitz = numbers.lipschitzAt(radius);
      if (lipschitz.isPresent()) {
        Ball ball = Ball.of(numbers, radius, lipschitz.get().interval());
        best = best == null || ball.isBetterThan(best) ? ball : best;
      }
    }
    checks.add(
        HypothesisCheck.structural(
                "J is Lam-Lipschitz on a ball of radius R between 2 R0/s0 and 4 R0/s0",
                best != null ? Verdict.HOLDS : Verdict.UNDECIDED,
                numbers.lipschitzRigor(),
                numbers.lipschitzSubject(),
                best != null
                    ? "Lam = "
                        + JacobianPremises.up(best.lam)
                        + " for R = "
                        + DecimalInterval.lower(best.radius)
                    : JacobianPremises.noConstant(
                        "any radius above " + DecimalInterval.upper(unit), numbers))
            .from(best != null ? best.measured() : new Quantity[] {}));
    if (best == null) {
      return certificate(checks, Optional.empty());
    }
    return certificate(checks, best);
  }

  private Certificate certificate(List<HypothesisCheck> checks, Ball ball) {
    JacobianNumbers numbers = ball.numbers;
    HypothesisCheck positive =
        HypothesisCheck.less(
            "J keeps its rank on the ball: Lam R < s0",
            JacobianPremises.quantity("Lam R", "Lam R", ball.drift, numbers),
            numbers.sigmaMin());
    checks.add(positive);
    if (positive.verdict() != Verdict.HOLDS) {
      return certificate(checks, Optional.empty());
    }
    checks.add(
        HypothesisCheck.less(
            "the path stays within the ball: 2 R0/(s0 - Lam R) < R",
            JacobianPremises.quantity("2 R0/(s0 - Lam R)", "2 R0/(s0 - Lam R)", ball.path, numbers),
            Setting.read("R", Interval.of(ball.radius), "chosen by the theorem")));
    if (!(ball.eta > 0)) {
      checks.add(
          JacobianPremises.undecided(
              "1/beta > 0",
              "at least " + DecimalInterval.lower(ball.eta) + JacobianPremises.SCALE));
    }
    if (!JacobianPremises.allHold(checks)) {
      return certificate(checks, Optional.empty());
    }
    return certificate(
        checks,
        Optional.of(
            Prediction.of(
                Prediction.Monitored.EXCESS_LOSS,
                JacobianPremises.quantity(
                    "F_0", "R0^2/2", numbers.residual().interval().square().divide(2), numbers),
                ball.eta,
                JacobianPremises.quantity("eta s^2", "eta (s0 - Lam R)^2", ball.rate, numbers),
                JacobianPremises.quantity("2 R0/s", "2 R0/(s0 - Lam R)", ball.path, numbers))));
  }

  /** What is known on a ball. */
  private static final class Ball {
    final JacobianNumbers numbers;
    final double radius;
    final Interval lam;
    final Interval drift;
    final Interval path;
    final double eta;
    final Interval rate;
    private final boolean holds;

    private Ball(
        JacobianNumbers numbers,
        double radius,
        Interval lam,
        Interval drift,
        Interval path,
        double eta,
        Interval rate,
        boolean holds) {
      this.numbers = numbers;
      this.radius = radius;
      this.lam = lam;
      this.drift = drift;
      this.path = path;
      this.eta = eta;
      this.rate = rate;
      this.holds = holds;
    }

    static Ball of(JacobianNumbers numbers, double radius, Interval lam) {
      Interval r0 = numbers.residual().interval();
      Interval drift = lam.multiply(radius);
      Interval s = numbers.sigmaMin().interval().subtract(drift);
      // Unbounded where s may be 0; the check then stays open.
      Interval path = r0.multiply(2).divide(s);
      Interval steepness = Interval.of(numbers.norm().interval().hi()).add(drift).square();
      Interval beta = steepness.add(lam.multiply(r0));
      double eta = Interval.ONE.divide(beta).lo();
      boolean holds = s.certainlyPositive() && path.certainlyLess(Interval.of(radius)) && eta > 0;
      Interval rate =
          holds
              ? Interval.of(eta).multiply(Interval.of(s.lo()).square()).max(Interval.ZERO)
              : Interval.ZERO;
      return new Ball(numbers, radius, lam, drift, path, eta, rate, holds);
    }

    Quantity[] measured() {
      return JacobianPremises.ball(numbers.lipschitzAt(radius), radius);
    }

    /** A larger rate, or else nearer to satisfying the condition. */
    boolean isBetterThan(Ball other) {
      if (holds || other.holds) {
        return holds && (!other.holds || rate.lo() > other.rate.lo());
      }
      return excess() < other.excess();
    }

    private double excess() {
      return path.hi() >= 0 && path.lo() >= 0 ? path.hi() / radius : Double.POSITIVE_INFINITY;
    }
  }

  private Certificate certificate(List<HypothesisCheck> checks, Optional<Prediction> prediction) {
    return Certificate.of(
        this,
        checks,
        () ->
            Conclusion.of(
                "1/2 ||grad F||^2 >= s^2 F on the ball, and gradient descent reaches zero loss, a"
                    + " global minimum, at a linear rate",
                prediction.orElseThrow()),
        List.of(
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee on the balls tried, not"
                + " that training diverges."));
  }
}
