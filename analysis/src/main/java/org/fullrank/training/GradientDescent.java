package org.fullrank.training;

import org.fullrank.evidence.TrainingProblem;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Full-batch gradient descent {@code theta <- theta - eta grad F(theta)}: what the convergence
 * theorems speak about, up to rounding, as long as it has no momentum.
 *
 * <p>Cost of a step: one forward and one backward pass; the gradient is accumulated into theta by
 * the products themselves, so no vector of its size is stored. With momentum three are.
 */
public final class GradientDescent implements TrainingMethod {
  private final StepSize stepSize;
  private final String description;

  private final Momentum momentum;

  private GradientDescent(StepSize stepSize, String description, Momentum momentum) {
    this.stepSize = stepSize;
    this.description = description;
    this.momentum = momentum;
  }

  /**
   * With a constant step size.
   *
   * @param eta positive
   * @return the method
   */
  public static GradientDescent withStepSize(double eta) {
    return new GradientDescent(StepSize.constant(eta), "eta = " + eta, Momentum.NONE);
  }

  /**
   * With a schedule.
   *
   * @param schedule step sizes
   * @param description of the schedule; a run is resumed only by a method of the same name
   * @return the method
   */
  public static GradientDescent withSchedule(StepSize schedule, String description) {
    return new GradientDescent(schedule, description, Momentum.NONE);
  }

  /**
   * With heavy-ball momentum: {@code v <- mu v + grad F(theta)}, {@code theta <- theta - eta v}
   * (Polyak 1964, in the scaling of PyTorch). No certificate of this library speaks about it.
   *
   * @param mu at least 0, less than 1
   * @return the changed method
   */
  public GradientDescent withMomentum(double mu) {
    return new GradientDescent(stepSize, description, new Momentum(mu));
  }

  @Override
  public String name() {
    return "gradient descent, " + description + momentum.text();
  }

  /** Momentum makes it another rule, a schedule does not. */
  @Override
  public Dynamics dynamics() {
    return momentum.factor() == 0 ? Dynamics.GRADIENT_DESCENT : Dynamics.OTHER;
  }

  /** The velocity, if there is momentum. */
  @Override
  public double[] initialMemory(TrainingProblem problem) {
    return momentum.initialMemory(problem);
  }

  @Override
  public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
    double eta = stepSize.at(step);
    double loss = momentum.step(problem, theta, problem.x(), problem.y(), 1, eta, memory);
    return Double.isFinite(loss) ? eta : Double.NaN;
  }
}
