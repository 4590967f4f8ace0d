package org.fullrank.spectrum.solver;

import org.fullrank.linalg.SymmetricOperator;

/**
 * A configured method for eigenvalues of symmetric operators; immutable, no hidden state.
 *
 * <p>The result is never evidence by itself: its residual norms say that there is an eigenvalue
 * near each value, not which one.
 */
public interface EigenSolver {
  /**
   * The name of the method, for reports.
   *
   * @return a short phrase
   */
  String name();

  /**
   * Approximates eigenpairs.
   *
   * @param a an operator with finite entries
   * @param wanted which ones
   * @return the pairs and how far they can be trusted; the caller closes it
   * @throws IllegalArgumentException if the operator has entries that are not finite
   */
  Eigenpairs solve(SymmetricOperator a, Wanted wanted);
}
