package org.fullrank.training;

import org.fullrank.evidence.TrainingProblem;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Full-batch gradient descent {@code theta <- theta - eta grad F(theta)}: what the convergence
 * theorems speak about, up to rounding.
 *
 * <p>Cost of a step: one forward and one backward pass; the gradient is accumulated into theta by
 * the products themselves, so no vector of its size is stored.
 */
public final class GradientDescent implements TrainingMethod {
  private final StepSize stepSize;
  private final String description;

  private GradientDescent(StepSize stepSize, String description) {
    this.stepSize = stepSize;
    this.description = description;
  }

  /**
   * With a constant step size.
   *
   * @param eta positive
   * @return the method
   */
  public static GradientDescent withStepSize(double eta) {
    return new GradientDescent(StepSize.constant(eta), "eta = " + eta);
  }

  /**
   * With a schedule.
   *
   * @param schedule step sizes
   * @param description of the schedule; a run is resumed only by a method of the same name
   * @return the method
   */
  public static GradientDescent withSchedule(StepSize schedule, String description) {
    return new GradientDescent(schedule, description);
  }

  @Override
  public String name() {
    return "gradient descent, " + description;
  }

  @Override
  public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
    double eta = stepSize.at(step);
    double loss = Gradients.add(problem, theta, problem.x(), problem.y(), -eta, theta);
    return Double.isFinite(loss) ? eta : Double.NaN;
  }
}
