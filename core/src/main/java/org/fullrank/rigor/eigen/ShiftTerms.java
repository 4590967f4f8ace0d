package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * What the test {@code lambda_min(A) >= s} of {@link ShiftedCholeskyBound} needs of the diagonal of
 * {@code A}: its rounding term, the diagonal to be factored and what is proved then, for the matrix
 * as it is or equilibrated. The same in memory and on disk.
 */
@Internal
public final class ShiftTerms {
  private final double[] diagonal;
  private final double trace;
  private final @Nullable DiagonalScaling scaling;

  private ShiftTerms(double[] diagonal, @Nullable DiagonalScaling scaling) {
    this.diagonal = diagonal;
    this.scaling = scaling;
    double sum = 0;
    for (double entry : diagonal) {
      sum += entry;
    }
    trace = sum;
  }

  /** {@code A - s I} itself is factored. */
  public static ShiftTerms of(double[] diagonal) {
    return new ShiftTerms(diagonal, null);
  }

  /** {@code D (A - s I) D} is factored, for the scaling of this diagonal. */
  public static ShiftTerms equilibrated(double[] diagonal, DiagonalScaling scaling) {
    return new ShiftTerms(diagonal, scaling);
  }

  /** D, or null for the matrix as it is. */
  public @Nullable DiagonalScaling scaling() {
    return scaling;
  }

  /** {@code c} at this shift; infinite if the shifted diagonal is not positive and finite. */
  double roundingTerm(double s) {
    if (scaling != null) {
      return scaling.roundingTerm(diagonal, s);
    }
    double sum = 0;
    double largest = 0;
    for (double entry : diagonal) {
      double up = Rounding.subtractUp(entry, s);
      if (!(up > 0 && up <= Double.MAX_VALUE)) {
        return Double.POSITIVE_INFINITY;
      }
      sum = Rounding.addUp(sum, up);
      largest = Math.max(largest, up);
    }
    return ShiftedCholeskyBound.roundingTerm(diagonal.length, sum, largest);
  }

  /**
   * The diagonal to be factored, rounded down.
   *
   * @return null if the test does not apply at this shift, a NaN included
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public double @Nullable [] shiftedDiagonal(double s) {
    FloatingPoint.requireIeee();
    if (!(Math.abs(s) <= Double.MAX_VALUE)) {
      return null;
    }
    double c = roundingTerm(s);
    if (!(c <= Double.MAX_VALUE)) {
      return null;
    }
    if (scaling != null) {
      return scaling.shiftedDown(diagonal, s, c);
    }
    double[] shifted = new double[diagonal.length];
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] = ShiftedCholeskyBound.shiftedDown(diagonal[i], s, c);
    }
    return shifted;
  }

  /**
   * A lower bound of {@code lambda_min(A)} above a shift at which the factorisation has completed.
   *
   * <p>With {@code t >= tr(A - s I)} and {@code c >= phi t + underflow}, {@code phi = gamma_(n+1) /
   * (1 - gamma_(n+1))}, the factored matrix B has {@code tr B <= t - n c}, so that {@code
   * lambda_min(A) - s > c - ||E|| >= phi n c}: a positive number, which decides the sign for {@code
   * s = 0}. For an equilibrated matrix it is {@code phi n c 2^(-2 max e_i)}.
   */
  public double proved(double s) {
    int n = diagonal.length;
    double beyond =
        Rounding.multiplyDown(Rounding.multiplyDown((n + 1) * ErrorTerms.U, n), roundingTerm(s));
    return Math.max(s, Rounding.addDown(s, scaling == null ? beyond : scaling.backDown(beyond)));
  }

  /** About what separates a shift that can be proved from the eigenvalue; no part of a proof. */
  public double reach(double s) {
    if (scaling != null) {
      return scaling.reach(diagonal, s);
    }
    int n = diagonal.length;
    double shiftedTrace = Math.max(trace - n * s, 0);
    return (n + 1) * ErrorTerms.U * shiftedTrace + 0x1p-52 * Math.abs(s);
  }
}
