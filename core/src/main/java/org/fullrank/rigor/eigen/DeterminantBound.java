package org.fullrank.rigor.eigen;

import java.util.Arrays;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Bounds from trace and determinant of a definite matrix: {@code lambda_min >= det(A) ((n-1) / tr
 * A)^(n-1)}, by the inequality of the means for the other eigenvalues (Merikoski, Virtanen 1997),
 * and {@code lambda_max <= tr A - (n-1) lambda_min}. The other ends are the extreme diagonal
 * entries.
 *
 * <p>The determinant comes from one Cholesky factorisation of {@code B = A - c I} whose rounding
 * error E has norm at most c: {@code A >= B + c I >= B + E = L L^T}, hence {@code det A >= prod
 * l_ii^2}. Products are rounded down with the exponent kept apart, so nothing overflows. If neither
 * A nor {@code -A} is proved definite, Gershgorin's discs are what is left. A matrix with a graded
 * diagonal is also equilibrated by powers of two, {@code D A D}, and {@code lambda_min(A) >=
 * lambda_min(D A D) / max D_ii^2}; the better bound counts. Sharp only if all eigenvalues but the
 * smallest of A or of {@code D A D} are nearly equal. Cost: {@code n^3 / 3} operations, twice that
 * for a graded diagonal.
 */
public final class DeterminantBound implements EigenvalueBound {
  private final int threads;

  private DeterminantBound(int threads) {
    this.threads = threads;
  }

  /** One thread. */
  public static DeterminantBound withDefaults() {
    return new DeterminantBound(1);
  }

  /** With this number of threads; the result does not depend on it. */
  public DeterminantBound withThreads(int count) {
    Workers.requireThreads("withThreads", count);
    return new DeterminantBound(count);
  }

  @Override
  public String name() {
    return "trace and determinant of a certified Cholesky factor";
  }

  @Override
  public Interval lambdaMin(SymmetricMatrix a) {
    return a.widened(scaledLambdaMin(a.scaledLower(), 1));
  }

  @Override
  public Interval lambdaMax(SymmetricMatrix a) {
    return a.widened(scaledLambdaMin(a.scaledLower(), -1).negate());
  }

  /** The smallest eigenvalue of {@code sign * A}. */
  private Interval scaledLambdaMin(double[][] lower, double sign) {
    Interval discs = GershgorinBound.scaledLambdaMin(lower, sign);
    Interval smallest = definite(lower, sign);
    if (smallest != null) {
      return smallest.intersect(discs);
    }
    Interval mirrored = definite(lower, -sign);
    if (mirrored == null) {
      return discs;
    }
    // -sign * A is positive definite; its largest eigenvalue is tr - sum of the others.
    int n = lower.length;
    double others = Rounding.multiplyDown(n - 1, mirrored.lo());
    double largest = Rounding.subtractUp(traceUp(lower, -sign), others);
    return new Interval(Math.max(-largest, discs.lo()), discs.hi());
  }

  /** The smallest eigenvalue of {@code sign * A}, or null unless that is proved definite. */
  private @Nullable Interval definite(double[][] lower, double sign) {
    int n = lower.length;
    double[] diagonal = ShiftedCholeskyBound.diagonal(lower, sign);
    double[][] work = ShiftedCholeskyBound.newTriangle(n);
    double lo = Double.NEGATIVE_INFINITY;
    if (completes(ShiftTerms.of(diagonal), lower, sign, work)) {
      lo = lowerBound(ShiftedCholeskyBound.diagonal(work, 1), traceUp(lower, sign));
    }
    DiagonalScaling scaling = DiagonalScaling.of(diagonal);
    if (scaling != null
        && completes(ShiftTerms.equilibrated(diagonal, scaling), lower, sign, work)) {
      // The diagonal of D A D is exact.
      double[] scaled = scaling.shiftedDown(diagonal, 0, 0);
      double trace = Arrays.stream(scaled).reduce(0, Rounding::addUp);
      double ofScaled = lowerBound(ShiftedCholeskyBound.diagonal(work, 1), trace);
      lo = Math.max(lo, scaling.backDown(ofScaled));
    }
    return lo >= 0 ? new Interval(lo, Arrays.stream(diagonal).min().orElse(lo)) : null;
  }

  private boolean completes(ShiftTerms terms, double[][] lower, double sign, double[][] work) {
    return ShiftedCholeskyBound.proves(terms, lower, sign, 0, work, threads, Reporting.NONE);
  }

  /** {@code prod pivots_i^2 ((n-1) / trace)^(n-1)} rounded down; n = 1 gives the square. */
  static double lowerBound(double[] pivots, double trace) {
    int n = pivots.length;
    double ratio = n == 1 ? 1 : Rounding.divideDown(n - 1, trace);
    double mantissa = 1;
    int exponent = 0;
    for (int i = 0; i < n; i++) {
      double[] factors = {pivots[i], pivots[i], i == 0 ? 1 : ratio};
      for (double factor : factors) {
        mantissa = Rounding.multiplyDown(mantissa, factor);
        if (!(mantissa > 0)) {
          return 0;
        }
        int e = Math.getExponent(mantissa);
        mantissa = Math.scalb(mantissa, -e);
        exponent += e;
      }
    }
    return ErrorTerms.scaleDown(mantissa, exponent);
  }

  /** Trace of {@code sign * A} rounded up. */
  static double traceUp(double[][] lower, double sign) {
    double trace = 0;
    for (int i = 0; i < lower.length; i++) {
      trace = Rounding.addUp(trace, sign * lower[i][i]);
    }
    return trace;
  }
}
