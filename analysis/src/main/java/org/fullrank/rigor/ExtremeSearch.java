package org.fullrank.rigor;

import org.jspecify.annotations.Nullable;

/**
 * The search for an enclosure of the smallest eigenvalue of {@code sign * A}, in scaled units and
 * without the radius. Only two steps are part of a proof: {@link #attempt} raises the lower end,
 * {@link #tryVector} reduces the upper end. Everything else chooses what to try next.
 */
final class ExtremeSearch {
  private static final int INVERSE_STEPS = 12;

  private final double[][] lower;
  private final double sign;
  private final int exponent;
  private final int threads;
  private final double relativeWidth;
  private final int budget;
  private final double trace;

  private double lo;
  private double hi;

  /** Smallest shift at which the test has failed. */
  private double failed = Double.POSITIVE_INFINITY;

  private int used;
  private boolean certified;
  private double @Nullable [][] factor;
  private double[] vector;

  ExtremeSearch(SymmetricMatrix a, double sign, int threads, double relativeWidth, int budget) {
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
    double sum = 0;
    for (int i = 0; i < lower.length; i++) {
      sum += sign * lower[i][i];
    }
    trace = sum;
    vector = startVector(lower.length);
  }

  Interval interval() {
    return new Interval(lo, hi);
  }

  int factorizations() {
    return used;
  }

  EnclosureStatus run(Hint hint) {
    for (double[] candidate : hint.vectors()) {
      tryVector(candidate);
    }
    for (double value : hint.values()) {
      double estimate = sign * Math.scalb(value, -exponent);
      double c = reach(estimate);
      for (double factorOfC = 2; factorOfC < 1e5 && !done(); factorOfC *= 32) {
        if (attempt(estimate - factorOfC * c)) {
          break;
        }
      }
    }
    if (!done() && factor == null && lo < 0 && hi > 0) {
      attempt(0);
    }
    if (!done() && factor == null && used < budget) {
      // Far enough below a proved bound to succeed: no progress, but a factor to iterate with.
      double below = lo - 4 * reach(lo);
      used++;
      factor = ShiftedCholeskyBound.factorShifted(lower, sign, below, threads);
    }
    while (!done() && used < budget) {
      if (factor != null) {
        inverseIteration(factor);
        tryVector(vector);
      }
      if (done()) {
        break;
      }
      double c = reach(hi);
      if (!attempt(hi - 2 * c) && !attempt(hi - 16 * c)) {
        double middle = between(lo, Math.min(failed, hi));
        if (!(middle > lo && middle < Math.min(failed, hi))) {
          break;
        }
        attempt(middle);
      }
    }
    // The sign is worth one more factorisation even where the width is at its limit.
    if (lo < 0 && hi > 0) {
      attempt(0);
    }
    return status();
  }

  private EnclosureStatus status() {
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
    return narrow() || hi - lo <= 4 * reach(hi);
  }

  private boolean narrow() {
    return new Interval(lo, hi).relativeWidth() <= relativeWidth;
  }

  /** The rounding term at shift s: what separates a provable shift from the eigenvalue. */
  private double reach(double s) {
    int n = lower.length;
    double shiftedTrace = Math.max(trace - n * s, 0);
    return (n + 1) * ErrorTerms.U * shiftedTrace + 0x1p-52 * Math.abs(s);
  }

  /** Proves {@code s} as a lower bound if it can. */
  private boolean attempt(double s) {
    if (!(s > lo && s < hi && s < failed) || used >= budget) {
      return false;
    }
    used++;
    double[][] l = ShiftedCholeskyBound.factorShifted(lower, sign, s, threads);
    if (l == null) {
      failed = s;
      return false;
    }
    lo = s;
    factor = l;
    certified = true;
    return true;
  }

  /** Proves the Rayleigh quotient as an upper bound. */
  private void tryVector(double[] candidate) {
    hi = Math.min(hi, Rayleigh.quotient(lower, sign, candidate).hi());
  }

  /** Arithmetic middle, or a geometric one for positive numbers of different size. */
  private static double between(double a, double b) {
    return a > 0 && b > 4 * a ? Math.sqrt(a) * Math.sqrt(b) : a + 0.5 * (b - a);
  }

  /** Improves {@link #vector} by solves with {@code L L^T}, the shifted matrix. */
  private void inverseIteration(double[][] l) {
    int n = l.length;
    double growth = 0;
    for (int step = 0; step < INVERSE_STEPS; step++) {
      double[] x = vector.clone();
      for (int i = 0; i < n; i++) {
        x[i] = (x[i] - plainDot(l[i], x, i)) / l[i][i];
      }
      for (int i = n - 1; i >= 0; i--) {
        double[] row = l[i];
        double value = x[i] / row[i];
        x[i] = value;
        for (int k = 0; k < i; k++) {
          x[k] = Math.fma(-value, row[k], x[k]);
        }
      }
      double newGrowth = ErrorTerms.largest(x, n);
      double[] normalized = Rayleigh.normalized(x, n);
      if (normalized == null) {
        return;
      }
      double before = ErrorTerms.largest(vector, n);
      vector = normalized;
      double ratio = newGrowth / before;
      if (Math.abs(ratio - growth) <= 1e-8 * ratio) {
        return;
      }
      growth = ratio;
    }
  }

  private static double plainDot(double[] x, double[] y, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= length; k += 4) {
      s0 = Math.fma(x[k], y[k], s0);
      s1 = Math.fma(x[k + 1], y[k + 1], s1);
      s2 = Math.fma(x[k + 2], y[k + 2], s2);
      s3 = Math.fma(x[k + 3], y[k + 3], s3);
    }
    for (; k < length; k++) {
      s0 = Math.fma(x[k], y[k], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** A fixed vector without symmetry: fractional parts of multiples of the golden ratio. */
  private static double[] startVector(int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      double t = (i + 1) * 0.6180339887498949;
      x[i] = 0.25 + (t - Math.floor(t)) * ((i & 1) == 0 ? 1 : -1);
    }
    return x;
  }
}
