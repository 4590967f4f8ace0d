package org.fullrank.spectrum;

import org.fullrank.linalg.SymmetricOperator;

/**
 * A configured method that encloses the smallest and the largest eigenvalue of a symmetric
 * operator; immutable.
 *
 * <p>Both enclosures are proofs about the stored entries ({@code VERIFIED}, {@code STORED_MATRIX}):
 * every step from the entries to the interval runs in plain Java with directed rounding. {@code
 * FLOAT} entries are widened exactly. A method that achieves little gives a wide interval.
 *
 * <p>For an operator without storage the stored matrix is the one output of {@code toMatrix()} that
 * the bound asks for: the proof says nothing about the rounding errors made on the way to it, nor
 * about what {@code apply} returns. The operator must return a matrix symmetric to the bit.
 */
public interface SpectralBound {
  /**
   * The name of the method, for reports.
   *
   * @return a short phrase
   */
  String name();

  /**
   * Encloses the extreme eigenvalues.
   *
   * @param a an operator whose matrix is finite and symmetric to the bit; it is stored once
   * @return two enclosures and how they were reached
   * @throws IllegalArgumentException if the matrix is not finite or not symmetric
   */
  Extremes bound(SymmetricOperator a);
}
