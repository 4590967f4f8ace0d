package org.fullrank.nn.model;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The deep linear residual network {@code f(x) = B (I + W_L) ... (I + W_1) A x} of Zou, Long and Gu
 * (ICLR 2020, arXiv 2003.01094): {@code A [m, d]} and {@code B [k, m]} are fixed, the {@code W_l
 * [m, m]} are trained from zero.
 *
 * <p>The slots are named {@code W1.W} to {@code WL.W}. Immutable.
 */
public final class DeepLinearResNet {
  private final Network network;

  private DeepLinearResNet(Network network) {
    this.network = network;
  }

  /**
   * With given maps.
   *
   * @param a {@code [m, d]}, finite; copied
   * @param b {@code [k, m]}, finite; copied
   * @param depth number L of residual layers, at least 1
   * @return the network
   */
  public static DeepLinearResNet of(INDArray a, INDArray b, int depth) {
    TensorChecks.requireRank("DeepLinearResNet A", a, 2);
    TensorChecks.requireShape("DeepLinearResNet B", b, -1, a.size(0));
    if (depth < 1) {
      throw new IllegalArgumentException(
          "DeepLinearResNet expects a depth of at least 1 but got " + depth);
    }
    long m = a.size(0);
    List<Layer> layers = new ArrayList<>();
    layers.add(FixedLinear.of("A", a));
    for (int l = 1; l <= depth; l++) {
      layers.add(
          Residual.of(
              1,
              Dense.of("W" + l, m, m)
                  .withParameterization(Parameterization.STANDARD)
                  .withWeights(Initializer.zeros())));
    }
    layers.add(FixedLinear.of("B", b));
    return new DeepLinearResNet(Network.of(Shape.of(a.size(1)), layers));
  }

  /**
   * Identity maps, padded with zeros: {@code A = [I; 0]}, {@code B = [I, 0]}. Targets far from the
   * inputs leave gradient descent on a plateau.
   *
   * @param d inputs
   * @param m width, at least {@code max(d, k)}
   * @param k outputs
   * @param depth number of residual layers
   * @return the network
   */
  public static DeepLinearResNet identity(int d, int m, int k, int depth) {
    requireWidth(m, Math.max(d, k), "max(d, k)");
    double[][] a = new double[m][d];
    for (int i = 0; i < d; i++) {
      a[i][i] = 1;
    }
    double[][] b = new double[k][m];
    for (int i = 0; i < k; i++) {
      b[i][i] = 1;
    }
    return of(a, b, depth);
  }

  /**
   * The modified identity maps of the paper: {@code A = gA [I; 0]}, {@code B = gB [0, I]} with
   * disjoint supports, so that the outputs are zero at the start whatever the factors.
   *
   * @param d inputs
   * @param m width, at least {@code d + k}
   * @param k outputs
   * @param depth number of residual layers
   * @param gA factor of A, finite
   * @param gB factor of B, finite
   * @return the network
   */
  public static DeepLinearResNet modifiedIdentity(
      int d, int m, int k, int depth, double gA, double gB) {
    requireWidth(m, d + k, "d + k");
    double[][] a = new double[m][d];
    for (int i = 0; i < d; i++) {
      a[i][i] = gA;
    }
    double[][] b = new double[k][m];
    for (int i = 0; i < k; i++) {
      b[i][m - k + i] = gB;
    }
    return of(a, b, depth);
  }

  /**
   * Maps with independent normal entries of mean zero.
   *
   * @param d inputs
   * @param m width
   * @param k outputs
   * @param depth number of residual layers
   * @param deviationA standard deviation of the entries of A, at least 0
   * @param deviationB of those of B
   * @param seed of both
   * @return the network
   */
  public static DeepLinearResNet gaussian(
      int d, int m, int k, int depth, double deviationA, double deviationB, Seed seed) {
    return of(
        gaussian(m, d, deviationA, seed.stream("A")),
        gaussian(k, m, deviationB, seed.stream("B")),
        depth);
  }

  /**
   * The network.
   *
   * @return A, L residual layers, B
   */
  public Network network() {
    return network;
  }

  /**
   * The initial parameters: zero.
   *
   * @return a new array {@code [p]}
   */
  public INDArray theta() {
    return network.initialize(Seed.of(0));
  }

  private static DeepLinearResNet of(double[][] a, double[][] b, int depth) {
    try (INDArray first = Tensors.ofRows(a);
        INDArray last = Tensors.ofRows(b)) {
      return of(first, last, depth);
    }
  }

  private static double[][] gaussian(int rows, int columns, double deviation, RandomStream random) {
    if (!(deviation >= 0 && deviation <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "DeepLinearResNet expects a standard deviation >= 0 but got " + deviation);
    }
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = deviation * random.nextGaussian();
      }
    }
    return out;
  }

  private static void requireWidth(int m, int least, String what) {
    if (m < least) {
      throw new IllegalArgumentException(
          "DeepLinearResNet expects a width of at least " + what + " = " + least + " but got " + m);
    }
  }
}
