package org.fullrank.surrogate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.SurrogateRelu;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layers and parameters of the ReLU network for given factors. */
final class ReluWeights {
  private final Network network;
  private final double[] theta;

  private ReluWeights(Network network, double[] theta) {
    this.network = network;
    this.theta = theta;
  }

  Network network() {
    return network;
  }

  INDArray theta() {
    return Tensors.of(theta, theta.length);
  }

  /**
   * Each weight is one correctly rounded difference, except that where {@code M < 1} makes {@code M
   * W} subnormal that product is rounded first, by at most {@code 2^-1075}; empty if one of them
   * overflows.
   *
   * @param factors powers of two, one for each unit of each hidden layer
   */
  static Optional<ReluWeights> of(Network surrogate, INDArray theta, List<double[]> factors) {
    SurrogateRelu hidden = (SurrogateRelu) surrogate.layers().get(0);
    Dense readout = (Dense) surrogate.layers().get(1);
    double[] trained = Tensors.toDoubles(theta);
    double[] psi;
    try (INDArray gates = hidden.gates()) {
      psi = Tensors.toDoubles(gates);
    }
    List<Layer> layers = new ArrayList<>();
    List<double[]> parts = new ArrayList<>();
    int offset = 0;
    double[] before = new double[0];
    for (int l = 0; l < factors.size(); l++) {
      Dense dense = hidden.layers().get(l);
      double[][] w = matrix(dense, trained, offset);
      double[][] frozen = matrix(dense, psi, offset);
      double[] factor = factors.get(l);
      double[] block = l == 0 ? first(w, frozen, factor) : next(w, frozen, before, factor);
      parts.add(block);
      long in = l == 0 ? dense.in() : 2 * dense.in();
      layers.add(Dense.of(dense.name(), in, 2 * dense.out()).withScales(dense.weightScale(), 0));
      layers.add(Elementwise.of(Activations.RELU).withName(dense.name() + ".relu"));
      offset += (int) dense.parameterCount();
      before = factor;
    }
    parts.add(last(matrix(readout, trained, offset), before));
    Dense out = Dense.of(readout.name(), 2 * readout.in(), readout.out());
    if (readout.hasBias()) {
      out = out.withBias(readout.sigmaB());
      int from = offset + (int) (readout.in() * readout.out());
      parts.add(Arrays.copyOfRange(trained, from, from + (int) readout.out()));
    }
    layers.add(out.withScales(readout.weightScale(), readout.biasScale()));
    double[] all = parts.stream().flatMapToDouble(Arrays::stream).toArray();
    for (double v : all) {
      if (!Double.isFinite(v)) {
        return Optional.empty();
      }
    }
    return Optional.of(new ReluWeights(Network.of(surrogate.inputShape(), layers), all));
  }

  /** Weights {@code [in][out]} of a layer at an offset. */
  private static double[][] matrix(Dense dense, double[] parameters, int offset) {
    int in = (int) dense.in();
    int out = (int) dense.out();
    boolean inOut = dense.layout() == Layout.IN_OUT;
    double[][] w = new double[in][out];
    for (int p = 0; p < in; p++) {
      for (int q = 0; q < out; q++) {
        w[p][q] = parameters[offset + (inOut ? p * out + q : q * in + p)];
      }
    }
    return w;
  }

  /** {@code (W + M Psi, Psi)}, row-major. */
  private static double[] first(double[][] w, double[][] psi, double[] factor) {
    int m = w[0].length;
    double[] block = new double[w.length * 2 * m];
    for (int p = 0; p < w.length; p++) {
      for (int q = 0; q < m; q++) {
        block[p * 2 * m + q] = Math.fma(factor[q], psi[p][q], w[p][q]);
        block[p * 2 * m + m + q] = psi[p][q];
      }
    }
    return block;
  }

  /** {@code (W, 0)} above {@code (M' Psi - M W, Psi)}. */
  private static double[] next(double[][] w, double[][] psi, double[] before, double[] factor) {
    int in = w.length;
    int m = w[0].length;
    double[] block = new double[2 * in * 2 * m];
    for (int p = 0; p < in; p++) {
      for (int q = 0; q < m; q++) {
        block[p * 2 * m + q] = w[p][q];
        int below = (in + p) * 2 * m;
        // M is a power of two, so M W is exact unless it is subnormal; then this rounds once.
        block[below + q] = Math.fma(factor[q], psi[p][q], -before[p] * w[p][q]);
        block[below + m + q] = psi[p][q];
      }
    }
    return block;
  }

  /** {@code V} above {@code -M V}. */
  private static double[] last(double[][] v, double[] factor) {
    int in = v.length;
    int k = v[0].length;
    double[] block = new double[2 * in * k];
    for (int p = 0; p < in; p++) {
      for (int c = 0; c < k; c++) {
        block[p * k + c] = v[p][c];
        block[(in + p) * k + c] = -factor[p] * v[p][c];
      }
    }
    return block;
  }
}
