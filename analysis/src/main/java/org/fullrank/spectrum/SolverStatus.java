package org.fullrank.spectrum;

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
      "the result failed its residual or trace check; look at Backend.selfTest(), or use"
          + " JavaEigenSolver"),
  /** There is no result. */
  FAILED(
      "the iteration did not converge and there are no eigenvalues; look at Backend.selfTest() and"
          + " check whether the matrix is symmetric");

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
