package org.fullrank.evidence.measure;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.TrainingProblem;

/** The measurements of the library. */
public final class Measurements {
  /** The numbers of a deep linear residual network, or why the network is not one. */
  public static final Measurement<DeepLinearNetwork> DEEP_LINEAR =
      new Named<>("deep linear residual network", DeepLinearMeasurement::measure);

  /** The numbers of any deep linear network, or why the network is not one. */
  public static final Measurement<LinearChain> LINEAR_CHAIN =
      new Named<>("deep linear network", LinearChainMeasurement::measure);

  /** The fixed gates of a surrogate network on the data, or why the network is not one. */
  public static final Measurement<GateNumbers> GATES =
      new Named<>("fixed gates", GateMeasurement::measure);

  /** Smallest singular value, norm and Lipschitz constant of the Jacobian, and the residual. */
  public static final Measurement<JacobianNumbers> JACOBIAN = new JacobianMeasurement(Set.of());

  /**
   * As {@link #JACOBIAN} on the space that the outputs can reach: repeated inputs count once, and a
   * linear network without biases is taken on the column space of the inputs.
   */
  public static final Measurement<ReducedJacobian> REDUCED_JACOBIAN =
      new Named<>("Jacobian numbers on the reachable outputs", ReducedJacobianMeasurement::measure);

  /** Feature matrix, residual and loss of the last layer. */
  public static final Measurement<LastLayerNumbers> LAST_LAYER =
      new Named<>("numbers of the last layer", LastLayerMeasurement::measure);

  /** What the description says about the layers below the last. */
  public static final Measurement<HiddenLayers> HIDDEN_LAYERS =
      new Named<>("description of the hidden layers", HiddenLayers::measure);

  /** Whether the network is a smooth residual one in the scaling of Du et al. and Gulcu. */
  public static final Measurement<SmoothResidualNetwork> SMOOTH_RESNET =
      new Named<>("smooth residual network", SmoothResidualMeasurement::measure);

  /** The numbers of a network with one wide layer and a pyramid, or why it is not one. */
  public static final Measurement<PyramidalNetwork> PYRAMIDAL =
      new Named<>("pyramidal network", PyramidalMeasurement::measure);

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
