package org.fullrank.rigor.eigen;

import java.util.Objects;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Two-sided enclosures of extreme eigenvalues by shifted Cholesky factorisations.
 *
 * <p><b>Lower end.</b> If the floating-point Cholesky factorisation of {@code A - s I - c I}
 * completes, then {@code lambda_min(A) >= s}. With {@code R} the computed factor of the matrix
 * {@code B} that was factored, {@code R^T R = B + E} and {@code ||E|| <= gamma_(n+1) / (1 -
 * gamma_(n+1)) tr B} plus underflow (Rump, Verification of positive definiteness, 2006, Corollary
 * 2.4), so {@code c} is that bound, with the trace of {@code A - s I}, which is larger than that of
 * {@code B}. The diagonal of {@code B} is rounded down. The largest eigenvalue is the same question
 * for {@code -A}.
 *
 * <p><b>Upper end.</b> The smallest diagonal entry and Rayleigh quotients of untrusted vectors.
 *
 * <p><b>Graded matrices.</b> Where all that leaves the sign open, or an enclosure that is much
 * wider than it need be, and the diagonal is positive and graded ({@code tr A >= 8 n min A_ii}),
 * the search goes on with factorisations of {@code D (A - s I) D}, {@code D} a diagonal of powers
 * of two that brings the diagonal of {@code D A D} into {@code [1, 4)}. It is positive semidefinite
 * exactly if {@code A - s I} is, and the rounding term is one of {@code D A D}. What was found
 * before is kept where it is better.
 *
 * <p><b>Search.</b> Shifts come from a {@link Hint}, from Lanczos iteration with the matrix or with
 * a factor that has succeeded, and from bisection; none of them is trusted. Gershgorin and trace
 * bounds are the starting enclosure, so the result is always valid.
 *
 * <p><b>Reach.</b> {@code lambda_min > 4 n u tr A} with {@code u = 2^-53} is recognised as
 * positive, always (radius 0, {@code n < 10^6}). The test is made at shift 0, and the factorisation
 * of {@code B = A - c I}, diagonal rounded, completes if {@code mu = lambda_min(B) > (2n - 1) u tr
 * B} to first order. For suppose that pivot {@code k} is the first to be not positive, let R be the
 * factor so far, {@code R^T R = B' + E}, and r the computed column, {@code R^T r = b + e}. With
 * {@code R y = r}: {@code |r|^2 = 2 y'(b + e) - y'(B' + E) y} and {@code mu (1 + |y|^2) <= y' B' y
 * - 2 y' b + b_kk}, so {@code |r|^2 <= b_kk - mu (1 + |y|^2) + 2 |y' e| + |y' E y|}. Here {@code
 * |y' E y| <= gamma_n |y|^2 T} and {@code 2 |y' e| <= gamma_(n-1) (|r|^2 + T |y|^2)} with {@code T
 * = tr B'}; the terms in {@code |y|^2} are not positive since {@code mu > (2n - 1) u T}, so {@code
 * |r|^2 (1 - gamma_(n-1)) <= b_kk - mu}, and the pivot, computed with an error of at most {@code
 * gamma_(n-1) b_kk}, is positive since {@code mu > (2n - 2) u b_kk}. Finally {@code c <= (n + 1) u
 * tr A}, and rounding the diagonal down costs {@code 2 u max A_ii} at most: {@code 3n + 2 <= 4n}
 * for {@code n >= 2}, and {@code n = 1} is immediate. The same holds for {@code D A D} in place of
 * A where the diagonal is graded, as far as the number of factorisations permits.
 *
 * <p><b>Cost.</b> {@code n^3 / 3} operations per factorisation; usually two factorisations for the
 * smallest eigenvalue of a positive definite matrix, three or four near its limit of precision, one
 * for the largest, and up to 60 (120) products with a vector at {@code 2 n^2} operations. Scratch:
 * {@code 4 n^2} bytes for a triangle next to that of the matrix.
 */
public final class ShiftedCholeskyBound implements EigenvalueBound {
  static final String SMALLEST = "smallest eigenvalue";
  static final String LARGEST = "largest eigenvalue";

  private final int threads;
  private final double relativeWidth;
  private final int maxFactorizations;
  private final ProgressListener progress;

  private ShiftedCholeskyBound(
      int threads, double relativeWidth, int maxFactorizations, ProgressListener progress) {
    this.threads = threads;
    this.relativeWidth = relativeWidth;
    this.maxFactorizations = maxFactorizations;
    this.progress = progress;
  }

  /** One thread, relative width {@code 1e-6}, at most 40 factorisations per eigenvalue. */
  public static ShiftedCholeskyBound withDefaults() {
    return new ShiftedCholeskyBound(1, 1e-6, 40, ProgressListener.none());
  }

  /** With this number of threads; the result does not depend on it. */
  public ShiftedCholeskyBound withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new ShiftedCholeskyBound(count, relativeWidth, maxFactorizations, progress);
  }

  /** With this relative width as the aim; the search stops as soon as it is reached. */
  public ShiftedCholeskyBound withRelativeWidth(double width) {
    if (!(width >= 0)) {
      throw new IllegalArgumentException("withRelativeWidth expects >= 0 but got " + width);
    }
    return new ShiftedCholeskyBound(threads, width, maxFactorizations, progress);
  }

  /** With at most this number of factorisations per eigenvalue. */
  public ShiftedCholeskyBound withMaxFactorizations(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("withMaxFactorizations expects >= 0 but got " + count);
    }
    return new ShiftedCholeskyBound(threads, relativeWidth, count, progress);
  }

  /**
   * With a listener, which is told of each factorisation how many columns are done; one that meets
   * a bad pivot ends before its last column.
   */
  public ShiftedCholeskyBound withProgress(ProgressListener listener) {
    return new ShiftedCholeskyBound(
        threads, relativeWidth, maxFactorizations, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "shifted Cholesky with a priori rounding bound (Rump 2006) and Rayleigh quotients";
  }

  @Override
  public Interval lambdaMin(SymmetricMatrix a) {
    return encloseLambdaMin(a, Hint.none()).interval();
  }

  @Override
  public Interval lambdaMax(SymmetricMatrix a) {
    return encloseLambdaMax(a, Hint.none()).interval();
  }

  /**
   * Encloses the smallest eigenvalue of every matrix that {@code a} stands for, rounding errors
   * included.
   *
   * @param a a stored symmetric matrix, possibly with a radius
   * @param hint suggestions that are tried, never believed; bad ones cost factorisations and width
   *     only
   * @return the enclosure, valid whatever its status
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public EigenvalueEnclosure encloseLambdaMin(SymmetricMatrix a, Hint hint) {
    return enclose(a, hint, 1, SMALLEST);
  }

  /**
   * Encloses the largest eigenvalue of every matrix that {@code a} stands for, rounding errors
   * included.
   *
   * @param a a stored symmetric matrix, possibly with a radius
   * @param hint suggestions that are tried, never believed; bad ones cost factorisations and width
   *     only
   * @return the enclosure, valid whatever its status
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public EigenvalueEnclosure encloseLambdaMax(SymmetricMatrix a, Hint hint) {
    return EigenvalueEnclosure.mirrored(enclose(a, hint, -1, LARGEST));
  }

  /**
   * Tries to prove {@code lambda_min(A) >= s} with one factorisation, and one more for a graded
   * diagonal.
   *
   * @return true if it is proved; false says nothing (also for a NaN)
   */
  public boolean certifyLambdaMinAtLeast(SymmetricMatrix a, double s) {
    return certify(a, s, 1);
  }

  /**
   * Tries to prove {@code lambda_max(A) <= s} with one factorisation, and one more for a graded
   * diagonal.
   *
   * @return true if it is proved; false says nothing (also for a NaN)
   */
  public boolean certifyLambdaMaxAtMost(SymmetricMatrix a, double s) {
    return certify(a, -s, -1);
  }

  /** {@code lambda_min(sign * A) >= s}. */
  private boolean certify(SymmetricMatrix a, double s, double sign) {
    if (Double.isNaN(s)) {
      return false;
    }
    double shift = Rounding.addUp(ErrorTerms.scaleUp(s, -a.exponent()), a.scaledRadius());
    double[][] lower = a.scaledLower();
    double[][] work = newTriangle(lower.length);
    double[] diagonal = diagonal(lower, sign);
    Reporting plain = new Reporting(progress, "test of a bound");
    if (proves(ShiftTerms.of(diagonal), lower, sign, shift, work, threads, plain)) {
      return true;
    }
    DiagonalScaling scaling = DiagonalScaling.of(diagonal);
    if (scaling == null) {
      return false;
    }
    ShiftTerms graded = ShiftTerms.equilibrated(diagonal, scaling);
    Reporting again = new Reporting(progress, "equilibrated test of a bound");
    return proves(graded, lower, sign, shift, work, threads, again);
  }

  /** A search with these settings, not yet run; progress is about {@code what}. */
  ExtremeSearch search(SymmetricMatrix a, double sign, String what) {
    return new ExtremeSearch(
        a, sign, threads, relativeWidth, maxFactorizations, new Reporting(progress, what));
  }

  double relativeWidth() {
    return relativeWidth;
  }

  /** Encloses the smallest eigenvalue of {@code sign * A}; progress is about {@code what}. */
  EigenvalueEnclosure enclose(SymmetricMatrix a, Hint hint, double sign, String what) {
    FloatingPoint.requireIeee();
    ExtremeSearch search = search(a, sign, what);
    search.run(hint);
    search.equilibrate();
    Interval scaled = search.interval();
    // Widening is symmetric, so it commutes with the change of sign.
    Interval widened = a.widened(scaled);
    EnclosureStatus status =
        search.status().withRadius(ErrorTerms.scale(scaled, a.exponent()), widened, relativeWidth);
    return new EigenvalueEnclosure(
        Quantity.verified("lambda_min", widened, a.subject(), a.method(name())),
        status,
        search.factorizations());
  }

  /** Uninitialised rows of a lower triangle. */
  static double[][] newTriangle(int n) {
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = new double[i + 1];
    }
    return rows;
  }

  /**
   * The test itself, in scaled units, in memory of the caller.
   *
   * @param terms those of the diagonal of {@code sign * A}
   * @param work triangle that receives the factor of the shifted matrix, or something unspecified
   *     on failure
   * @return whether {@code lambda_min(sign * A) >= s} is proved, and so is {@link
   *     ShiftTerms#proved}
   */
  static boolean proves(
      ShiftTerms terms,
      double[][] lower,
      double sign,
      double s,
      double[][] work,
      int threads,
      Reporting progress) {
    double[] shifted = terms.shiftedDiagonal(s);
    if (shifted == null) {
      return false;
    }
    DiagonalScaling scaling = terms.scaling();
    for (int i = 0; i < lower.length; i++) {
      double[] row = work[i];
      for (int j = 0; j < i; j++) {
        row[j] = sign * lower[i][j];
      }
      if (scaling != null) {
        scaling.scaleRow(i, 0, i, row);
      }
      row[i] = shifted[i];
    }
    return Cholesky.factorInPlace(work, threads, progress) < 0;
  }

  /** The diagonal of {@code sign * A}. */
  static double[] diagonal(double[][] lower, double sign) {
    double[] diagonal = new double[lower.length];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = sign * lower[i][i];
    }
    return diagonal;
  }

  /** {@code entry - s - c} rounded down. */
  static double shiftedDown(double entry, double s, double c) {
    return Rounding.subtractDown(Rounding.subtractDown(entry, s), c);
  }

  /**
   * {@code c} of the class comment for a matrix with this trace and largest diagonal entry: {@code
   * gamma_(n+1) / (1 - gamma_(n+1)) tr + 4 eta n (2 (n + 1) + max)}.
   */
  static double roundingTerm(int n, double trace, double largest) {
    double rounding = Rounding.multiplyUp(ErrorTerms.gammaOverOneMinusGamma(n + 1L), trace);
    double underflow =
        Rounding.multiplyUp(ErrorTerms.underflow(4.0 * n), Rounding.addUp(2.0 * (n + 1), largest));
    return Rounding.addUp(rounding, underflow);
  }
}
