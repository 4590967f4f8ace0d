package org.fullrank.spectrum.solver;

/** How a solver ended, with the remedy where there is one. */
public enum SolverStatus {
  /** All checks of the result passed. */
  CONVERGED("all checks passed"),
  /** The native routine failed its checks; the result is that of the plain-Java solver. */
  FALLBACK(
      "the native routine failed or returned wrong numbers, so plain Java was used; look at"
          + " Backend.selfTest() and import org.fullrank:fullrank-bom to get the tested backend"),
  /** The result failed a check: residuals, trace or Frobenius norm. */
  INACCURATE(
      "the result failed its residual or trace check; if LAPACK computed it, look at"
          + " Backend.selfTest() or use JavaEigenSolver; if a tolerance was set, it may be below"
          + " rounding, which is about n 2^-53"),
  /** Solutions with the shift that was given round by more than the tolerance. */
  SHIFT_TOO_CLOSE(
      "some residuals are above the tolerance because the shift that was given is too close to an"
          + " eigenvalue, and rounding grows with the inverse of that distance; give a shift ten"
          + " times as far outside, or none"),
  /** The budget was spent first; the pairs are the best so far, some with larger residuals. */
  NOT_CONVERGED(
      "the budget of operator applications was spent before all residuals were within the"
          + " tolerance; raise the limit or the tolerance; for a matrix that fits into memory"
          + " DenseEigenSolver and JavaEigenSolver need no budget, and ShiftInvertSolver is faster"
          + " than products are for a few eigenvalues that are close together"),
  /** All residuals are within the tolerance, but copies of an eigenvalue may be missing. */
  MULTIPLICITY_UNKNOWN(
      "every residual is within the tolerance, but as many eigenvalues agree as a block of this"
          + " size can see, so there may be more of them; raise the limits that were set for the"
          + " solver (budget, block size, basis), or use DenseEigenSolver"),
  /** The operator contradicts itself. */
  INCONSISTENT(
      "the iteration converged by its own account but the operator, applied again, disagrees; check"
          + " that it is linear, symmetric and deterministic, and that its data type supports the"
          + " tolerance"),
  /** There is no result. */
  FAILED(
      "the computation ended without values; if LAPACK was asked, look at Backend.selfTest()"
          + " or use JavaEigenSolver; from another solver this is a fault of FullRank, so please"
          + " report it with the matrix");

  private final String text;

  SolverStatus(String text) {
    this.text = text;
  }

  /**
   * A sentence for the reader.
   *
   * @return what happened and what to do
   */
  public String text() {
    return text;
  }

  /**
   * Whether the result passed its checks.
   *
   * @return true for {@code CONVERGED} and {@code FALLBACK}
   */
  public boolean succeeded() {
    return this == CONVERGED || this == FALLBACK;
  }
}
