package org.fullrank.spectrum.estimate;

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
   * How far {@link #sum} can be from the integral of an increasing function over a spectrum in
   * {@code [least, most]}: the Chebyshev-Markov-Stieltjes inequality shifts each weight to the
   * neighbouring node on either side.
   */
  double monotoneError(DoubleUnaryOperator f, double least, double most) {
    if (exact) {
      return 0;
    }
    double below = 0;
    double above = 0;
    for (int k = 0; k < nodes.length; k++) {
      double here = f.applyAsDouble(nodes[k]);
      double left = f.applyAsDouble(k == 0 ? Math.min(least, nodes[0]) : nodes[k - 1]);
      double right =
          f.applyAsDouble(k == nodes.length - 1 ? Math.max(most, nodes[k]) : nodes[k + 1]);
      below += weights[k] * (here - left);
      above += weights[k] * (right - here);
    }
    return Math.max(below, above);
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
