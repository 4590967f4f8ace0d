package org.fullrank.evidence;

/**
 * A named recipe for one measured thing. An extension point; implement it as a record or an enum,
 * because equal measurements share one result.
 *
 * @param <T> an immutable result
 */
public interface Measurement<T> {
  /**
   * What is measured, in the notation of the theorems.
   *
   * @return such as {@code "lambda_min(K_0)"}
   */
  String symbol();

  /**
   * Measures.
   *
   * @param problem what is measured on
   * @param known for results of other measurements this one builds on
   * @return the result
   */
  T measure(TrainingProblem problem, Evidence known);
}
