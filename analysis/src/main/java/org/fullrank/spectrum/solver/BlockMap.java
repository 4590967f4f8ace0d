package org.fullrank.spectrum.solver;

/**
 * A symmetric linear map on blocks of vectors kept as rows, in units where its norm is moderate.
 */
interface BlockMap {
  /** The images of some vectors, finite, as new rows; the argument is not written. */
  double[][] apply(double[][] block);
}
