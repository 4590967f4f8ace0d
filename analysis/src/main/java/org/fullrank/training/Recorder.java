package org.fullrank.training;

import org.fullrank.evidence.TrainingProblem;

/** Something that is measured along a run, beside loss, residual and distance. */
public interface Recorder {
  /**
   * The name of the series, unique within a recording.
   *
   * @return such as {@code "lambda_min"}
   */
  String name();

  /**
   * Prepares for a run.
   *
   * @param initial the problem at its initial parameters
   * @return a probe, closed with the run
   */
  Probe start(TrainingProblem initial);

  /** A measurement that may remember the start of the run. */
  interface Probe extends AutoCloseable {
    /**
     * Measures.
     *
     * @param now the problem at the current parameters, valid during the call only
     * @return a number; NaN if there is none
     */
    double at(TrainingProblem now);

    @Override
    default void close() {}
  }
}
