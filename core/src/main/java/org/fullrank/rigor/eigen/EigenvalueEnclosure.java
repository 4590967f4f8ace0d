package org.fullrank.rigor.eigen;

import java.util.Objects;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * An enclosed eigenvalue and how it was reached.
 *
 * @param eigenvalue contains the eigenvalue, whatever the status, and says what it is one of;
 *     {@code lambda_min} or {@code lambda_max}
 * @param status how the search ended
 * @param factorizations number of Cholesky factorisations spent
 */
public record EigenvalueEnclosure(Quantity eigenvalue, EnclosureStatus status, int factorizations) {

  /** Checks the parts. */
  public EigenvalueEnclosure {
    Objects.requireNonNull(eigenvalue, "eigenvalue");
    Objects.requireNonNull(status, "status");
  }

  /** The largest eigenvalue from an enclosure of the smallest of the negated matrix. */
  static EigenvalueEnclosure mirrored(EigenvalueEnclosure negated) {
    return new EigenvalueEnclosure(
        negated.eigenvalue.map("lambda_max", Interval::negate),
        negated.status,
        negated.factorizations);
  }

  /** Contains the eigenvalue. */
  public Interval interval() {
    return eigenvalue.interval();
  }

  /** What the eigenvalue is one of. */
  public Subject subject() {
    return eigenvalue.subject();
  }

  /** Whether the eigenvalue is positive; {@code FAILS} if it certainly is not. */
  public Verdict positive() {
    return Verdict.ofLess(Interval.ZERO, interval());
  }
}
