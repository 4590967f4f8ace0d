package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.model.SmoothResNet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Small networks and data of the kinds that the theorems on the Jacobian are about. */
final class RandomNetworks {
  private static final Activation[] SMOOTH = {
    Activations.TANH,
    Activations.SIGMOID,
    Activations.SOFTPLUS,
    Activations.ERF,
    Activations.GELU,
    Activations.SILU,
    Activations.SIN
  };

  /** Increasing ones, so that no slope vanishes. */
  private static final Activation[] INCREASING = {
    Activations.leakyRelu(0.3),
    Activations.SOFTPLUS,
    Activations.TANH,
    Activations.SIGMOID,
    Activations.IDENTITY
  };

  private RandomNetworks() {}

  /** The architecture of Gulcu with unit inputs. */
  static Thresholds.Family smoothResNet(long seed) {
    Random random = new Random(seed);
    int d = 2 + random.nextInt(3);
    Network network =
        SmoothResNet.of(d, 8 + random.nextInt(17), 1 + random.nextInt(4), any(SMOOTH, random))
            .withOutputs(1 + random.nextInt(2))
            .withResidualScale(0.1 + 0.8 * random.nextDouble())
            .network();
    return family(network, d, 2 + random.nextInt(3), random, seed);
  }

  /** Dense and residual layers of any scale, biases, several outputs, some layers frozen. */
  static Thresholds.Family anyNetwork(long seed) {
    if (seed % 4 == 0) {
      return smoothResNet(seed);
    }
    Random random = new Random(seed);
    int d = 2 + random.nextInt(3);
    int k = 1 + random.nextInt(2);
    int width = 8 + random.nextInt(17);
    Activation phi = seed % 4 == 1 ? Activations.leakyRelu(0.3) : any(SMOOTH, random);
    List<Layer> layers = new ArrayList<>();
    layers.add(dense("a", d, width, random));
    layers.add(Elementwise.of(phi));
    for (int l = random.nextInt(3); l > 0; l--) {
      Dense inner = dense("r" + l, width, width, random);
      if (random.nextBoolean()) {
        layers.add(Residual.of(0.5, inner, Elementwise.of(phi)));
      } else {
        layers.add(inner);
        layers.add(Elementwise.of(phi));
      }
    }
    layers.add(dense("b", width, k, random));
    String[] frozen = random.nextInt(3) == 0 ? new String[] {"a.W"} : new String[0];
    return family(Network.of(Shape.of(d), layers), d, 2 + random.nextInt(3), random, seed, frozen);
  }

  /** One wide layer and a pyramid. */
  static Thresholds.Family pyramid(long seed) {
    Random random = new Random(seed);
    int d = 2 + random.nextInt(3);
    int n = 2 + random.nextInt(3);
    int in = n + random.nextInt(20);
    int out = 2 + random.nextInt(6);
    int depth = 2 + random.nextInt(3);
    List<Layer> layers = new ArrayList<>();
    layers.add(dense("w1", d, in, random));
    for (int l = 2; l <= depth; l++) {
      out = l == 2 ? out : 1 + random.nextInt(out);
      layers.add(Elementwise.of(any(INCREASING, random)).withName("phi" + l));
      layers.add(dense("w" + l, in, out, random));
      in = out;
    }
    String[] frozen = random.nextInt(3) == 0 ? new String[] {"w1.W"} : new String[0];
    return family(Network.of(Shape.of(d), layers), d, n, random, seed, frozen);
  }

  private static Dense dense(String name, int in, int out, Random random) {
    Dense dense = Dense.of(name, in, out).withSigmaW(0.7 + random.nextDouble());
    dense = random.nextInt(4) == 0 ? dense.withBias(0.3) : dense;
    dense = random.nextInt(4) == 0 ? dense.withParameterization(Parameterization.STANDARD) : dense;
    return random.nextInt(4) == 0 ? dense.withLayout(Layout.OUT_IN) : dense;
  }

  private static Activation any(Activation[] activations, Random random) {
    return activations[random.nextInt(activations.length)];
  }

  private static Thresholds.Family family(
      Network network, int d, int n, Random random, long seed, String... frozen) {
    return new Thresholds.Family(
        network, network.initialize(Seed.of(seed)), unitRows(n, d, random), random, frozen);
  }

  static INDArray unitRows(int n, int d, Random random) {
    double[] x = new double[n * d];
    for (int i = 0; i < n; i++) {
      double norm = 0;
      for (int j = i * d; j < (i + 1) * d; j++) {
        x[j] = random.nextGaussian();
        norm = Math.hypot(norm, x[j]);
      }
      for (int j = i * d; j < (i + 1) * d; j++) {
        x[j] /= norm;
      }
    }
    return Tensors.of(x, n, d);
  }
}
