package org.fullrank.evidence;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with parameters, data, a loss, and the set of parameter tensors that are trained.
 *
 * <p>The tensors are neither copied nor owned: they must stay open and unchanged as long as the
 * problem is used. Nothing here writes them.
 */
public final class TrainingProblem {
  private static final int MOST_THREADS = 8;

  private final Network network;
  private final INDArray theta;
  private final INDArray x;
  private final INDArray y;
  private final Loss loss;
  private final Set<String> frozen;
  private final int threads;

  private TrainingProblem(
      Network network,
      INDArray theta,
      INDArray x,
      INDArray y,
      Loss loss,
      Set<String> frozen,
      int threads) {
    this.network = network;
    this.theta = theta;
    this.x = x;
    this.y = y;
    this.loss = loss;
    this.frozen = frozen;
    this.threads = threads;
  }

  /**
   * The least-squares problem {@link Losses#SQUARED} with all slots trained.
   *
   * @param network with output {@code [k]} and at least one parameter
   * @param theta the initial parameters {@code [p]}
   * @param x inputs {@code [n, ...input]}, of the same type
   * @param y targets {@code [n, k]}, of the same type
   * @return the problem
   * @throws IllegalArgumentException if shapes or types do not fit or a number is not finite
   */
  public static TrainingProblem of(Network network, INDArray theta, INDArray x, INDArray y) {
    long k = network.outputs();
    if (network.parameterCount() == 0) {
      throw new IllegalArgumentException(
          "training problem expects a network with parameters but all layers are fixed");
    }
    TensorChecks.requireShape("theta", theta, network.parameterCount());
    TensorChecks.requireShape("inputs", x, network.inputShape().after(-1));
    TensorChecks.requireShape("targets", y, x.size(0), k);
    TensorChecks.requireType("inputs", theta.dataType(), x);
    TensorChecks.requireType("targets", theta.dataType(), y);
    TensorChecks.requireFinite("theta", theta);
    TensorChecks.requireFinite("inputs", x);
    TensorChecks.requireFinite("targets", y);
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    return new TrainingProblem(network, theta, x, y, Losses.SQUARED, Set.of(), threads);
  }

  /**
   * The same with another loss.
   *
   * @param newLoss of outputs and targets
   * @return the changed problem
   * @throws IllegalArgumentException if the targets do not suit the loss
   */
  public TrainingProblem withLoss(Loss newLoss) {
    newLoss.requireTargets(Tensors.toDoubles(y), (int) samples());
    return new TrainingProblem(network, theta, x, y, newLoss, frozen, threads);
  }

  /**
   * The same with some more parameter tensors kept at their values.
   *
   * @param slots names of slots; at least one must remain
   * @return the changed problem
   * @throws IllegalArgumentException if there is no such slot, or none remains
   */
  public TrainingProblem withFrozen(String... slots) {
    Set<String> names =
        network.slots().stream()
            .map(Slot::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (String slot : slots) {
      if (!names.contains(slot)) {
        throw new IllegalArgumentException(
            "withFrozen expects one of the slots " + names + " but got '" + slot + "'");
      }
    }
    Set<String> kept = new LinkedHashSet<>(frozen);
    kept.addAll(List.of(slots));
    if (names.size() == kept.size()) {
      throw new IllegalArgumentException(
          "withFrozen expects at least one trained slot but got all of " + names);
    }
    return new TrainingProblem(network, theta, x, y, loss, kept, threads);
  }

  /**
   * The same with another number of threads for measurements in plain Java. No result depends on
   * it, to the bit. Without this there are as many as processors, at most {@value #MOST_THREADS}.
   *
   * @param count at least 1
   * @return the changed problem
   * @throws IllegalArgumentException if it is less
   */
  public TrainingProblem withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new TrainingProblem(network, theta, x, y, loss, frozen, count);
  }

  /**
   * The same problem at other parameters.
   *
   * @param newTheta {@code [p]}
   * @return the moved problem
   * @throws IllegalArgumentException if the shape or type does not fit or a number is not finite
   */
  public TrainingProblem at(INDArray newTheta) {
    TensorChecks.requireShape("theta", newTheta, network.parameterCount());
    TensorChecks.requireType("theta", theta.dataType(), newTheta);
    TensorChecks.requireFinite("theta", newTheta);
    return new TrainingProblem(network, newTheta, x, y, loss, frozen, threads);
  }

  /**
   * The network.
   *
   * @return with output {@code [k]}
   */
  public Network network() {
    return network;
  }

  /**
   * The parameters.
   *
   * @return {@code [p]}; do not write or close
   */
  public INDArray theta() {
    return theta;
  }

  /**
   * The inputs.
   *
   * @return {@code [n, ...input]}; do not write or close
   */
  public INDArray x() {
    return x;
  }

  /**
   * The targets.
   *
   * @return {@code [n, k]}; do not write or close
   */
  public INDArray y() {
    return y;
  }

  /**
   * Threads that measurements in plain Java may use.
   *
   * @return at least 1
   */
  public int threads() {
    return threads;
  }

  /**
   * The loss.
   *
   * @return {@link Losses#SQUARED} unless another was given
   */
  public Loss loss() {
    return loss;
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public long samples() {
    return x.size(0);
  }

  /**
   * The number of outputs of a sample.
   *
   * @return k
   */
  public long outputs() {
    return y.size(1);
  }

  /**
   * The trained parameter tensors.
   *
   * @return in the order of the parameter vector
   */
  public List<Slot> trainedSlots() {
    return network.slots().stream().filter(this::isTrained).toList();
  }

  /**
   * Whether a parameter tensor is trained.
   *
   * @param slot one of the network's
   * @return false if it was frozen
   */
  public boolean isTrained(Slot slot) {
    return !frozen.contains(slot.name());
  }

  @Override
  public String toString() {
    return "TrainingProblem(n = "
        + samples()
        + ", k = "
        + outputs()
        + ", "
        + loss.text()
        + (frozen.isEmpty() ? "" : ", frozen " + frozen)
        + ", "
        + network
        + ")";
  }
}
