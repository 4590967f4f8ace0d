package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.JacobianNumbers;
import org.fullrank.evidence.Measurements;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * The Jacobian certificate: gradient descent on {@code 1/2 ||f - y||^2} converges linearly to zero
 * loss if the Jacobian has full row rank and cannot change much within the ball it needs.
 *
 * <p>With {@code s0} and {@code b0} the smallest and largest singular value of the Jacobian at the
 * start, {@code R0} the norm of the residual, {@code beta = s0 + b0}, {@code Lam} a Lipschitz
 * constant of the Jacobian on the ball of radius {@code R >= (1 + 1e-6) 2 R0/(q s0)} and {@code q =
 * 1 - (eta/2)(beta^2 + Lam R0) > 0}: if
 *
 * <pre>{@code h = 2 Lam R0 / (q s0^2) < 1,}</pre>
 *
 * then {@code ||r_t|| <= (1 - q eta s*^2)^t R0} with {@code s*^2 = s0^2 (1 - h)}, and the path is
 * no longer than {@code s0 (1 - sqrt(1 - h)) / Lam}, at most {@code 2 R0/(q s0)}.
 */
public final class JacobianDescent implements Theorem {
  private static final Citation SOURCE =
      new Citation(
          "S. Oymak, M. Soltanolkotabi; T. C. Gulcu",
          "Overparameterized nonlinear learning: gradient descent takes the shortest path?; On the"
              + " convergence of deep residual networks",
          "ICML 2019, arXiv 1812.10004, Theorem 2.1; arXiv 1911.04351",
          "A restatement with a Kantorovich-type proof that needs 4 to 8 times less than the first;"
              + " the full-rank Jacobian of the second is measured, never inferred from a width.");

  /** The ball is taken a little larger than the theorem asks for. */
  private static final Interval SLACK = Interval.fromDecimal("1.000002");

  /** Beyond this, reciprocals come near the end of the double range. */
  private static final double LARGEST = 1e150;

  private final OptionalDouble stepSize;

  private JacobianDescent(OptionalDouble stepSize) {
    this.stepSize = stepSize;
  }

  /**
   * With the step size {@code 1/(beta^2 + Lam R0)}, for which q is 1/2.
   *
   * @return the theorem
   */
  public static JacobianDescent withDefaults() {
    return new JacobianDescent(OptionalDouble.empty());
  }

  /**
   * With a given step size; small ones weaken the condition by up to a factor 2.
   *
   * @param eta positive
   * @return the changed theorem
   */
  public JacobianDescent withStepSize(double eta) {
    if (!(eta > 0 && eta <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("withStepSize expects a positive number but got " + eta);
    }
    return new JacobianDescent(OptionalDouble.of(eta));
  }

  @Override
  public String name() {
    return "gradient descent with a full-rank, slowly changing Jacobian";
  }

  @Override
  public Citation source() {
    return SOURCE;
  }

  @Override
  public Certificate check(Evidence evidence) {
    return check(evidence.get(Measurements.JACOBIAN));
  }

  private Certificate check(JacobianNumbers numbers) {
    List<HypothesisCheck> checks = new ArrayList<>();
    checks.add(
        HypothesisCheck.premise(
            "trained on 1/2 sum of squares, all layers with known derivatives",
            numbers.obstacle().isEmpty(),
            numbers.obstacle().orElse("seen in the description of the problem")));
    if (numbers.obstacle().isPresent()) {
      return certificate(checks, Optional.empty());
    }
    Quantity zero = Quantity.verified("0", Interval.ZERO, Subject.EXACT_NETWORK, "zero");
    HypothesisCheck fullRank =
        HypothesisCheck.less(
            "J_0 has full row rank: s0 = sigma_min(J_0) > 0", zero, numbers.sigmaMin());
    checks.add(fullRank);
    if (fullRank.verdict() != Verdict.HOLDS) {
      return certificate(checks, Optional.empty());
    }
    Attempt attempt = attempt(numbers, numbers.residual().interval());
    checks.addAll(attempt.checks);
    return certificate(checks, attempt.prediction);
  }

  /**
   * The certified residual radius: the largest norm of a residual, to about 1e-3 relative, for
   * which the condition holds, everything else unchanged. A start with a smaller residual would be
   * certified.
   *
   * @param evidence measured or fixed
   * @return a lower bound, 0 if none could be found
   */
  public double residualRadius(Evidence evidence) {
    JacobianNumbers numbers = evidence.get(Measurements.JACOBIAN);
    if (numbers.obstacle().isPresent() || !numbers.sigmaMin().interval().certainlyPositive()) {
      return 0;
    }
    double lo = 0;
    double hi = numbers.sigmaMin().interval().hi() * 1e6;
    for (int step = 0; step < 200 && hi > lo * 1.0005; step++) {
      double middle = lo == 0 ? hi / 1e3 : Math.sqrt(lo * hi);
      if (middle == 0) {
        break;
      }
      if (attempt(numbers, Interval.of(middle)).prediction.isPresent()) {
        lo = middle;
      } else {
        hi = middle;
      }
    }
    return lo;
  }

  /** Checks beyond the rank, for a residual norm, and what follows if they hold. */
  private record Attempt(List<HypothesisCheck> checks, Optional<Prediction> prediction) {}

  private Attempt attempt(JacobianNumbers numbers, Interval residual) {
    double norm = numbers.norm().interval().hi();
    if (!(norm <= LARGEST && residual.hi() <= LARGEST)) {
      return undecided("||J_0|| and R0 are bounded", "up to " + norm + " and " + residual.hi());
    }
    Interval s0 = Interval.of(numbers.sigmaMin().interval().lo());
    Interval r0 = Interval.of(residual.hi());
    Interval beta = s0.add(Interval.of(norm));
    // A first guess of q; the final check below does not depend on it.
    double guess = 0.5;
    List<HypothesisCheck> checks = List.of();
    Optional<Prediction> prediction = Optional.empty();
    for (int round = 0; round < (stepSize.isPresent() ? 4 : 1); round++) {
      double ball = SLACK.multiply(r0).multiply(2).divide(s0.multiply(Interval.of(guess))).hi();
      Optional<Quantity> lipschitz = numbers.lipschitzAt(ball);
      HypothesisCheck exists =
          HypothesisCheck.structural(
              "the Jacobian is Lipschitz on the ball of radius 2 R0/(q s0)",
              lipschitz.isPresent() ? Verdict.HOLDS : Verdict.UNDECIDED,
              numbers.lipschitzRigor(),
              numbers.lipschitzSubject(),
              lipschitz
                  .map(lam -> "Lam = " + lam.interval().hi() + " for radius " + ball)
                  .orElse("no constant is known for radius " + ball));
      if (lipschitz.isEmpty()) {
        return new Attempt(List.of(exists), Optional.empty());
      }
      Interval lam = lipschitz.get().interval();
      Interval sum = beta.square().add(lam.multiply(r0));
      if (!(sum.hi() <= LARGEST)) {
        return undecided("beta^2 + Lam R0 is bounded", "up to " + sum.hi());
      }
      double eta =
          stepSize.isPresent()
              ? stepSize.getAsDouble()
              : Interval.ONE.divide(Interval.of(sum.hi())).lo();
      Interval used = sum.multiply(Interval.of(eta).divide(2));
      Quantity one = Quantity.verified("1", Interval.ONE, Subject.EXACT_NETWORK, "one");
      HypothesisCheck step =
          HypothesisCheck.less(
              "the step is short: (eta/2) (beta^2 + Lam R0) < 1",
              quantity("(eta/2) (beta^2 + Lam R0)", used, numbers),
              one);
      if (step.verdict() != Verdict.HOLDS) {
        return new Attempt(List.of(exists, step), Optional.empty());
      }
      Interval q = Interval.of(Interval.ONE.subtract(used).lo());
      Interval needed =
          Interval.fromDecimal("1.000001").multiply(r0).multiply(2).divide(q.multiply(s0));
      Interval h = lam.multiply(r0).multiply(2).divide(q.multiply(s0.square()));
      HypothesisCheck condition =
          HypothesisCheck.less(
              "the Jacobian changes little: h = 2 Lam R0/(q s0^2) < 1",
              quantity("h", h, numbers),
              one);
      checks = List.of(exists, step, condition);
      boolean covered = needed.hi() <= ball;
      if (covered && condition.verdict() == Verdict.HOLDS) {
        Interval kept = s0.square().multiply(Interval.ONE.subtract(h));
        prediction =
            Optional.of(
                Prediction.of(
                    Prediction.Monitored.RESIDUAL_NORM,
                    quantity("R0", r0, numbers),
                    eta,
                    quantity("q eta s*^2", q.multiply(Interval.of(eta)).multiply(kept), numbers),
                    quantity("2 R0/(q s0)", needed, numbers)));
        return new Attempt(checks, prediction);
      }
      if (!covered) {
        checks =
            List.of(
                exists,
                step,
                HypothesisCheck.structural(
                    "Lam was taken on a ball that is large enough",
                    Verdict.UNDECIDED,
                    Rigor.VERIFIED,
                    Subject.EXACT_NETWORK,
                    "radius " + needed.hi() + " is needed and " + ball + " was taken"));
      }
      guess = q.lo() / 1.001;
    }
    return new Attempt(checks, prediction);
  }

  private static Attempt undecided(String statement, String reason) {
    return new Attempt(
        List.of(
            HypothesisCheck.structural(
                statement, Verdict.UNDECIDED, Rigor.VERIFIED, Subject.EXACT_NETWORK, reason)),
        Optional.empty());
  }

  private static Quantity quantity(String symbol, Interval value, JacobianNumbers n) {
    return Quantity.of(
        symbol,
        value,
        Rigor.weakest(
            n.sigmaMin().rigor(), n.norm().rigor(), n.residual().rigor(), n.lipschitzRigor()),
        Subject.narrowest(
            n.sigmaMin().subject(),
            n.norm().subject(),
            n.residual().subject(),
            n.lipschitzSubject()),
        "interval arithmetic");
  }

  private static Certificate certificate(
      List<HypothesisCheck> checks, Optional<Prediction> prediction) {
    return Certificate.of(
        "gradient descent with a full-rank, slowly changing Jacobian",
        SOURCE,
        checks,
        () ->
            Conclusion.of(
                "gradient descent reaches zero loss, a global minimum, at a linear rate",
                prediction.orElseThrow()),
        List.of(
            "It speaks of full-batch gradient descent in exact arithmetic on the sum of squares,"
                + " without momentum, weight decay or minibatches.",
            "FAILS or UNDECIDED means that this theorem gives no guarantee, not that training"
                + " diverges.",
            "Nothing is said about inputs outside the data."));
  }
}
