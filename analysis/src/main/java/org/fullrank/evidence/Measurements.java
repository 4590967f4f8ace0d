package org.fullrank.evidence;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;

/** The measurements of the library. */
public final class Measurements {
  /** The numbers of a deep linear residual network, or why the network is not one. */
  public static final Measurement<DeepLinearNetwork> DEEP_LINEAR =
      new Named<>("deep linear residual network", DeepLinearMeasurement::measure);

  /** Smallest singular value, norm and Lipschitz constant of the Jacobian, and the residual. */
  public static final Measurement<JacobianNumbers> JACOBIAN = new JacobianMeasurement(Set.of());

  /**
   * As {@link #JACOBIAN} on the space that the outputs can reach: repeated inputs count once, and a
   * linear network without biases is taken on the column space of the inputs.
   */
  public static final Measurement<ReducedJacobian> REDUCED_JACOBIAN =
      new Named<>("Jacobian numbers on the reachable outputs", ReducedJacobianMeasurement::measure);

  private Measurements() {}

  /**
   * As {@link #JACOBIAN}, but with the smallest singular value of some of its columns only, those
   * of given parameter tensors. It is a lower bound of that of the whole Jacobian.
   *
   * @param slots names of trained slots, at least one
   * @return the measurement; it throws {@code IllegalArgumentException} on a network without such
   *     slots
   */
  public static Measurement<JacobianNumbers> jacobianBlock(String... slots) {
    if (slots.length == 0) {
      throw new IllegalArgumentException("jacobianBlock expects at least one slot but got none");
    }
    return new JacobianMeasurement(Set.copyOf(Arrays.asList(slots)));
  }

  private record Named<T>(String symbol, Function<TrainingProblem, T> recipe)
      implements Measurement<T> {
    @Override
    public T measure(TrainingProblem problem, Evidence known) {
      return recipe.apply(problem);
    }
  }
}
