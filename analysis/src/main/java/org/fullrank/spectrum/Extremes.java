package org.fullrank.spectrum;

import java.util.Objects;
import org.fullrank.rigor.EnclosureStatus;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * Enclosures of the extreme eigenvalues of a symmetric matrix.
 *
 * @param lambdaMin the smallest eigenvalue
 * @param lambdaMax the largest eigenvalue
 * @param lambdaMinStatus how the search for the smallest ended; the enclosure holds in any case
 * @param lambdaMaxStatus how the search for the largest ended
 * @param factorizations Cholesky factorisations spent on both
 */
public record Extremes(
    Quantity lambdaMin,
    Quantity lambdaMax,
    EnclosureStatus lambdaMinStatus,
    EnclosureStatus lambdaMaxStatus,
    int factorizations) {

  /** Checks the parts. */
  public Extremes {
    Objects.requireNonNull(lambdaMin, "lambdaMin");
    Objects.requireNonNull(lambdaMax, "lambdaMax");
    Objects.requireNonNull(lambdaMinStatus, "lambdaMinStatus");
    Objects.requireNonNull(lambdaMaxStatus, "lambdaMaxStatus");
  }

  /**
   * Whether the matrix is positive definite.
   *
   * @return {@code FAILS} if the smallest eigenvalue certainly is not positive
   */
  public Verdict positiveDefinite() {
    return Verdict.ofLess(Interval.ZERO, lambdaMin.interval());
  }

  /**
   * The condition number {@code lambda_max / lambda_min}, which means something for positive
   * definite matrices: an interval quotient. If definiteness is undecided the upper end is
   * infinite; the lower end then holds in case the matrix is definite.
   *
   * @return a quantity as rigorous as the two enclosures
   */
  public Quantity conditionNumber() {
    return lambdaMax.combine("kappa", lambdaMin, Extremes::quotient);
  }

  static Interval quotient(Interval largest, Interval smallest) {
    if (smallest.certainlyPositive()) {
      // Both enclose eigenvalues of one matrix, so the quotient cannot be less than 1.
      return largest.divide(smallest).max(Interval.ONE);
    }
    if (!(smallest.hi() > 0) || !(largest.lo() > 0)) {
      return Interval.atLeast(1);
    }
    return Interval.atLeast(Math.max(1, largest.divide(smallest.hi()).lo()));
  }

  /**
   * The same after a perturbation (Weyl's inequality).
   *
   * @param error a bound of the spectral norm of the perturbation
   * @param subject what the perturbed matrix is
   * @return wider enclosures, as rigorous as the bound
   */
  public Extremes perturbedBy(Quantity error, Subject subject) {
    return new Extremes(
        lambdaMin.perturbedBy(error, subject),
        lambdaMax.perturbedBy(error, subject),
        lambdaMinStatus,
        lambdaMaxStatus,
        factorizations);
  }
}
