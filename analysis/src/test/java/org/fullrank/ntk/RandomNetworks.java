package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Small plain and residual networks with random data, for tests. */
final class RandomNetworks {
  static final int INPUT = 4;

  private RandomNetworks() {}

  static Network network(
      boolean residual, int k, boolean bias, Parameterization parameterization, Activation phi) {
    List<Layer> layers = new ArrayList<>();
    layers.add(dense("in", INPUT, 7, bias, parameterization));
    for (int l = 0; l < 2; l++) {
      if (residual) {
        layers.add(
            Residual.of(
                0.7,
                dense("r" + l + ".1", 7, 5, bias, parameterization),
                Elementwise.of(phi),
                dense("r" + l + ".2", 5, 7, bias, parameterization)));
      } else {
        layers.add(Elementwise.of(phi));
        layers.add(dense("h" + l, 7, 7, bias, parameterization));
      }
    }
    layers.add(Elementwise.of(phi));
    layers.add(dense("out", 7, k, bias, parameterization));
    return Network.of(Shape.of(INPUT), layers);
  }

  static Network tanh(boolean residual, int k) {
    return network(residual, k, true, Parameterization.NTK, Activations.TANH);
  }

  private static Dense dense(String name, int in, int out, boolean bias, Parameterization p) {
    Dense d = Dense.of(name, in, out).withSigmaW(1.4).withParameterization(p);
    return bias ? d.withBias(0.3) : d;
  }

  static INDArray inputs(String name, int n) {
    RandomStream stream = Seed.of(5).stream(name);
    double[] v = new double[n * INPUT];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, n, INPUT);
  }
}
