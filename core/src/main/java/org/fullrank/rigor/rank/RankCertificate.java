package org.fullrank.rigor.rank;

import java.util.Locale;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Workers;

/**
 * A proof that the rows of {@code M} are linearly independent, and bounds of its smallest singular
 * value, from an untrusted right inverse {@code P}.
 *
 * <p>If {@code epsilon >= ||I - M P||} is below 1 then {@code M P} is nonsingular, hence {@code
 * rank M = n} and {@code sigma_min(M) >= (1 - epsilon) / ||P||}. Nothing is squared. A wrong {@code
 * P} makes epsilon large. Failing proves nothing about the rank, except that more rows than columns
 * are always dependent.
 *
 * <p><b>Residual.</b> {@code M P} in double precision, which suffices to condition numbers near
 * {@code 1e9}; beyond, in doubled precision, which leaves an error of {@code u |M P|} and {@code
 * gamma^2 |M| |P|}. {@link #refined} and {@link #search} also improve {@code P}, kept as an
 * unevaluated sum of two matrices. What limits them is then no longer the condition number but the
 * search for {@code P}: stored matrices of condition {@code 1e18} have been certified. Rows and
 * columns are scaled by powers of two first, so the scale of each does not matter.
 *
 * <p><b>sigma_min.</b> {@code ||P||} is enclosed by {@link SpectralNorm}; the upper end is the
 * smaller of the shortest row and {@code ||M^T v|| / ||v||} for an approximate singular vector.
 * With a refined {@code P} the relative width is near {@code 1e-8} up to condition numbers of about
 * {@code 1e12}.
 *
 * <p>All roundings outward. Cost: a product of {@code n^2 w}, four to ten times that in doubled
 * precision, per refinement step as much again, and a spectral norm.
 */
public final class RankCertificate {
  /** An enclosure wider than this is worth a search. */
  private static final double WIDE = 1e-3;

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
   * Checks a right inverse as it is.
   *
   * @param m {@code [n][w]}, finite, any scale
   * @param p {@code [w][n]}, an approximation of a right inverse of {@code m}; its numbers are not
   *     trusted and may be anything, NaN included
   * @param threads at least 1; does not change the result
   */
  public static RankCertificate of(double[][] m, double[][] p, int threads) {
    requireInverse(m, p, threads);
    return m.length > m[0].length ? tall(m) : RightInverseCheck.of(m, threads).given(p).certify();
  }

  /**
   * Improves a right inverse, then checks it; a usable {@code P} need not be accurate.
   *
   * @param m {@code [n][w]}, finite, any scale
   * @param p {@code [w][n]}, not trusted, NaN included
   * @param threads at least 1; does not change the result
   */
  public static RankCertificate refined(double[][] m, double[][] p, int threads) {
    requireInverse(m, p, threads);
    if (m.length > m[0].length) {
      return tall(m);
    }
    RankCertificate refined = RightInverseCheck.of(m, threads).given(p).refine().certify();
    if (!refined.certified() || refined.sigmaMin.relativeWidth() <= WIDE) {
      return refined;
    }
    // A right inverse need not be the shortest one; both enclosures hold.
    RankCertificate other = search(m, threads);
    return new RankCertificate(
        m.length,
        m[0].length,
        Math.min(refined.epsilon, other.epsilon),
        refined.sigmaMin.intersect(other.sigmaMin));
  }

  /**
   * Finds a right inverse in plain Java, by row-pivoted Gram-Schmidt, improves and checks it. Cost:
   * {@code 4 n^2 w + n^3} operations more than {@link #refined}.
   *
   * @param m {@code [n][w]}, finite, any scale
   * @param threads at least 1; does not change the result
   */
  public static RankCertificate search(double[][] m, int threads) {
    Workers.requireThreads("RankCertificate", threads);
    ErrorTerms.requireFiniteMatrix(m, "RankCertificate");
    return m.length > m[0].length ? tall(m) : RightInverseCheck.of(m, threads).search().certify();
  }

  static RankCertificate of(int rows, int columns, double epsilon, Interval sigmaMin) {
    return new RankCertificate(rows, columns, epsilon, sigmaMin);
  }

  private static RankCertificate tall(double[][] m) {
    return new RankCertificate(m.length, m[0].length, Double.POSITIVE_INFINITY, Interval.ZERO);
  }

  private static void requireInverse(double[][] m, double[][] p, int threads) {
    Workers.requireThreads("RankCertificate", threads);
    ErrorTerms.requireFiniteMatrix(m, "RankCertificate");
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
  }

  /**
   * Upper bound of {@code ||I - M P||_F}, of rows scaled by powers of two if that is smaller;
   * infinite if nothing could be bounded.
   */
  public double epsilon() {
    return epsilon;
  }

  /**
   * Encloses the smallest singular value, {@code sqrt(lambda_min(M M^T))}: 0 if there are more rows
   * than columns.
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
        "row rank %d of [%d, %d]: %s, ||I - M P|| <= %s, sigma_min in %s (%s)",
        rows,
        rows,
        columns,
        verdict(),
        roundedUp(epsilon),
        sigmaMin,
        Subject.STORED_MATRIX.text());
  }

  private static String roundedUp(double bound) {
    return DecimalInterval.upper(bound, 3);
  }
}
