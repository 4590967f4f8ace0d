package org.fullrank.spectrum.solver;

/** What an iteration ended with, in scaled units: the leading Ritz pairs, largest value first. */
final class RitzPairs {
  private final double[] values;
  private final double[][] vectors;
  private final double norm;
  private final SolverStatus status;

  /**
   * Takes ownership of the arrays.
   *
   * @param values Ritz values, descending
   * @param vectors Ritz vectors as rows
   * @param norm the largest magnitude of a Ritz value or an image of a unit vector seen; never
   *     above the norm of the map by more than rounding
   * @param status how the iteration ended by its own account
   */
  RitzPairs(double[] values, double[][] vectors, double norm, SolverStatus status) {
    this.values = values;
    this.vectors = vectors;
    this.norm = norm;
    this.status = status;
  }

  double[] values() {
    return values;
  }

  double[][] vectors() {
    return vectors;
  }

  double norm() {
    return norm;
  }

  SolverStatus status() {
    return status;
  }
}
