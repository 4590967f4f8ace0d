package org.fullrank.rigor;

import org.jspecify.annotations.Nullable;

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
 * <p><b>Search.</b> Shifts come from a {@link Hint}, from inverse iteration with a factor that has
 * succeeded, and from bisection; none of them is trusted. Gershgorin and trace bounds are the
 * starting enclosure, so the result is always valid.
 *
 * <p><b>Reach.</b> A positive {@code lambda_min} is recognised above about {@code n u tr A}.
 * <b>Cost.</b> {@code n^3 / 3} operations per factorisation and {@code 8 n^2} bytes of scratch,
 * because the factor kept for inverse iteration and the one being tried exist together; one or two
 * factorisations per eigenvalue with a good hint, 12 to 30 were measured without.
 */
public final class ShiftedCholeskyBound implements EigenvalueBound {
  private final int threads;
  private final double relativeWidth;
  private final int maxFactorizations;

  private ShiftedCholeskyBound(int threads, double relativeWidth, int maxFactorizations) {
    this.threads = threads;
    this.relativeWidth = relativeWidth;
    this.maxFactorizations = maxFactorizations;
  }

  /** One thread, relative width {@code 1e-6}, at most 40 factorisations per eigenvalue. */
  public static ShiftedCholeskyBound withDefaults() {
    return new ShiftedCholeskyBound(1, 1e-6, 40);
  }

  /** With this number of threads; the result does not depend on it. */
  public ShiftedCholeskyBound withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new ShiftedCholeskyBound(count, relativeWidth, maxFactorizations);
  }

  /** With this relative width as the aim; the search stops as soon as it is reached. */
  public ShiftedCholeskyBound withRelativeWidth(double width) {
    if (!(width >= 0)) {
      throw new IllegalArgumentException("withRelativeWidth expects >= 0 but got " + width);
    }
    return new ShiftedCholeskyBound(threads, width, maxFactorizations);
  }

  /** With at most this number of factorisations per eigenvalue. */
  public ShiftedCholeskyBound withMaxFactorizations(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("withMaxFactorizations expects >= 0 but got " + count);
    }
    return new ShiftedCholeskyBound(threads, relativeWidth, count);
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
    return enclose(a, hint, 1);
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
    EigenvalueEnclosure mirrored = enclose(a, hint, -1);
    return new EigenvalueEnclosure(
        mirrored.interval().negate(), mirrored.status(), mirrored.factorizations());
  }

  /**
   * Tries to prove {@code lambda_min(A) >= s} with one factorisation.
   *
   * @return true if it is proved; false says nothing (also for a NaN)
   */
  public boolean certifyLambdaMinAtLeast(SymmetricMatrix a, double s) {
    return certify(a, s, 1);
  }

  /**
   * Tries to prove {@code lambda_max(A) <= s} with one factorisation.
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
    return factorShifted(a.scaledLower(), sign, shift, threads) != null;
  }

  private EigenvalueEnclosure enclose(SymmetricMatrix a, Hint hint, double sign) {
    FloatingPoint.requireIeee();
    ExtremeSearch search = new ExtremeSearch(a, sign, threads, relativeWidth, maxFactorizations);
    EnclosureStatus status = search.run(hint);
    Interval scaled = search.interval();
    // Widening is symmetric, so it commutes with the change of sign.
    return new EigenvalueEnclosure(a.widened(scaled), status, search.factorizations());
  }

  /**
   * The test itself, in scaled units.
   *
   * @return the factor of the shifted matrix if it proves {@code lambda_min(sign * A) >= s}, else
   *     null
   */
  static double @Nullable [][] factorShifted(double[][] lower, double sign, double s, int threads) {
    FloatingPoint.requireIeee();
    if (!(Math.abs(s) <= Double.MAX_VALUE)) {
      return null;
    }
    int n = lower.length;
    double[][] shifted = new double[n][];
    double trace = 0;
    double largest = 0;
    for (int i = 0; i < n; i++) {
      double up = Rounding.subtractUp(sign * lower[i][i], s);
      if (!(up > 0 && up <= Double.MAX_VALUE)) {
        return null;
      }
      trace = Rounding.addUp(trace, up);
      largest = Math.max(largest, up);
    }
    double c = roundingTerm(n, trace, largest);
    if (!(c <= Double.MAX_VALUE)) {
      return null;
    }
    for (int i = 0; i < n; i++) {
      double[] row = lower[i].clone();
      for (int j = 0; j < i; j++) {
        row[j] *= sign;
      }
      row[i] = Rounding.subtractDown(Rounding.subtractDown(sign * row[i], s), c);
      shifted[i] = row;
    }
    return Cholesky.factorInPlace(shifted, threads) < 0 ? shifted : null;
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
