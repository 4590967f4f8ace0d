package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.Rayleigh;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.SymmetricTimes;
import org.jspecify.annotations.Nullable;

/**
 * The search for an enclosure of the smallest eigenvalue of {@code sign * A}, in scaled units and
 * without the radius. Only two steps are part of a proof: {@link #attempt} raises the lower end,
 * {@link #tryVector} reduces the upper end. Everything else chooses what to try next.
 *
 * <p>The plan: a factor for some shift below the eigenvalue; inverse Lanczos iteration with it,
 * whose vector makes the upper end accurate; one factorisation just below that. A matrix whose
 * smallest eigenvalue is not positive, or near rounding, is first looked at by Lanczos iteration
 * with the matrix itself. A graded matrix gets a second round with equilibrated factorisations.
 */
final class ExtremeSearch {
  /** Limits of the iterations: about the price of a factorisation or two at order 2000. */
  private static final int INVERSE_STEPS = 60;

  private static final int DIRECT_STEPS = 120;

  /** Part of the permitted width that a new lower bound uses up. */
  private static final double AIM = 0.9;

  private final double[][] lower;
  private final double sign;
  private final int exponent;
  private final int threads;
  private final double relativeWidth;
  private final int budget;
  private final double[] diagonal;

  /** The shift that decides the sign of every matrix within the radius. */
  private final double signShift;

  private final double[][] work;
  private final Reporting progress;

  private double lo;
  private double hi;

  /** Smallest shift at which the test has failed. */
  private double failed = Double.POSITIVE_INFINITY;

  private int used;
  private int starts;
  private boolean certified;

  /** Whether {@link #work} holds the factor of {@code sign * A - factorShift}, roughly. */
  private boolean factored;

  /** Whether that factor has not been used for the upper end. */
  private boolean fresh;

  private double factorShift;

  /** What is factored: the matrix as it is, or equilibrated. */
  private ShiftTerms terms;

  /** The vector of the smallest Rayleigh quotient so far. */
  private double @Nullable [] best;

  ExtremeSearch(
      SymmetricMatrix a,
      double sign,
      int threads,
      double relativeWidth,
      int budget,
      Reporting progress) {
    this.progress = progress;
    this.lower = a.scaledLower();
    this.sign = sign;
    this.exponent = a.exponent();
    this.threads = threads;
    this.relativeWidth = relativeWidth;
    this.budget = budget;
    Interval cheap =
        GershgorinBound.scaledLambdaMin(lower, sign)
            .intersect(WolkowiczStyanBound.scaledLambdaMin(lower, sign));
    lo = cheap.lo();
    hi = cheap.hi();
    diagonal = ShiftedCholeskyBound.diagonal(lower, sign);
    terms = ShiftTerms.of(diagonal);
    double radius = a.scaledRadius();
    signShift = radius == 0 ? 0 : radius * (1 + 0x1p-50);
    work = budget == 0 ? new double[0][] : ShiftedCholeskyBound.newTriangle(lower.length);
  }

  Interval interval() {
    return new Interval(lo, hi);
  }

  int factorizations() {
    return used;
  }

  /** The search with the matrix as it is. */
  void run(Hint hint) {
    for (double[] candidate : hint.vectors()) {
      tryVector(candidate);
    }
    for (double value : hint.values()) {
      double estimate = sign * Math.scalb(value, -exponent);
      double step = aim(estimate);
      for (double factor = 1; factor < 1e5 && !done(); factor *= 32) {
        if (attempt(estimate - factor * step)) {
          break;
        }
      }
    }
    if (!done() && !factored) {
      open();
    }
    narrowDown();
    // The sign is worth one more factorisation even where the width is at its limit.
    if (signIsOpen() && used < budget) {
      certifyAt(signShift);
    }
  }

  private boolean signIsOpen() {
    return lo <= signShift && hi > signShift;
  }

  /** Goes on with equilibrated matrices, where these promise more than what there is. */
  void equilibrate() {
    DiagonalScaling scaling = narrow() || used >= budget ? null : DiagonalScaling.of(diagonal);
    if (scaling == null || !(hi > signShift)) {
      return;
    }
    ShiftTerms graded = ShiftTerms.equilibrated(diagonal, scaling);
    if (!signIsOpen() && !(graded.reach(hi) < 0.1 * (hi - lo))) {
      return;
    }
    ShiftTerms plain = terms;
    terms = graded;
    failed = Double.POSITIVE_INFINITY;
    if (certifyAt(signIsOpen() ? signShift : lo)) {
      narrowDown();
      return;
    }
    // An indefinite matrix shows it in the direction of the smallest eigenvalue of D A D.
    Lanczos direct =
        Lanczos.run(
            q -> {
              double[] x = q.clone();
              scaling.multiply(x);
              double[] y = scaled(SymmetricTimes.of(lower, x, threads));
              scaling.multiply(y);
              return y;
            },
            Lanczos.startVector(lower.length, starts++),
            DIRECT_STEPS,
            (value, error) -> error <= 0.1 * Math.abs(value));
    if (direct != null) {
      double[] x = direct.vector();
      scaling.shrink(x);
      tryVector(x);
    }
    terms = plain; // what iterates with a factor falls back on the matrix as it is
  }

  private void narrowDown() {
    while (!done() && spare() > 0) {
      if (fresh) {
        refine();
        if (done()) {
          break;
        }
      }
      double step = aim(hi);
      boolean better = attempt(hi - step);
      if (!better && hi - lo <= 4 * reach(hi)) {
        break; // next to nothing to gain
      }
      if (!better && !attempt(hi - 16 * step)) {
        double middle = between(step);
        if (!(middle > lo && middle < Math.min(failed, hi))) {
          break;
        }
        attempt(middle);
      }
    }
  }

  /** Finds a first factor: zero or slightly less for what may be positive definite. */
  private void open() {
    if (hi > signShift) {
      if (attempt(signShift) || attempt(signShift - 8 * reach(signShift))) {
        return;
      }
    }
    double[] start = Lanczos.startVector(lower.length, starts++);
    // The largest eigenvalue of -sign * A.
    Lanczos direct =
        Lanczos.run(
            x -> scaled(SymmetricTimes.of(lower, x, threads)),
            start,
            DIRECT_STEPS,
            (value, error) -> error <= 0.2 * aim(-value));
    if (direct == null) {
      return;
    }
    tryVector(direct.vector());
    double step = Math.max(aim(hi), 4 * direct.error());
    for (double s = hi - step; s > lo && spare() > 0 && !done(); s = hi - step) {
      if (attempt(s)) {
        return;
      }
      step *= 64;
    }
  }

  private double[] scaled(double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] *= -sign;
    }
    return y;
  }

  /** Improves the upper end by inverse Lanczos iteration with the factor at hand. */
  private void refine() {
    double shift = factorShift;
    Lanczos inverse =
        Lanczos.run(
            x -> {
              double[] y = x.clone();
              solve(y);
              return y;
            },
            Lanczos.startVector(lower.length, starts++),
            INVERSE_STEPS,
            (value, error) -> {
              double distance = 1 / value;
              return error * distance * distance <= 0.2 * aim(shift + distance);
            });
    if (inverse != null) {
      double estimate = shift + 1 / inverse.value();
      double[] x = inverse.vector();
      tryVector(x);
      // Traces of the largest eigenvectors, which hardly count for the inverse, spoil the quotient
      // of an ill-conditioned matrix; one more step damps them.
      for (int step = 0; step < 3 && hi - estimate > 0.5 * aim(estimate); step++) {
        solve(x);
        tryVector(x);
      }
    }
    fresh = false;
  }

  /**
   * The best vector after a few more steps of inverse iteration, entries of moderate size; null if
   * there is none or no factor below the eigenvalue to iterate with.
   */
  double @Nullable [] polishedVector() {
    for (int far = 0; far <= 8 && budget > 0 && !factored; far += 8) {
      factor(lo - far * reach(lo));
    }
    if (!factored) {
      return null;
    }
    double[] x = best == null ? Lanczos.startVector(lower.length, starts) : best;
    for (int step = best == null ? -6 : 0; step < 2; step++) {
      double[] y = Rayleigh.normalized(x, x.length);
      if (y == null) {
        return null;
      }
      solve(y);
      x = y;
    }
    return Rayleigh.normalized(x, x.length);
  }

  /** One factorisation; returns what it proves, minus infinity if nothing. */
  private double factor(double s) {
    used++;
    Reporting task =
        new Reporting(progress.listener(), progress.task() + ", factorisation " + used);
    factored = ShiftedCholeskyBound.proves(terms, lower, sign, s, work, threads, task);
    return factored ? terms.proved(s) : Double.NEGATIVE_INFINITY;
  }

  /** {@code (sign * A - factorShift)^-1 x}, roughly and in place. */
  private void solve(double[] x) {
    DiagonalScaling scaling = terms.scaling();
    if (scaling == null) {
      FactorSolve.inPlace(work, x, threads);
      return;
    }
    scaling.shrink(x);
    FactorSolve.inPlace(work, x, threads);
    scaling.shrink(x);
    scaling.grow(x);
  }

  EnclosureStatus status() {
    if (narrow()) {
      return EnclosureStatus.CONVERGED;
    }
    if (hi - lo <= 4 * reach(hi)) {
      return EnclosureStatus.AT_PRECISION;
    }
    if (!certified) {
      return EnclosureStatus.CHEAP_BOUNDS_ONLY;
    }
    return used >= budget ? EnclosureStatus.BUDGET_EXHAUSTED : EnclosureStatus.AT_PRECISION;
  }

  private boolean done() {
    return narrow() || hi - lo <= 2.5 * reach(hi);
  }

  private boolean narrow() {
    return new Interval(lo, hi).relativeWidth() <= relativeWidth;
  }

  /** The rounding term at shift s: what separates a provable shift from the eigenvalue. */
  private double reach(double s) {
    return terms.reach(s);
  }

  /** How far below an eigenvalue near {@code t} a shift may be: what is permitted or possible. */
  private double aim(double t) {
    return Math.max(2 * reach(t), AIM * relativeWidth * Math.abs(t));
  }

  /** Factorisations left; one is kept for the sign. */
  private int spare() {
    return budget - used - (signIsOpen() ? 1 : 0);
  }

  /** Proves {@code s} as a lower bound if it can. */
  private boolean attempt(double s) {
    if (!(s > lo && s < hi && s < failed) || (s == signShift ? used >= budget : spare() <= 0)) {
      return false;
    }
    return certifyAt(s);
  }

  private boolean certifyAt(double s) {
    double proved = factor(s);
    fresh = factored;
    factorShift = s;
    if (factored) {
      lo = Math.max(lo, proved);
      certified = true;
    } else {
      failed = Math.min(failed, s);
    }
    return factored;
  }

  /** Proves the Rayleigh quotient as an upper bound. */
  private void tryVector(double[] candidate) {
    double quotient = Rayleigh.quotient(lower, sign, candidate).hi();
    if (quotient < hi || (best == null && quotient < Double.POSITIVE_INFINITY)) {
      best = candidate.clone();
    }
    hi = Math.min(hi, quotient);
  }

  /** Between what is proved and what has failed, geometrically in the distance from the top. */
  private double between(double step) {
    double far = hi - lo;
    double near = Math.max(hi - Math.min(failed, hi), step);
    return far > 4 * near ? hi - Math.sqrt(far) * Math.sqrt(near) : lo + 0.5 * (far - near);
  }
}
