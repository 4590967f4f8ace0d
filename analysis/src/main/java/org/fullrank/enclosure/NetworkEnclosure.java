package org.fullrank.enclosure;

import java.util.Arrays;
import java.util.Optional;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Evaluates a network in plain Java with a running, proved bound of the error of every entry and of
 * every row, towards the exact network (see the package).
 *
 * <p><b>Errors.</b> Products are computed in twice the working precision, so a layer adds a few
 * {@code u} of its own values, {@code u = 2^-53}, and what {@link
 * org.fullrank.nn.Activation#accuracy()} states. Errors of earlier layers are multiplied by the
 * spectral norm of each weight matrix times its scale and by a bound of the slopes on the samples:
 * a factor of about {@code 2 sigma_w} for a wide random layer, {@code 1 + 2 scale sigma_w} for a
 * residual block. A deep network without normalisation loses digits exponentially.
 *
 * <p><b>Cost.</b> For {@code n} samples and a dense layer {@code 0.4 ns} times {@code n d_in d_out}
 * and twice the product of its smaller dimension squared with the other; backward {@code k} times
 * the first. Memory: about {@code 40 n d} bytes for every layer, and {@code 16 n k d} for every
 * cotangent kept.
 */
public final class NetworkEnclosure {
  private final Network network;
  private final double[] theta;
  private final Optional<DataType> type;
  private final int threads;
  private final ProgressListener progress;

  /** A network without parameters has no type of its own. */
  private NetworkEnclosure(
      Network network,
      double[] theta,
      Optional<DataType> type,
      int threads,
      ProgressListener progress) {
    this.network = network;
    this.theta = theta;
    this.type = type;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * What keeps a network from being enclosed.
   *
   * @param network any network
   * @return empty if {@link #of} accepts it, else one clause that names the layer or activation
   */
  public static Optional<String> obstacle(Network network) {
    return obstacle(network, DataType.DOUBLE);
  }

  /**
   * What keeps a network from being enclosed on inputs of a type, in which its fixed layers round
   * what they store.
   *
   * @param network any network
   * @param type single or double precision
   * @return empty if {@link #of} and then {@link #at} accept it, else one clause
   */
  public static Optional<String> obstacle(Network network, DataType type) {
    return network.layers().stream().flatMap(layer -> obstacle(layer, type).stream()).findFirst();
  }

  /** The cotangents of a step belong to one sample each, so what passes to others has no place. */
  private static Optional<String> obstacle(Layer layer, DataType type) {
    return layer.traits().couplesSamples()
        ? Optional.of(
            "layer "
                + layer
                + " couples the samples, so that a sample has gradients through others, which no"
                + " enclosure follows")
        : layer.enclosureObstacle(type);
  }

  /**
   * A network at parameters, with one thread.
   *
   * @param network of layers that enclose themselves, as those of the library do, with activations
   *     that state their accuracy
   * @param theta parameters {@code [p]}, finite; copied. Empty if all layers are fixed
   * @return the enclosure
   * @throws IllegalArgumentException with the text of {@link #obstacle} if there is one, or if the
   *     parameters do not fit
   */
  public static NetworkEnclosure of(Network network, INDArray theta) {
    Optional<String> obstacle = obstacle(network);
    if (obstacle.isPresent()) {
      throw new IllegalArgumentException(obstacle.get());
    }
    if (network.parameterCount() == 0 && theta.isEmpty()) {
      return new NetworkEnclosure(
          network, new double[0], Optional.empty(), 1, ProgressListener.none());
    }
    TensorChecks.requireShape("theta", theta, network.parameterCount());
    TensorChecks.requireReal("theta", theta.dataType());
    TensorChecks.requireFinite("theta", theta);
    return new NetworkEnclosure(
        network,
        Tensors.toDoubles(theta),
        Optional.of(theta.dataType()),
        1,
        ProgressListener.none());
  }

  /**
   * The same with a number of threads, on which no bit of a result depends.
   *
   * @param count at least 1
   * @return the changed enclosure
   */
  public NetworkEnclosure withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new NetworkEnclosure(network, theta, type, count, progress);
  }

  /**
   * The same with a listener, which is told how many top-level layers are evaluated, and by {@link
   * EnclosedNetwork#jacobian} how many the backward pass has left behind.
   *
   * @param listener called by the thread that calls {@link #at} or {@link EnclosedNetwork#jacobian}
   * @return the changed enclosure
   */
  public NetworkEnclosure withProgress(ProgressListener listener) {
    return new NetworkEnclosure(network, theta, type, threads, Proof.guarding(listener));
  }

  /**
   * Evaluates the network.
   *
   * @param x inputs {@code [n, ...input]}, finite; of the type of the parameters, as in a forward
   *     pass, single or double precision, taken as exact. On single-precision inputs the fixed
   *     layers round what they store, see the package
   * @return the values of all layers
   * @throws IllegalArgumentException if the inputs do not fit or have another type than the
   *     parameters, or what a fixed layer stores overflows in single precision
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public EnclosedNetwork at(INDArray x) {
    TensorChecks.requireReal("input", x.dataType());
    type.ifPresent(expected -> TensorChecks.requireType("input", expected, x));
    TensorChecks.requireShape("input", x, network.inputShape().after(-1));
    TensorChecks.requireFinite("input", x);
    Optional<String> overflow = obstacle(network, x.dataType());
    if (overflow.isPresent()) {
      throw new IllegalArgumentException(overflow.get());
    }
    double[] v = Tensors.toDoubles(x);
    int n = (int) x.size(0);
    int d = v.length / n;
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(v, i * d, (i + 1) * d);
    }
    IntervalMatrix input = IntervalMatrix.exact(rows);
    return new EnclosedNetwork(
        network,
        input,
        network.enclose(theta, input, x.dataType(), threads, progress),
        threads,
        progress);
  }

  @Override
  public String toString() {
    return "NetworkEnclosure(" + network + ")";
  }
}
