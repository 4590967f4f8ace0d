package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * The symmetric equilibration of a matrix with a positive diagonal: {@code D = diag(2^e_i)} for
 * which {@code D A D} has its diagonal in {@code [1, 4)}.
 *
 * <p><b>What it is for.</b> {@code lambda_min(A) >= s} holds exactly if {@code D (A - s I) D = D A
 * D - s D^2} is positive semidefinite. A floating-point factorisation proves that up to a term
 * {@code c} relative to the trace of the matrix factored (see {@link ShiftedCholeskyBound}), which
 * is less than {@code 4 n} for {@code D A D}, but dominated by the large entries for a graded
 * {@code A}: there a smallest eigenvalue far below {@code u tr A} is decided. By van der Sluis
 * (1969) no other diagonal scaling has a condition number that is smaller by more than a factor of
 * about {@code 4 n}.
 *
 * <p><b>Rounding.</b> The diagonal of {@code D A D} is exact, because it is normal. An entry beside
 * it may get subnormal and lose less than {@code eta}, in norm {@code n eta} together, which is
 * part of {@code c}. An entry that overflows is infinite, and the factorisation does not complete.
 * {@code s 2^(2 e_i)} is rounded to the safe side.
 */
@Internal
public final class DiagonalScaling {
  /** Least {@code tr A / (n min A_ii)}: below it there is next to nothing to gain. */
  static final double LEAST_GAIN = 8;

  private final int[] exponents;
  private final int largest;

  private DiagonalScaling(int[] exponents, int largest) {
    this.exponents = exponents;
    this.largest = largest;
  }

  /**
   * The scaling for this diagonal, or null unless it is positive and graded.
   *
   * @param diagonal finite, n at least 1
   */
  public static @Nullable DiagonalScaling of(double[] diagonal) {
    int n = diagonal.length;
    double mean = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (double x : diagonal) {
      mean += x / n;
      smallest = Math.min(smallest, x);
    }
    if (!(smallest > 0 && mean >= LEAST_GAIN * smallest)) {
      return null;
    }
    int[] exponents = new int[n];
    int largest = Integer.MIN_VALUE;
    for (int i = 0; i < n; i++) {
      exponents[i] = -Math.floorDiv(exponent(diagonal[i]), 2);
      largest = Math.max(largest, exponents[i]);
    }
    return new DiagonalScaling(exponents, largest);
  }

  /** Of a positive number, also of a subnormal one. */
  private static int exponent(double x) {
    return x >= Double.MIN_NORMAL ? Math.getExponent(x) : Math.getExponent(x * 0x1p54) - 54;
  }

  /** Row {@code i} of {@code D A D} from that of A: its entries from {@code first} on, in place. */
  public void scaleRow(int i, int first, int count, double[] row) {
    for (int j = 0; j < count; j++) {
      row[j] = Math.scalb(row[j], exponents[i] + exponents[first + j]);
    }
  }

  /**
   * {@code c} for {@code D A D - s D^2}; infinite if its diagonal is not positive and finite.
   *
   * @param diagonal that of A
   */
  double roundingTerm(double[] diagonal, double s) {
    int n = diagonal.length;
    double trace = 0;
    double most = 0;
    for (int i = 0; i < n; i++) {
      double up =
          Rounding.subtractUp(scaled(diagonal[i], i), ErrorTerms.scaleDown(s, 2 * exponents[i]));
      if (!(up > 0 && up <= Double.MAX_VALUE)) {
        return Double.POSITIVE_INFINITY;
      }
      trace = Rounding.addUp(trace, up);
      most = Math.max(most, up);
    }
    return Rounding.addUp(
        ShiftedCholeskyBound.roundingTerm(n, trace, most), ErrorTerms.underflow(n));
  }

  /** The diagonal of {@code D A D - s D^2 - c I}, rounded down. */
  double[] shiftedDown(double[] diagonal, double s, double c) {
    double[] shifted = new double[diagonal.length];
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] =
          ShiftedCholeskyBound.shiftedDown(
              scaled(diagonal[i], i), ErrorTerms.scaleUp(s, 2 * exponents[i]), c);
    }
    return shifted;
  }

  private double scaled(double entry, int i) {
    return Math.scalb(entry, 2 * exponents[i]);
  }

  /**
   * What {@code lambda_min(D B D) >= x} says about {@code B}, for {@code x >= 0}: {@code
   * lambda_min(B) >= 2^(-2 max e_i) x}, rounded down.
   */
  double backDown(double x) {
    return ErrorTerms.scaleDown(x, -2 * largest);
  }

  /**
   * About what separates a provable shift from the eigenvalue, for an eigenvector that lies where
   * the diagonal is small.
   */
  double reach(double[] diagonal, double s) {
    int n = diagonal.length;
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += scaled(diagonal[i], i) - Math.scalb(s, 2 * exponents[i]);
    }
    double c = (n + 1) * ErrorTerms.U * Math.min(4.0 * n, Math.max(trace, 1));
    return Math.scalb(c, -2 * largest) + 0x1p-52 * Math.abs(s);
  }

  /** {@code D x}, in place. */
  void multiply(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.scalb(x[i], exponents[i]);
    }
  }

  /** {@code D x} divided by the largest entry of D, in place and to nearest. */
  public void shrink(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.scalb(x[i], exponents[i] - largest);
    }
  }

  /**
   * The square of the largest entry of D, times x, in place: after two calls of {@link #shrink}.
   */
  public void grow(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.scalb(x[i], 2 * largest);
    }
  }
}
