package org.fullrank.spectrum;

import java.util.Locale;
import java.util.OptionalInt;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.solver.SolverStatus;

/** What is known about the row rank of a stored matrix {@code M [n, w]}. */
public final class RankReport {
  private final int rows;
  private final int columns;
  private final Verdict verdict;
  private final Quantity sigmaMin;
  private final Quantity sigmaMax;
  private final double epsilon;
  private final int numericalRank;
  private final double[] singularValues;
  private final SolverStatus status;

  RankReport(
      int rows,
      int columns,
      Verdict verdict,
      Quantity sigmaMin,
      Quantity sigmaMax,
      double epsilon,
      int numericalRank,
      double[] singularValues,
      SolverStatus status) {
    this.rows = rows;
    this.columns = columns;
    this.verdict = verdict;
    this.sigmaMin = sigmaMin;
    this.sigmaMax = sigmaMax;
    this.epsilon = epsilon;
    this.numericalRank = numericalRank;
    this.singularValues = singularValues;
    this.status = status;
  }

  /**
   * The number of rows.
   *
   * @return n
   */
  public int rows() {
    return rows;
  }

  /**
   * The number of columns.
   *
   * @return w
   */
  public int columns() {
    return columns;
  }

  /**
   * Whether the n rows are independent.
   *
   * @return {@code HOLDS} if proved, {@code FAILS} if there are more rows than columns, otherwise
   *     {@code UNDECIDED}: rank deficiency cannot be proved in floating point
   */
  public Verdict fullRowRank() {
    return verdict;
  }

  /**
   * The proved rank.
   *
   * @return n, or empty if full row rank is not proved
   */
  public OptionalInt certifiedRank() {
    return verdict == Verdict.HOLDS ? OptionalInt.of(rows) : OptionalInt.empty();
  }

  /**
   * Enclosure of the smallest singular value, {@code sqrt(lambda_min(M M^T))}.
   *
   * @return verified for the stored matrix; its lower end is 0 if nothing is proved
   */
  public Quantity sigmaMin() {
    return sigmaMin;
  }

  /**
   * Whether full row rank is proved with a margin that rounding alone does not make: {@code
   * sigma_min > sigma_max max(n, w) 2^-52}. Below, the stored matrix may have full rank only
   * because its entries were rounded.
   *
   * @return true if both are proved
   */
  public boolean isAboveRounding() {
    double level = 2.0 * Math.max(rows, columns) * Rounding.UNIT_ROUNDOFF;
    return verdict == Verdict.HOLDS
        && sigmaMax.interval().multiply(level).certainlyLess(sigmaMin.interval());
  }

  /**
   * Enclosure of the largest singular value, the spectral norm.
   *
   * @return verified for the stored matrix
   */
  public Quantity sigmaMax() {
    return sigmaMax;
  }

  /**
   * Bound of {@code ||I - M P||_F} for the right inverse, of rows scaled by powers of two if that
   * is smaller; a proof needs less than 1.
   *
   * @return a non-negative number, possibly infinite
   */
  public double epsilon() {
    return epsilon;
  }

  /**
   * The number of computed singular values above {@code sigma_max max(n, w) 2^-52}, as NumPy's
   * {@code matrix_rank} counts. An estimate, never evidence.
   *
   * @return between 0 and {@code min(n, w)}
   */
  public int numericalRank() {
    return numericalRank;
  }

  /**
   * The computed singular values.
   *
   * @return {@code min(n, w)} values, descending; none if the solver failed
   */
  public double[] singularValues() {
    return singularValues.clone();
  }

  /**
   * Whether the singular values reproduce the Frobenius norm.
   *
   * @return {@code CONVERGED}, {@code INACCURATE} or {@code FAILED}; the certificate does not
   *     depend on it
   */
  public SolverStatus status() {
    return status;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rank of [%d, %d] = %d: %s; %s; %s; numerical rank %d",
        rows,
        columns,
        rows,
        verdict,
        sigmaMin,
        sigmaMax,
        numericalRank);
  }
}
