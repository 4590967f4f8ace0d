package org.fullrank.spectrum;

import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;

/**
 * A configured method that encloses the smallest and the largest eigenvalue; immutable.
 *
 * <p>Both enclosures are proofs ({@code VERIFIED}), and say what they are about: every step from
 * the entries to the interval runs in plain Java with directed rounding. A method that achieves
 * little gives a wide interval.
 *
 * <table>
 *   <caption>What is enclosed</caption>
 *   <tr><th>given</th><th>about</th></tr>
 *   <tr><td>{@link SymmetricOperator}, such as a Gram matrix</td><td>its stored entries ({@code
 *       STORED_MATRIX}); {@code FLOAT} entries are widened exactly</td></tr>
 *   <tr><td>{@link EnclosedGram}</td><td>the network in exact arithmetic ({@code
 *       EXACT_NETWORK})</td></tr>
 *   <tr><td>{@link SymmetricMatrix}</td><td>its subject, such as {@link
 *       EnclosedGram#exactProduct}</td></tr>
 * </table>
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
   * Encloses the extreme eigenvalues of every matrix that one stands for.
   *
   * @param matrix entries, a radius and what they are about
   * @return two enclosures about {@link SymmetricMatrix#subject} and how they were reached
   */
  Extremes enclose(SymmetricMatrix matrix);

  /**
   * Encloses the extreme eigenvalues of the Gram matrix of the network in exact arithmetic.
   *
   * @param gram a Gram matrix whose distance from the exact one is known
   * @return two enclosures about {@code EXACT_NETWORK} and how they were reached
   */
  default Extremes enclose(EnclosedGram gram) {
    return enclose(gram.exactNetwork());
  }

  /**
   * Encloses the extreme eigenvalues of the stored matrix of an operator.
   *
   * @param a an operator whose matrix is finite and symmetric to the bit; it is stored once
   * @return two enclosures about {@code STORED_MATRIX} and how they were reached
   * @throws IllegalArgumentException if the matrix is not finite or not symmetric
   */
  Extremes enclose(SymmetricOperator a);
}
