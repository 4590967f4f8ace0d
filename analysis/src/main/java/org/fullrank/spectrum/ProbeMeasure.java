package org.fullrank.spectrum;

import java.util.function.DoubleUnaryOperator;

/** Gauss quadrature of one probe's spectral measure: nodes ascending, weights of sum 1. */
final class ProbeMeasure {
  private final double[] nodes;
  private final double[] weights;
  private final double[] residuals;
  private final boolean exact;

  /**
   * A measure; takes ownership of the arrays.
   *
   * @param nodes Ritz values
   * @param weights squared first components of the eigenvectors of the tridiagonal matrix
   * @param residuals norms {@code ||A y - theta y||} of the Ritz vectors
   * @param exact whether the Krylov space was exhausted, so that the measure is complete
   */
  ProbeMeasure(double[] nodes, double[] weights, double[] residuals, boolean exact) {
    this.nodes = nodes;
    this.weights = weights;
    this.residuals = residuals;
    this.exact = exact;
  }

  double[] nodes() {
    return nodes;
  }

  double[] weights() {
    return weights;
  }

  double[] residuals() {
    return residuals;
  }

  /** {@code sum_k w_k f(theta_k)}. */
  double sum(DoubleUnaryOperator f) {
    double sum = 0;
    for (int k = 0; k < nodes.length; k++) {
      sum += weights[k] * f.applyAsDouble(nodes[k]);
    }
    return sum;
  }

  /**
   * A lower bound of the measure of {@code (-inf, t]}, by the Chebyshev-Markov-Stieltjes
   * inequality: nodes {@code <= t} without the last one. Exact measures need no such care.
   */
  double cumulativeAtLeast(double t) {
    double sum = 0;
    double last = 0;
    for (int k = 0; k < nodes.length && nodes[k] <= t; k++) {
      last = exact ? 0 : weights[k];
      sum += weights[k];
    }
    return Math.max(0, sum - last);
  }

  /** An upper bound of the measure of {@code (-inf, t]}: one node more than are {@code <= t}. */
  double cumulativeAtMost(double t) {
    double sum = 0;
    for (int k = 0; k < nodes.length; k++) {
      if (nodes[k] > t) {
        return Math.min(1, exact ? sum : sum + weights[k]);
      }
      sum += weights[k];
    }
    return 1;
  }

  double smallest() {
    return nodes[0];
  }

  double largest() {
    return nodes[nodes.length - 1];
  }
}
