package org.fullrank.rigor.rank;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * The work behind {@link RankCertificate}: keeps the best right inverse seen so far, in the units
 * of an {@link Equilibration}, with a proved bound of its residual.
 */
final class RightInverseCheck {
  /** Residuals below this do not show in a bound of relative width {@code 1e-8}. */
  private static final double GOOD = 1e-9;

  private final double[][] m;
  private final Equilibration eq;
  private final int threads;

  private double[][] p1;
  private double @Nullable [][] p2;

  /** {@code ||I - M' P'||_F} at most. */
  private double scaledEpsilon = Double.POSITIVE_INFINITY;

  /** {@code ||I - M P||_F} at most. */
  private double epsilon = Double.POSITIVE_INFINITY;

  private RightInverseCheck(double[][] m, Equilibration eq, int threads) {
    this.m = m;
    this.eq = eq;
    this.threads = threads;
    this.p1 = new double[m[0].length][m.length];
  }

  static RightInverseCheck of(double[][] m, int threads) {
    return new RightInverseCheck(m, Equilibration.of(m, true), threads);
  }

  /** Checks a right inverse of M as it is. */
  RightInverseCheck given(double[][] p) {
    double[][] scaled = eq.scaleInverse(p);
    if (isFinite(scaled)) {
      p1 = scaled;
      offer(scaled, null, ResidualBound.plain(eq.matrix(), scaled, eq.isExact(), threads));
      if (!isGood()) {
        offer(
            scaled,
            null,
            ResidualBound.compensated(eq.matrix(), scaled, null, eq.isExact(), threads));
      }
    }
    return this;
  }

  /** Improves the present right inverse; without success looks for another. */
  RightInverseCheck refine() {
    improve(p1);
    return proves() ? this : search();
  }

  /** Looks for a right inverse, with the columns as they are and then scaled. */
  RightInverseCheck search() {
    Equilibration plain = Equilibration.of(m, false);
    PivotedLq lq = PivotedLq.of(plain.matrix());
    if (lq.steps() == m.length) {
      proposed(unpermuted(lq));
    }
    if (!proves()) {
      lq = PivotedLq.of(eq.matrix());
      if (lq.steps() == m.length) {
        improve(unpermuted(lq));
      }
    }
    return this;
  }

  /** Improves a right inverse of {@code 2^r M}, columns unscaled; takes ownership. */
  RightInverseCheck proposed(double[][] p) {
    improve(inColumnUnits(p));
    return this;
  }

  /** Whether full row rank is proved. */
  boolean proves() {
    return epsilon < 1 || scaledEpsilon < 1;
  }

  RankCertificate certify() {
    int n = m.length;
    int w = m[0].length;
    double lo = 0;
    int exponent = ErrorTerms.exponentFor(largest());
    double[][] moderate = exponent == 0 ? m : ErrorTerms.scaledCopy(m, exponent);
    double hi = Double.POSITIVE_INFINITY;
    for (double[] row : moderate) {
      hi = Math.min(hi, Norms.euclidean(row).hi());
    }
    SigmaMin bounds = SigmaMin.of(eq, p1, p2, threads);
    if (bounds != null) {
      hi = Math.min(hi, bounds.upper(moderate));
      if (epsilon < 1) {
        lo = bounds.lower(epsilon);
      }
      if (scaledEpsilon < 1 && !(epsilon < 0.5)) {
        lo = Math.max(lo, SigmaMin.lowerOfScaledRows(eq, p1, p2, scaledEpsilon));
      }
    }
    if (exponent > 0) {
      // Entries of the scaled M may have lost eta each; singular values move by at most n w eta.
      hi = Rounding.addUp(hi, ErrorTerms.underflow((double) n * w));
    }
    return RankCertificate.of(
        n, w, Math.min(epsilon, scaledEpsilon), new Interval(lo, ErrorTerms.scaleUp(hi, exponent)));
  }

  private double largest() {
    double largest = 0;
    for (double[] row : m) {
      largest = Math.max(largest, ErrorTerms.largest(row, row.length));
    }
    return largest;
  }

  private boolean isGood() {
    return epsilon <= GOOD && scaledEpsilon <= GOOD;
  }

  private void improve(double[][] p) {
    if (isGood() || !isFinite(p)) {
      return;
    }
    double[][][] better = InverseRefinement.refine(eq.matrix(), p, threads);
    if (better != null && isFinite(better[0]) && isFinite(better[1])) {
      offer(
          better[0],
          better[1],
          ResidualBound.compensated(eq.matrix(), better[0], better[1], eq.isExact(), threads));
    }
  }

  /** Keeps the inverse if its residual is the smallest so far. */
  private void offer(double[][] high, double @Nullable [][] low, double[][] bound) {
    int n = bound.length;
    double newScaled = frobenius(bound);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        bound[i][j] = ErrorTerms.scaleUp(bound[i][j], eq.row(j) - eq.row(i));
      }
    }
    double newEpsilon = frobenius(bound);
    double old = epsilon < 1 ? epsilon : 1 + scaledEpsilon;
    double now = newEpsilon < 1 ? newEpsilon : 1 + newScaled;
    if (now < old) {
      p1 = high;
      p2 = low;
      epsilon = newEpsilon;
      scaledEpsilon = newScaled;
    }
  }

  private static double frobenius(double[][] bound) {
    return isFinite(bound) ? Norms.frobenius(bound).hi() : Double.POSITIVE_INFINITY;
  }

  private double[][] unpermuted(PivotedLq lq) {
    int n = m.length;
    int[] order = lq.rows(n);
    double[][] p = lq.rightInverse(n, threads);
    double[][] q = new double[p.length][n];
    for (int j = 0; j < p.length; j++) {
      for (int i = 0; i < n; i++) {
        q[j][order[i]] = p[j][i];
      }
    }
    return q;
  }

  private double[][] inColumnUnits(double[][] p) {
    for (int j = 0; j < p.length; j++) {
      for (int i = 0; i < p[j].length; i++) {
        p[j][i] = Math.scalb(p[j][i], -eq.column(j));
      }
    }
    return p;
  }

  private static boolean isFinite(double[][] rows) {
    for (double[] row : rows) {
      if (!(ErrorTerms.largest(row, row.length) <= Double.MAX_VALUE)) {
        return false;
      }
    }
    return true;
  }
}
