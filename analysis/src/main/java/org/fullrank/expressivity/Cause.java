package org.fullrank.expressivity;

import java.util.List;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Subject;

/**
 * A reason why the features cannot have full row rank, or might not.
 *
 * @param kind what was found
 * @param rankAtMost the rank of {@code [h(X), 1]} that it leaves possible
 * @param subject what the statement is about
 * @param witnesses sample or unit numbers, from 0, depending on the kind
 * @param text one sentence with numbers
 */
public record Cause(
    Kind kind, long rankAtMost, Subject subject, List<Long> witnesses, String text) {
  /** What was found. */
  public enum Kind {
    /** Fewer features than {@code n - 1}; no witnesses. */
    TOO_FEW_FEATURES,
    /** Inputs equal to the bit; witnesses are the samples that repeat an earlier one. */
    DUPLICATE_INPUTS,
    /** Stored feature rows equal to the bit though the inputs differ; witnesses as above. */
    DUPLICATE_FEATURES,
    /** Units with the same value on every sample; witnesses are the units. */
    DEAD_UNITS,
    /** Features that are polynomials of low degree in the input; no witnesses. */
    LOW_POLYNOMIAL_DEGREE
  }

  /**
   * Copies the witnesses.
   *
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java: a
   *     cause is a proof
   */
  public Cause {
    Proof.requireIeee();
    witnesses = List.copyOf(witnesses);
  }
}
