package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;

/**
 * An enclosed eigenvalue and how it was reached.
 *
 * @param interval contains the eigenvalue, whatever the status
 * @param status how the search ended
 * @param factorizations number of Cholesky factorisations spent
 */
public record EigenvalueEnclosure(Interval interval, EnclosureStatus status, int factorizations) {
  /** Whether the eigenvalue is positive; {@code FAILS} if it certainly is not. */
  public Verdict positive() {
    return Verdict.ofLess(Interval.ZERO, interval);
  }
}
