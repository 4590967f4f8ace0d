package org.fullrank.training;

import org.fullrank.evidence.TrainingProblem;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A rule that moves the parameters; immutable, an extension point.
 *
 * <p>A step may depend on the problem, its own number, the parameters and the memory, and on
 * nothing else: then a run that was stopped and resumed repeats an uninterrupted one to the bit.
 * Random choices are keyed by the step number.
 */
public interface TrainingMethod {
  /**
   * The name with all settings that change its result.
   *
   * @return one line
   */
  String name();

  /**
   * What the rule follows, apart from rounding. A guarantee is held only against a run of the
   * dynamics that it speaks about, so a method must not claim more than is true of every step.
   *
   * @return {@link Dynamics#OTHER} unless overridden
   */
  default Dynamics dynamics() {
    return Dynamics.OTHER;
  }

  /**
   * Numbers that the rule carries from step to step beside the parameters.
   *
   * @param problem the problem to be trained
   * @return their values before the first step; empty unless overridden
   */
  default double[] initialMemory(TrainingProblem problem) {
    return new double[0];
  }

  /**
   * Makes one step. Slots that are not trained must not change.
   *
   * @param problem whose own parameters are those at the start of the run
   * @param step number of steps already made
   * @param theta {@code [p]}, overwritten
   * @param memory see {@link #initialMemory}, overwritten
   * @return by how much time advances: the step size; NaN if the loss or its gradient is not
   *     finite, which ends the run
   */
  double step(TrainingProblem problem, long step, INDArray theta, double[] memory);
}
