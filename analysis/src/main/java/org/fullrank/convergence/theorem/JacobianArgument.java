package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The argument that all Jacobian certificates share: from {@code s0, b0, R0} and a Lipschitz
 * constant for every ball to a step size, a rate and a radius. See {@link JacobianDescent} for the
 * statement and its proof.
 *
 * @param stepSize given, or empty for {@code 1/(beta^2 + Lam R0)}
 * @param flow gradient flow: q is 1 and there is no step size
 */
record JacobianArgument(OptionalDouble stepSize, boolean flow) {
  /** With the default step size. */
  static final JacobianArgument DEFAULT = new JacobianArgument(OptionalDouble.empty(), false);

  /** For gradient flow. */
  static final JacobianArgument FLOW = new JacobianArgument(OptionalDouble.empty(), true);

  /** The ball is taken a little larger than needed, so that rounding cannot make it too small. */
  private static final double TAKEN = 1.000002;

  private static final double NEEDED = Rounding.above(1.000001); // no less than the decimal

  /** Beyond this, reciprocals come near the end of the double range. */
  private static final double LARGEST = 1e150;

  private static final String STEP = "(eta/2) (beta^2 + Lam R0)";
  private static final String CHANGE = "2 Lam R0/(q s0^2), q = 1 - (eta/2) (beta^2 + Lam R0)";
  private static final String RATE = "q eta s0^2 (1 - h)";

  /** Balls tried for a given step size, from the smallest conceivable one upward. */
  private static final int ROUNDS = 16;

  static JacobianArgument withStepSize(double eta) {
    if (!(eta > 0 && eta <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("withStepSize expects a positive number but got " + eta);
    }
    return new JacobianArgument(OptionalDouble.of(eta), false);
  }

  /**
   * What follows for the residual norm.
   *
   * @param initial R0, an upper bound
   * @param stepSize to be used as it is; 0 for gradient flow
   * @param rate {@code q eta s*^2}; for gradient flow {@code s*^2}
   * @param radius {@code s0 (1 - sqrt(1 - h)) / Lam}
   */
  record Outcome(Quantity initial, double stepSize, Quantity rate, Quantity radius) {}

  /** All checks, and what follows if they hold. */
  record Attempt(List<HypothesisCheck> checks, Optional<Outcome> outcome) {}

  /**
   * The checks for measured numbers, the premise that they could be measured first.
   *
   * @param more measured numbers that only the conclusion needs
   */
  Attempt check(JacobianNumbers numbers, String premise, String rank, Quantity... more) {
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            premise,
            numbers.obstacle().isEmpty(),
            numbers.obstacle().orElse("seen in the description of the problem")));
    if (numbers.obstacle().isPresent()) {
      return new Attempt(checks, Optional.empty());
    }
    if (numbers.unknown().isPresent()) {
      return undecided(JacobianPremises.ENCLOSED, numbers.unknown().get());
    }
    HypothesisCheck positive =
        JacobianPremises.fullRank(rank, numbers)
            .from(JacobianPremises.measured(numbers))
            .from(more);
    checks.add(positive);
    if (positive.verdict() != Verdict.HOLDS) {
      return new Attempt(checks, Optional.empty());
    }
    Attempt attempt = attempt(numbers, numbers.residual().interval());
    checks.addAll(attempt.checks);
    return new Attempt(checks, attempt.outcome);
  }

  /** See {@link JacobianDescent#residualRadius}. */
  double residualRadius(JacobianNumbers numbers) {
    if (numbers.obstacle().isPresent()
        || numbers.unknown().isPresent()
        || !numbers.sigmaMin().interval().certainlyPositive()) {
      return 0;
    }
    double lo = 0;
    double hi = numbers.sigmaMin().interval().hi() * 1e6;
    for (int step = 0; step < 200 && hi > lo * (1 + 1e-9); step++) {
      double middle = lo == 0 ? hi / 1e3 : lo + (hi - lo) / 2;
      if (middle == 0) {
        break;
      }
      if (attempt(numbers, Interval.of(middle)).outcome.isPresent()) {
        lo = middle;
      } else {
        hi = middle;
      }
    }
    return lo;
  }

  private Attempt attempt(JacobianNumbers numbers, Interval residual) {
    double norm = numbers.norm().interval().hi();
    if (!(norm <= LARGEST && residual.hi() <= LARGEST)) {
      return undecided(
          "||J_0|| and R0 are bounded",
          "up to "
              + DecimalInterval.upper(norm)
              + " and "
              + JacobianPremises.up(residual)
              + JacobianPremises.SCALE);
    }
    Interval beta = numbers.norm().interval().add(numbers.sigmaMin().interval().lo());
    double q = firstGuess(beta.hi());
    Attempt last = undecided("the step is short", "(eta/2) beta^2 is 1 or more");
    for (int round = 0; round < ROUNDS; round++) {
      Ball ball = new Ball(numbers, residual, beta, q);
      last = ball.attempt();
      if (ball.covered || stepSize.isEmpty() || !(ball.q > 0 && ball.q < q)) {
        return last;
      }
      // Larger balls have larger constants and smaller q, so this climbs to the least fixed point.
      q = ball.q / (1 + 1e-6 * (1 << round));
    }
    return last;
  }

  /** An upper bound of q, for which the ball is the smallest; any positive number is allowed. */
  private double firstGuess(double beta) {
    if (flow) {
      return 1;
    }
    double most = 1 - 0.5 * stepSize.orElse(0) * beta * beta;
    // A step that is too long whatever Lam is needs no larger ball to be seen.
    return stepSize.isEmpty() ? 0.5 : most > 0 ? most : 1;
  }

  /**
   * The checks with the Lipschitz constant of one ball. What is compared has both ends, so that an
   * overlap stays undecided; Lam is the constant of this ball in both. What follows has the worst
   * ends only: the least s0 and q, the largest R0.
   */
  private final class Ball {
    private final JacobianNumbers numbers;
    private final Interval residual;
    private final Interval s0;
    private final Interval r0;
    private final Interval beta;
    private final double radius;

    /** A lower bound of q, or NaN. */
    private double q = Double.NaN;

    /** Whether the ball is as large as the theorem needs, or nothing is left to be tried. */
    private boolean covered = true;

    Ball(JacobianNumbers numbers, Interval residual, Interval beta, double guess) {
      this.numbers = numbers;
      this.residual = residual;
      this.s0 = Interval.of(numbers.sigmaMin().interval().lo());
      this.r0 = Interval.of(residual.hi());
      this.beta = beta;
      this.radius = path(Interval.of(guess)).multiply(TAKEN).hi();
    }

    /** {@code 2 R0/(q s0)}. */
    private Interval path(Interval some) {
      return r0.multiply(2).divide(some.multiply(s0));
    }

    Attempt attempt() {
      if (!(radius <= LARGEST)) {
        return undecided(
            "the ball of radius 2 R0/(q s0) is bounded",
            "radius up to " + radius + JacobianPremises.SCALE);
      }
      List<HypothesisCheck> checks = new ArrayList<>();
      Optional<Quantity> lipschitz = numbers.lipschitzAt(radius);
      checks.add(
          HypothesisCheck.structural(
                  "the Jacobian is Lipschitz on the ball of radius 2 R0/(q s0)",
                  lipschitz.isPresent() ? Verdict.HOLDS : Verdict.UNDECIDED,
                  numbers.lipschitzRigor(),
                  numbers.lipschitzSubject(),
                  lipschitz
                      .map(
                          lam ->
                              "Lam = "
                                  + DecimalInterval.upper(lam.interval().hi(), 6)
                                  + " for radius "
                                  + DecimalInterval.lower(radius, 6))
                      .orElse(
                          JacobianPremises.noConstant(
                              "radius " + DecimalInterval.lower(radius), numbers)))
              .from(JacobianPremises.ball(lipschitz, radius)));
      if (lipschitz.isEmpty()) {
        return new Attempt(checks, Optional.empty());
      }
      Interval lam = Interval.of(lipschitz.get().interval().hi());
      Quantity one = Setting.one();
      double eta = 0;
      Interval rate = Interval.ONE;
      Interval shares = Interval.ONE;
      q = 1;
      if (!flow) {
        Interval sum = beta.square().add(lam.multiply(residual));
        if (!(sum.hi() <= LARGEST)) {
          return undecided(
              "beta^2 + Lam R0 is bounded",
              "up to " + JacobianPremises.up(sum) + JacobianPremises.SCALE);
        }
        eta = stepSize.orElse(Interval.ONE.divide(Interval.of(sum.hi())).lo());
        rate = Interval.of(eta);
        Interval used = sum.multiply(rate).divide(2);
        String shortStep = "the step is short: (eta/2) (beta^2 + Lam R0) < 1";
        HypothesisCheck step = HypothesisCheck.less(shortStep, quantity(STEP, STEP, used), one);
        if (step.verdict() == Verdict.FAILS) {
          used = used(lam, rate);
          step =
              HypothesisCheck.less(shortStep, quantity(STEP, STEP, used), one)
                  .from(smallest(lipschitz.get()));
        }
        checks.add(step.from(Setting.of("eta", eta)).through(quantity("beta", "s0 + b0", beta)));
        shares = Interval.ONE.subtract(used);
        q = shares.lo();
        if (step.verdict() != Verdict.HOLDS) {
          return new Attempt(checks, Optional.empty());
        }
      }
      Interval lowest = Interval.of(q);
      double needed = path(lowest).multiply(NEEDED).hi();
      if (!(needed <= radius)) {
        covered = false;
        checks.add(
            HypothesisCheck.undecided(
                "Lam was taken on a ball that is large enough",
                Subject.EXACT_NETWORK,
                "radius " + needed + " is needed and " + radius + " was taken"));
      }
      Interval sigma = numbers.sigmaMin().interval();
      String little = "the Jacobian changes little: h = 2 Lam R0/(q s0^2) < 1";
      HypothesisCheck condition =
          HypothesisCheck.less(
              little, quantity("h", CHANGE, change(lam, residual, shares, sigma)), one);
      if (condition.verdict() == Verdict.FAILS) {
        // A smaller constant also leaves more of the step.
        Interval most = flow ? shares : Interval.ONE.subtract(used(lam, rate));
        condition =
            HypothesisCheck.less(
                    little, quantity("h", CHANGE, change(least(lam), residual, most, sigma)), one)
                .from(smallest(lipschitz.get()));
      }
      checks.add(condition);
      if (condition.verdict() == Verdict.FAILS) {
        // A larger ball has no smaller constant.
        q = Double.NaN;
      }
      if (!covered || condition.verdict() != Verdict.HOLDS) {
        return new Attempt(checks, Optional.empty());
      }
      Interval worst = change(lam, r0, lowest, s0);
      Interval left = Interval.ONE.subtract(worst).max(Interval.ZERO);
      Interval kept = s0.square().multiply(left).max(Interval.ZERO);
      // s0 (1 - sqrt(1 - h))/Lam without cancellation, and with its limit for Lam = 0.
      Interval rho = path(lowest).divide(left.sqrt().add(1));
      return new Attempt(
          checks,
          Optional.of(
              new Outcome(
                  quantity("R0", "R0", r0),
                  eta,
                  quantity(
                      flow ? "s*^2" : "q eta s*^2", RATE, lowest.multiply(rate).multiply(kept)),
                  quantity("s0 (1 - sqrt(1 - h))/Lam", "s0 (1 - sqrt(1 - h))/Lam", rho))));
    }

    /** {@link #STEP} for all constants from the least one. */
    private Interval used(Interval lam, Interval rate) {
      return beta.square().add(least(lam).multiply(residual)).multiply(rate).divide(2);
    }

    /** The least constant, as a measured number. */
    private Quantity smallest(Quantity lipschitz) {
      Interval lam = Interval.of(lipschitz.interval().hi());
      return Quantity.derived(
          "Lam_0",
          "bounds of the second derivatives on the ball of radius 2 R0/s0",
          Interval.of(least(lam).lo()),
          lipschitz);
    }

    /**
     * From the constant of the smallest conceivable ball to the one of the ball that was taken: the
     * latter has the worst ends of all enclosures, so it must not decide that a condition fails.
     */
    private Interval least(Interval lam) {
      double best =
          Interval.of(residual.lo())
              .multiply(2)
              .divide(Interval.of(numbers.sigmaMin().interval().hi()))
              .lo();
      double constant =
          numbers.lipschitzAt(Math.max(0, best)).map(l -> l.interval().hi()).orElse(0.0);
      return Interval.of(Math.min(constant, lam.hi()), lam.hi());
    }

    /** {@code 2 Lam R0/(q s0^2)}. */
    private static Interval change(Interval lam, Interval r, Interval q, Interval s) {
      return lam.multiply(r).multiply(2).divide(q.multiply(s.square()));
    }

    private Quantity quantity(String symbol, String formula, Interval value) {
      return JacobianPremises.quantity(symbol, formula, value, numbers);
    }
  }

  private static Attempt undecided(String statement, String reason) {
    return new Attempt(List.of(JacobianPremises.undecided(statement, reason)), Optional.empty());
  }
}
