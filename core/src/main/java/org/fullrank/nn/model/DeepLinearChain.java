package org.fullrank.nn.model;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Plain deep linear networks {@code f(x) = c W_L ... W_1 x}, all {@code W_l} trained, with the
 * scalings and initialisations of the literature. {@code W_1} is {@code [m, d]}, {@code W_L} is
 * {@code [k, m]}; a network of depth 1 is one matrix {@code [k, d]}.
 *
 * <p>The slots are named {@code W1.W} to {@code WL.W}, stored {@code [in, out]}. Immutable.
 */
public final class DeepLinearChain {
  private final Network network;
  private final Seed seed;

  private DeepLinearChain(Network network, Seed seed) {
    this.network = network;
    this.seed = seed;
  }

  /**
   * The network of Du and Hu (ICML 2019, arXiv 1901.08572): {@code c = (m^(L-1) k)^(-1/2)}, spread
   * over the layers, and standard normal entries.
   *
   * @param d inputs
   * @param m width
   * @param k outputs
   * @param depth number L of matrices, at least 1
   * @param seed of the entries
   * @return the network
   */
  public static DeepLinearChain duHu(int d, int m, int k, int depth, Seed seed) {
    return scaled(d, m, k, depth, Initializer.gaussian(1), seed);
  }

  /**
   * The orthogonal initialisation of Hu, Xiao and Pennington (ICLR 2020, arXiv 2001.05992), scaled
   * as in {@link #duHu}: {@code W_1^T W_1 = m I}, {@code W_l^T W_l = m I}, {@code W_L W_L^T = m I},
   * each uniformly distributed among such matrices, up to rounding.
   *
   * @param d inputs, at most m
   * @param m width
   * @param k outputs, at most m
   * @param depth number L of matrices, at least 2
   * @param seed of the Gaussian matrices that are made orthogonal
   * @return the network
   */
  public static DeepLinearChain orthogonal(int d, int m, int k, int depth, Seed seed) {
    if (depth < 2 || m < Math.max(d, k)) {
      throw new IllegalArgumentException(
          "DeepLinearChain.orthogonal expects a depth >= 2 and a width of at least max(d, k) = "
              + Math.max(d, k)
              + " but got "
              + depth
              + " and "
              + m);
    }
    return scaled(d, m, k, depth, OrthogonalInitializer.ofNorm(Math.sqrt((double) m)), seed);
  }

  /**
   * The zero-asymmetric start of Wu, Wang and Ma (NeurIPS 2019, arXiv 1911.00645): {@code W_1 = ...
   * = W_(L-1) = I}, {@code W_L = 0}, no factor.
   *
   * @param d inputs and width
   * @param k outputs
   * @param depth number L of matrices, at least 1
   * @return the network
   */
  public static DeepLinearChain zeroAsymmetric(int d, int k, int depth) {
    List<Layer> layers = new ArrayList<>();
    for (int l = 1; l <= depth; l++) {
      Initializer start = l == depth ? Initializer.zeros() : identityPlus(0);
      layers.add(unscaled(l, d, l == depth ? k : d).withWeights(start));
    }
    return of(d, depth, layers, Seed.of(0));
  }

  /**
   * All matrices near the identity: {@code W_l = I +} independent normal entries; no factor.
   *
   * @param d inputs, width and outputs
   * @param depth number L of matrices, at least 1
   * @param deviation standard deviation of the entries, at least 0
   * @param seed of the entries
   * @return the network
   */
  public static DeepLinearChain nearIdentity(int d, int depth, double deviation, Seed seed) {
    if (!(deviation >= 0 && deviation <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "DeepLinearChain.nearIdentity expects a deviation >= 0 but got " + deviation);
    }
    List<Layer> layers = new ArrayList<>();
    for (int l = 1; l <= depth; l++) {
      layers.add(unscaled(l, d, d).withWeights(identityPlus(deviation)));
    }
    return of(d, depth, layers, seed);
  }

  /**
   * The normal start of Glorot and Bengio (AISTATS 2010), often named after Xavier Glorot: entries
   * of variance {@code 2 / (in + out)}; no factor.
   *
   * @param d inputs
   * @param m width
   * @param k outputs
   * @param depth number L of matrices, at least 1
   * @param seed of the entries
   * @return the network
   */
  public static DeepLinearChain xavier(int d, int m, int k, int depth, Seed seed) {
    List<Layer> layers = new ArrayList<>();
    for (int l = 1; l <= depth; l++) {
      int in = l == 1 ? d : m;
      int out = l == depth ? k : m;
      layers.add(
          unscaled(l, in, out)
              .withWeights(Initializer.gaussian(Math.sqrt(2 / ((double) in + out)))));
    }
    return of(d, depth, layers, seed);
  }

  private static DeepLinearChain scaled(
      int d, int m, int k, int depth, Initializer weights, Seed seed) {
    List<Layer> layers = new ArrayList<>();
    for (int l = 1; l <= depth; l++) {
      int out = l == depth ? k : m;
      layers.add(
          Dense.of("W" + l, l == 1 ? d : m, out)
              .withScales(1 / Math.sqrt((double) out), 0)
              .withWeights(weights));
    }
    return of(d, depth, layers, seed);
  }

  private static Dense unscaled(int l, int in, int out) {
    return Dense.of("W" + l, in, out).withParameterization(Parameterization.STANDARD);
  }

  private static DeepLinearChain of(int d, int depth, List<Layer> layers, Seed seed) {
    if (depth < 1) {
      throw new IllegalArgumentException(
          "DeepLinearChain expects a depth of at least 1 but got " + depth);
    }
    return new DeepLinearChain(Network.of(Shape.of(d), layers), seed);
  }

  private static Initializer identityPlus(double deviation) {
    return (values, shape, stream) -> {
      int columns = (int) shape.size(1);
      for (int i = 0; i < values.length; i++) {
        double noise = deviation == 0 ? 0 : deviation * stream.nextGaussian();
        values[i] = (i / columns == i % columns ? 1 : 0) + noise;
      }
    };
  }

  /**
   * The network.
   *
   * @return L dense layers without bias
   */
  public Network network() {
    return network;
  }

  /**
   * The initial parameters.
   *
   * @return a new array {@code [p]}, the same each time
   */
  public INDArray theta() {
    return network.initialize(seed);
  }
}
