package org.fullrank.evidence;

import java.util.function.Function;

/** The measurements of the library. */
public final class Measurements {
  /** The numbers of a deep linear residual network, or why the network is not one. */
  public static final Measurement<DeepLinearNetwork> DEEP_LINEAR =
      new Named<>("deep linear residual network", DeepLinearMeasurement::measure);

  /** The fixed gates of a surrogate network on the data, or why the network is not one. */
  public static final Measurement<GateNumbers> GATES =
      new Named<>("fixed gates", GateMeasurement::measure);

  /** Smallest singular value, norm and Lipschitz constant of the Jacobian, and the residual. */
  public static final Measurement<JacobianNumbers> JACOBIAN =
      new Named<>("Jacobian numbers", JacobianMeasurement::measure);

  private Measurements() {}

  private record Named<T>(String symbol, Function<TrainingProblem, T> recipe)
      implements Measurement<T> {
    @Override
    public T measure(TrainingProblem problem, Evidence known) {
      return recipe.apply(problem);
    }
  }
}
