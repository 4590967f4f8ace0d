package org.fullrank.spectrum;

import java.util.Objects;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.EnclosureStatus;

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
    if (lambdaMin.subject() != lambdaMax.subject()) {
      throw new IllegalArgumentException(
          "Extremes expects both eigenvalues of one matrix but got lambda_min about "
              + lambdaMin.subject().text()
              + " and lambda_max about "
              + lambdaMax.subject().text());
    }
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
   * The spectral condition number {@code max |lambda| / min |lambda|}: {@code lambda_max /
   * lambda_min} of a positive definite matrix. If definiteness is not proved the upper end is
   * infinite.
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
    // max |lambda| >= lambda_max and min |lambda| <= |lambda_min|, whatever the signs.
    double m = smallest.magnitude();
    if (!(m > 0 && m <= Double.MAX_VALUE) || !(largest.lo() > 0)) {
      return Interval.atLeast(1);
    }
    return Interval.atLeast(Math.max(1, largest.divide(m).lo()));
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

  /** Both enclosures, how they are known, what they are about and the method of the smaller one. */
  @Override
  public String toString() {
    return "lambda_min in "
        + DecimalInterval.from(lambdaMin.interval())
        + ", lambda_max in "
        + DecimalInterval.from(lambdaMax.interval())
        + " ("
        + Rigor.weakest(lambdaMin.rigor(), lambdaMax.rigor())
        + ", about "
        + lambdaMin.subject().text()
        + "; "
        + lambdaMin.method()
        + ")";
  }
}
