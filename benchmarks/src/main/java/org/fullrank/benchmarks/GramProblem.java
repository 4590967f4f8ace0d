package org.fullrank.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the Gram benchmarks work on: a tanh network on 64 inputs in NTK parametrisation, its
 * parameters, and random samples. Biases everywhere but in the output layer.
 *
 * @param network {@code plain} (3 hidden layers) or {@code residual} (10 blocks)
 * @param theta its parameters
 * @param x samples {@code [n, 64]}
 */
record GramProblem(Network network, INDArray theta, INDArray x) implements AutoCloseable {
  static final int INPUT = 64;
  static final int HIDDEN = 3;
  private static final int BLOCKS = 10;

  static GramProblem of(String family, int width, int n, int k, DataType type) {
    Network network = network(family, width, k);
    return new GramProblem(
        network, network.initialize(Seed.of(1), type), gaussian("inputs", type, n, INPUT));
  }

  static Network network(String family, int width, int k) {
    List<Layer> layers = new ArrayList<>();
    switch (family) {
      case "plain" -> {
        for (int l = 1; l <= HIDDEN; l++) {
          layers.add(dense("h" + l, l == 1 ? INPUT : width, width));
          layers.add(Elementwise.of(Activations.TANH));
        }
      }
      case "residual" -> {
        layers.add(dense("in", INPUT, width));
        for (int b = 1; b <= BLOCKS; b++) {
          layers.add(
              Residual.of(
                  1 / Math.sqrt(BLOCKS),
                  dense("b" + b, width, width),
                  Elementwise.of(Activations.TANH)));
        }
      }
      default ->
          throw new IllegalArgumentException("expected plain or residual but got '" + family + "'");
    }
    layers.add(Dense.of("out", width, k));
    return Network.of(Shape.of(INPUT), layers);
  }

  private static Dense dense(String name, int in, int out) {
    return Dense.of(name, in, out).withSigmaW(1.5).withBias(0.1);
  }

  /** Standard normal entries; the name keys the random stream. */
  static INDArray gaussian(String name, DataType type, long... shape) {
    RandomStream stream = Seed.of(2).stream(name);
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(type, v, shape);
  }

  @Override
  public void close() {
    theta.close();
    x.close();
  }
}
