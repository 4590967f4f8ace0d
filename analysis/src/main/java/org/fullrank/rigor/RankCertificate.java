package org.fullrank.rigor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * A proof that the rows of {@code M} are linearly independent, and bounds of its smallest singular
 * value, from an untrusted right inverse {@code P}.
 *
 * <p>If {@code epsilon >= ||I - M P||} is below 1 then {@code M P} is nonsingular, hence {@code
 * rank M = n} and {@code sigma_min(M) >= (1 - epsilon) / ||P||}. Nothing is squared, so the
 * certificate reaches condition numbers near {@code 1e14}, where a Gram matrix stops near {@code
 * 1e7}. A wrong {@code P} makes epsilon large. Failing proves nothing about the rank, except that
 * more rows than columns are always dependent.
 *
 * <p><b>Error terms.</b> {@code epsilon} is the Frobenius norm of {@code I - C}, {@code C = fl(M
 * P)}, plus {@code gamma_w ||M||_F ||P||_F} or, if that is not small, the norm of {@code gamma_w
 * |M| |P|}; plus underflow. All roundings upward. Cost: one or two products of {@code n^2 w}.
 */
public final class RankCertificate {
  private final int rows;
  private final int columns;
  private final double epsilon;
  private final Interval sigmaMin;

  private RankCertificate(int rows, int columns, double epsilon, Interval sigmaMin) {
    this.rows = rows;
    this.columns = columns;
    this.epsilon = epsilon;
    this.sigmaMin = sigmaMin;
  }

  /**
   * Checks a right inverse.
   *
   * @param m {@code [n][w]}, finite, any scale
   * @param p {@code [w][n]}, an approximation of a right inverse of {@code m}; its numbers are not
   *     trusted and may be anything, NaN included
   * @param threads at least 1
   */
  public static RankCertificate of(double[][] m, double[][] p, int threads) {
    Workers.requireThreads("RankCertificate", threads);
    double largest = ErrorTerms.requireFiniteMatrix(m, "RankCertificate");
    int n = m.length;
    int w = m[0].length;
    boolean shaped = p.length == w;
    for (double[] row : p) {
      shaped = shaped && row.length == n;
    }
    if (!shaped) {
      throw new IllegalArgumentException(
          "RankCertificate expects a right inverse of shape ["
              + w
              + ", "
              + n
              + "] for a matrix ["
              + n
              + ", "
              + w
              + "] but got "
              + p.length
              + " rows"
              + (p.length == 0 ? "" : ", the first of length " + p[0].length));
    }
    if (n > w) {
      return new RankCertificate(n, w, Double.POSITIVE_INFINITY, Interval.ZERO);
    }
    // Scaling M down and P up; rounding the entries of P is harmless, it is arbitrary anyway.
    int exponent = ErrorTerms.exponentFor(largest);
    double[][] scaled = exponent == 0 ? m : ErrorTerms.scaledCopy(m, exponent);
    double[][] inverse = exponent == 0 ? p : ErrorTerms.scaledCopy(p, -exponent);
    double epsilon = Double.POSITIVE_INFINITY;
    double lo = 0;
    if (isFinite(inverse)) {
      epsilon = residual(scaled, inverse, threads);
      if (epsilon < 1) {
        lo = Rounding.divideDown(Rounding.subtractDown(1, epsilon), Norms.spectral(inverse).hi());
      }
    }
    double hi = Double.POSITIVE_INFINITY;
    for (double[] row : scaled) {
      hi = Math.min(hi, Norms.euclidean(row).hi());
    }
    if (exponent > 0) {
      // Entries of the scaled M may have lost eta each; singular values move by at most n w eta.
      double lossy = ErrorTerms.underflow((double) n * w);
      lo = Math.max(0, Rounding.subtractDown(lo, lossy));
      hi = Rounding.addUp(hi, lossy);
      if (lo == 0) {
        epsilon = Math.max(epsilon, 1);
      }
    }
    return new RankCertificate(n, w, epsilon, ErrorTerms.scale(new Interval(lo, hi), exponent));
  }

  /** Upper bound of {@code ||I - M P||_F}; infinite if nothing could be bounded. */
  public double epsilon() {
    return epsilon;
  }

  /**
   * Encloses the smallest singular value, {@code sqrt(lambda_min(M M^T))}: 0 if there are more rows
   * than columns. The upper end is the norm of the shortest row.
   */
  public Interval sigmaMin() {
    return sigmaMin;
  }

  /** Whether full row rank is proved. */
  public boolean certified() {
    return epsilon < 1;
  }

  /**
   * {@code HOLDS} if the rows are proved independent, {@code FAILS} if there are more rows than
   * columns, otherwise {@code UNDECIDED}.
   */
  public Verdict verdict() {
    if (certified()) {
      return Verdict.HOLDS;
    }
    return rows > columns ? Verdict.FAILS : Verdict.UNDECIDED;
  }

  /** {@link #sigmaMin} as a verified quantity about the stored matrix. */
  public Quantity sigmaMin(String symbol) {
    return Quantity.verified(
        symbol, sigmaMin, Subject.STORED_MATRIX, "residual of an approximate right inverse");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "row rank %d of [%d, %d]: %s, ||I - M P|| <= %s, sigma_min in %s",
        rows,
        rows,
        columns,
        verdict(),
        roundedUp(epsilon),
        sigmaMin);
  }

  /** Three digits of a bound that stay a bound. */
  private static String roundedUp(double bound) {
    return Double.isInfinite(bound)
        ? "Infinity"
        : new BigDecimal(bound).round(new MathContext(3, RoundingMode.CEILING)).toString();
  }

  /** Upper bound of {@code ||I - M P||_F}, or infinity. */
  private static double residual(double[][] m, double[][] p, int threads) {
    int n = m.length;
    int w = p.length;
    double[][] c = Product.multiply(m, p, threads);
    for (int i = 0; i < n; i++) {
      // |1 - c| is at most the larger neighbour of its rounded value; the rest is exact.
      double r = c[i][i];
      c[i][i] =
          Math.max(Math.abs(Rounding.subtractDown(1, r)), Math.abs(Rounding.subtractUp(1, r)));
      if (Double.isNaN(r)) {
        return Double.POSITIVE_INFINITY;
      }
    }
    if (!isFinite(c)) {
      return Double.POSITIVE_INFINITY;
    }
    double distance = Norms.frobenius(c).hi();
    double gamma = ErrorTerms.gamma(w);
    double underflow = ErrorTerms.underflow((double) n * w);
    double product = Rounding.multiplyUp(Norms.frobenius(m).hi(), Norms.frobenius(p).hi());
    double error = Rounding.multiplyUp(gamma, product);
    if (error > 0.01 && distance < 1) {
      double[][] weights = Product.multiply(Product.absolute(m), Product.absolute(p), threads);
      if (isFinite(weights)) {
        // The exact |M| |P| is at most (computed + w eta) / (1 - gamma_w).
        double norm =
            Rounding.addUp(Norms.frobenius(weights).hi(), ErrorTerms.underflow((double) n * w));
        double sharp = Rounding.multiplyUp(ErrorTerms.gammaOverOneMinusGamma(w), norm);
        error = Math.min(error, sharp);
      }
    }
    return Rounding.addUp(distance, Rounding.addUp(error, underflow));
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
