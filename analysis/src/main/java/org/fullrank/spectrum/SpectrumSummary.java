package org.fullrank.spectrum;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.solver.Eigenpairs;

/**
 * Numbers derived from a spectrum {@code t_1 <= ... <= t_n}; none changes when the matrix is
 * scaled, except the eigenvalues themselves.
 *
 * <ul>
 *   <li>Condition number {@code t_n / t_1} of a positive definite matrix.
 *   <li>Effective rank {@code exp(-sum p_i log p_i)} with {@code p_i = |t_i| / sum |t_j|}, between
 *       1 and n (Roy and Vetterli, The effective rank, 2007).
 *   <li>Intrinsic dimension {@code sum |t_i| / max |t_i|}, between 1 and n (Tropp, An introduction
 *       to matrix concentration inequalities, 2015, Definition 7.1.1, for {@code t_1 >= 0}). For
 *       {@code K = J J^T} it is the stable rank {@code ||J||_F^2 / ||J||^2} of J (Rudelson and
 *       Vershynin 2007).
 * </ul>
 *
 * <p>From eigenvalues alone everything is {@code COMPUTED}; {@link #withExtremes} replaces what
 * enclosures can prove.
 */
public final class SpectrumSummary {
  private final Quantity lambdaMin;
  private final Quantity lambdaMax;
  private final Quantity conditionNumber;
  private final Quantity effectiveRank;
  private final Quantity intrinsicDimension;

  private SpectrumSummary(
      Quantity lambdaMin,
      Quantity lambdaMax,
      Quantity conditionNumber,
      Quantity effectiveRank,
      Quantity intrinsicDimension) {
    this.lambdaMin = lambdaMin;
    this.lambdaMax = lambdaMax;
    this.conditionNumber = conditionNumber;
    this.effectiveRank = effectiveRank;
    this.intrinsicDimension = intrinsicDimension;
  }

  /**
   * The summary of all eigenvalues.
   *
   * @param pairs all n eigenvalues of a nonzero matrix, with a status that succeeded
   * @return the summary, {@code COMPUTED}
   * @throws IllegalArgumentException if some are missing, the solver did not succeed, or all are
   *     zero
   */
  public static SpectrumSummary of(Eigenpairs pairs) {
    if (pairs.count() != pairs.size() || !pairs.status().succeeded()) {
      throw new IllegalArgumentException(
          "SpectrumSummary expects all "
              + pairs.size()
              + " eigenvalues but got "
              + pairs.count()
              + " with status "
              + pairs.status()
              + " ("
              + pairs.status().text()
              + ")");
    }
    return of(pairs.values(), pairs.method());
  }

  private static SpectrumSummary of(double[] t, String method) {
    int n = t.length;
    double scale = Math.max(Math.abs(t[0]), Math.abs(t[n - 1]));
    if (!(scale > 0 && scale <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "SpectrumSummary expects a nonzero finite spectrum but its largest magnitude is "
              + scale);
    }
    double sum = 0;
    for (double x : t) {
      sum += Math.abs(x / scale);
    }
    double entropy = 0;
    for (double x : t) {
      double p = Math.abs(x / scale) / sum;
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    Quantity min = Quantity.computed("lambda_min", t[0], Subject.STORED_MATRIX, method);
    Quantity max = Quantity.computed("lambda_max", t[n - 1], Subject.STORED_MATRIX, method);
    return new SpectrumSummary(
        min,
        max,
        max.combine("kappa", min, Extremes::quotient),
        Quantity.computed("effective rank", Math.exp(entropy), Subject.STORED_MATRIX, method),
        Quantity.computed("intrinsic dimension", sum, Subject.STORED_MATRIX, method));
  }

  /**
   * With enclosed extreme eigenvalues, and so an enclosed condition number.
   *
   * @param extremes enclosures for the same matrix
   * @return the summary; each number as rigorous as what it was made from
   */
  public SpectrumSummary withExtremes(Extremes extremes) {
    return new SpectrumSummary(
        extremes.lambdaMin(),
        extremes.lambdaMax(),
        extremes.conditionNumber(),
        effectiveRank,
        intrinsicDimension);
  }

  /**
   * With an enclosed intrinsic dimension {@code sum |t_i| / max |t_i|}, from an enclosure of the
   * trace and the summary's own extreme eigenvalues. It is {@code tr A / lambda_max} if no
   * eigenvalue is negative; where that is not certain, {@code sum |t_i| >= tr A} leaves a lower
   * bound.
   *
   * @param trace an enclosure of the trace of the same matrix
   * @return the summary; the dimension as rigorous as the weakest of trace and both extreme
   *     eigenvalues
   * @throws IllegalArgumentException if the trace is about something else than the eigenvalues
   */
  public SpectrumSummary withTrace(Quantity trace) {
    if (trace.subject() != lambdaMax.subject()) {
      throw new IllegalArgumentException(
          "SpectrumSummary expects the trace of "
              + lambdaMax.subject().text()
              + " but got one about "
              + trace.subject().text());
    }
    Interval min = lambdaMin.interval();
    Quantity dimension =
        trace
            .combine("intrinsic dimension", lambdaMax, (t, max) -> dimension(t, min, max))
            .weakenedTo(lambdaMin.rigor());
    return new SpectrumSummary(lambdaMin, lambdaMax, conditionNumber, effectiveRank, dimension);
  }

  private static Interval dimension(Interval trace, Interval min, Interval max) {
    if (min.lo() >= 0 && max.certainlyPositive()) {
      return trace.divide(max).max(Interval.ONE);
    }
    double norm = Math.max(max.hi(), -min.lo());
    return norm > 0 && norm <= Double.MAX_VALUE
        ? Interval.atLeast(Math.max(1, trace.divide(norm).lo()))
        : Interval.atLeast(1);
  }

  /**
   * The smallest eigenvalue.
   *
   * @return its value or enclosure
   */
  public Quantity lambdaMin() {
    return lambdaMin;
  }

  /**
   * The largest eigenvalue.
   *
   * @return its value or enclosure
   */
  public Quantity lambdaMax() {
    return lambdaMax;
  }

  /**
   * {@code lambda_max / lambda_min}; see {@link Extremes#conditionNumber} for what it means when
   * the matrix is not known to be positive definite.
   *
   * @return at least 1, possibly unbounded
   */
  public Quantity conditionNumber() {
    return conditionNumber;
  }

  /**
   * Exponential of the entropy of the normalised spectrum.
   *
   * @return between 1 and n, computed
   */
  public Quantity effectiveRank() {
    return effectiveRank;
  }

  /**
   * Trace over largest eigenvalue.
   *
   * @return between 1 and n
   */
  public Quantity intrinsicDimension() {
    return intrinsicDimension;
  }
}
