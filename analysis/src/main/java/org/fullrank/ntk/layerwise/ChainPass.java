package org.fullrank.ntk.layerwise;

import java.util.List;
import java.util.Optional;
import org.fullrank.linalg.FactorRows.Scaled;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.layer.Dense;
import org.fullrank.ntk.layerwise.ScratchRows.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Forward and adjoint passes of networks made of dense layers, activations and residual blocks, in
 * memory that is used again: the same operations in the same order as the layers' own
 * linearizations, to the same bits, without arrays made for every pass, and without keeping what
 * the factors do not need. For one thread.
 */
final class ChainPass implements AutoCloseable {
  /**
   * Told about the dense layers, which are numbered in slot order. Arrays are valid during the call
   * only; inputs are those of the weight {@code [m, d]} and, if there is one, of the bias {@code
   * [m, 1]}.
   */
  interface Target {
    /** Inputs of a layer with several outputs. */
    void inputs(int dense, List<Scaled> inputs);

    /** Cotangents {@code [k, m, e]} of the outputs of such a layer. */
    void cotangents(int dense, INDArray cotangents);

    /** Both for a layer with one output, whose gradients are products of numbers and inputs. */
    void products(int dense, List<Scaled> inputs, INDArray cotangents);

    Target NOBODY =
        new Target() {
          @Override
          public void inputs(int dense, List<Scaled> inputs) {}

          @Override
          public void cotangents(int dense, INDArray cotangents) {}

          @Override
          public void products(int dense, List<Scaled> inputs, INDArray cotangents) {}
        };
  }

  private final ScratchRows scratch;
  private final ChainNodes nodes;
  private final ChainNodes.Node chain;
  private final int outputs;
  private @Nullable INDArray ones;

  private ChainPass(Network network, INDArray theta) {
    this.scratch = new ScratchRows(theta.dataType());
    this.outputs = (int) network.outputs();
    this.nodes = new ChainNodes(theta, scratch, outputs);
    this.chain = ChainNodes.Part.of(network.layers()).orElseThrow().node(nodes);
  }

  /** Dense layers of a network in slot order, if this class can pass through it. */
  static Optional<List<Dense>> layers(Network network) {
    return ChainNodes.Part.of(network.layers())
        .map(ChainNodes.Part::dense)
        .filter(dense -> !dense.isEmpty());
  }

  /**
   * Passes through a network.
   *
   * @param network one for which {@link #layers} is not empty
   * @param theta its parameters, row-major
   */
  static ChainPass of(Network network, INDArray theta) {
    return new ChainPass(network, theta);
  }

  /**
   * One pass.
   *
   * @param x samples {@code [m, d]}, row-major
   * @param to told about all dense layers
   */
  void run(INDArray x, Target to) {
    int m = (int) x.size(0);
    scratch.begin(m);
    nodes.begin(to, ones(m, x.dataType()));
    Rows input = new Rows(x, x);
    scratch.give(chain.forward(input, true));
    chain.backward(unitCotangents(m), false);
  }

  /** Bytes of the memory that is used again. */
  long bytes() {
    return scratch.bytes() + (ones == null ? 0 : ones.length() * ones.dataType().width());
  }

  /** {@code [k m, k]}: block c is unit vector c for every sample. */
  private Rows unitCotangents(int m) {
    int k = outputs;
    double[] v = new double[Tensors.length(k, m, k)];
    for (int c = 0; c < k; c++) {
      for (int i = 0; i < m; i++) {
        v[(c * m + i) * k + c] = 1;
      }
    }
    Rows out = scratch.take(k, k);
    Tensors.write(v, out.matrix());
    return out;
  }

  private INDArray ones(int m, DataType type) {
    INDArray all = ones;
    if (all == null || all.size(0) != m) {
      closeOnes();
      all = Tensors.filled(type, 1, m, 1);
      ones = all;
    }
    return all;
  }

  private void closeOnes() {
    if (ones != null) {
      ones.close();
      ones = null;
    }
  }

  @Override
  public void close() {
    scratch.close();
    closeOnes();
  }
}
