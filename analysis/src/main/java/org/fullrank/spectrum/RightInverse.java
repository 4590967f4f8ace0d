package org.fullrank.spectrum;

/** Proposes right inverses, {@code M P = I}; what it says is checked, never believed. */
@FunctionalInterface
public interface RightInverse {
  /**
   * An approximate right inverse.
   *
   * @param m {@code [n][w]} with {@code n <= w}, finite; not to be written
   * @return {@code [w][n]}; may hold anything, NaN included
   */
  double[][] of(double[][] m);
}
