package org.fullrank.surrogate;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.rigor.Verdict;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A ReLU network that agrees with a surrogate network on given inputs: dense layers and ReLUs,
 * {@code 2 m} units for each {@code m} units of the surrogate. Holds its own copies of all arrays.
 */
public final class EquivalentRelu {
  private final String obstacle;
  private final @Nullable Network surrogate;
  private final @Nullable INDArray surrogateTheta;
  private final @Nullable Network network;
  private final @Nullable INDArray theta;
  private final List<double[]> factors;
  private final @Nullable Agreement onData;

  private EquivalentRelu(
      String obstacle,
      @Nullable Network surrogate,
      @Nullable INDArray surrogateTheta,
      @Nullable Network network,
      @Nullable INDArray theta,
      List<double[]> factors,
      @Nullable Agreement onData) {
    this.obstacle = obstacle;
    this.surrogate = surrogate;
    this.surrogateTheta = surrogateTheta;
    this.network = network;
    this.theta = theta;
    this.factors = factors;
    this.onData = onData;
  }

  static EquivalentRelu not(String obstacle) {
    return new EquivalentRelu(obstacle, null, null, null, null, List.of(), null);
  }

  static EquivalentRelu of(
      Network surrogate, INDArray theta, INDArray x, List<double[]> factors, ReluWeights weights) {
    INDArray copy = theta.dup('c');
    INDArray own = weights.theta();
    Agreement onData = compare(surrogate, copy, weights.network(), own, factors, x);
    return new EquivalentRelu(
        "", surrogate, copy, weights.network(), own, List.copyOf(factors), onData);
  }

  /**
   * Why there is no such network.
   *
   * @return empty if there is one
   */
  public Optional<String> obstacle() {
    return obstacle.isEmpty() ? Optional.empty() : Optional.of(obstacle);
  }

  /**
   * Whether both networks are proved to be equal on the given inputs, in exact arithmetic and with
   * the exact weights of the construction.
   *
   * @return {@code HOLDS}, {@code UNDECIDED}, or {@code INAPPLICABLE} with an {@link #obstacle}
   */
  public Verdict verdict() {
    return onData == null
        ? Verdict.INAPPLICABLE
        : onData.provedEqual() == onData.points() ? Verdict.HOLDS : Verdict.UNDECIDED;
  }

  /**
   * The ReLU network.
   *
   * @return dense layers and ReLUs
   * @throws IllegalStateException if there is an obstacle
   */
  public Network network() {
    return present(network);
  }

  /**
   * Its parameters: those of the construction, each rounded once, and once more where a factor
   * below 1 makes a product subnormal.
   *
   * @return {@code [p']}, double precision; do not write or close
   * @throws IllegalStateException if there is an obstacle
   */
  public INDArray theta() {
    return present(theta);
  }

  /**
   * The factors M of a hidden layer.
   *
   * @param layer from 0
   * @return a copy, one power of two for each unit
   * @throws IllegalStateException if there is an obstacle
   */
  public double[] factors(int layer) {
    present(network);
    if (layer < 0 || layer >= factors.size()) {
      throw new IllegalArgumentException(
          "factors expects a hidden layer from 0 to " + (factors.size() - 1) + " but got " + layer);
    }
    return factors.get(layer).clone();
  }

  /**
   * How far both networks agree on the inputs of the construction.
   *
   * @return the comparison
   * @throws IllegalStateException if there is an obstacle
   */
  public Agreement onData() {
    return present(onData);
  }

  /**
   * How far both networks agree on other inputs.
   *
   * @param x {@code [n, d]}, double precision
   * @return the comparison
   * @throws IllegalStateException if there is an obstacle
   * @throws IllegalArgumentException if the inputs do not fit
   */
  public Agreement on(INDArray x) {
    return compare(
        present(surrogate), present(surrogateTheta), present(network), present(theta), factors, x);
  }

  private static Agreement compare(
      Network surrogate,
      INDArray surrogateTheta,
      Network network,
      INDArray theta,
      List<double[]> factors,
      INDArray x) {
    EnclosedNetwork fixed = NetworkEnclosure.of(surrogate, surrogateTheta).at(x);
    EnclosedNetwork relu = NetworkEnclosure.of(network, theta).at(x);
    double computed = 0;
    try (INDArray a = surrogate.forward(surrogateTheta, x);
        INDArray b = network.forward(theta, x)) {
      double[] f = Tensors.toDoubles(a);
      double[] g = Tensors.toDoubles(b);
      for (int i = 0; i < f.length; i++) {
        computed = Math.max(computed, Math.abs(f[i] - g[i]));
      }
    }
    return Agreement.of(fixed, relu, factors, computed);
  }

  private <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("expected a ReLU network but there is none: " + obstacle);
    }
    return Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return onData == null
        ? "EquivalentRelu(none: " + obstacle + ")"
        : "EquivalentRelu(" + network + ", " + onData + ")";
  }
}
