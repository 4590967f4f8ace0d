package org.fullrank.spectrum.estimate;

import org.fullrank.linalg.SymmetricOperator;

/** A configured method that estimates the trace of a symmetric operator; immutable. */
public interface TraceEstimator {
  /**
   * The name of the method, for reports.
   *
   * @return a short phrase
   */
  String name();

  /**
   * Estimates the trace.
   *
   * @param a a symmetric operator
   * @return the estimate with a confidence interval for the sampling error and a slack for the
   *     rounding of the estimator itself
   * @throws IllegalArgumentException if a product with a unit vector is not finite, or if products
   *     differ from those of a symmetric operator by more than rounding
   */
  SampledEstimate trace(SymmetricOperator a);
}
