package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Entrywise;
import org.fullrank.linalg.FactorRows.Scaled;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.ScratchRows.Rows;
import org.jspecify.annotations.Nullable;
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
  private final Chain chain;
  private final int outputs;
  private @Nullable Target target;
  private @Nullable INDArray ones;

  private ChainPass(Network network, INDArray theta) {
    this.scratch = new ScratchRows(theta.dataType());
    this.outputs = (int) network.outputs();
    this.chain = new Chain(network.layers(), new Place(theta));
  }

  /** Dense layers of a network in slot order, if this class can pass through it. */
  static Optional<List<Dense>> layers(Network network) {
    List<Dense> dense = new ArrayList<>();
    return collect(network.layers(), dense) && !dense.isEmpty()
        ? Optional.of(dense)
        : Optional.empty();
  }

  private static boolean collect(List<Layer> layers, List<Dense> dense) {
    for (Layer layer : layers) {
      boolean known;
      if (layer instanceof Dense d) {
        known = dense.add(d);
      } else if (layer instanceof Sequential s) {
        known = collect(s.layers(), dense);
      } else if (layer instanceof Residual r) {
        known = r.shortcut().isEmpty() && collect(r.branch().layers(), dense);
      } else {
        known = layer instanceof Elementwise;
      }
      if (!known) {
        return false;
      }
    }
    return true;
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
    target = to;
    int m = (int) x.size(0);
    scratch.begin(m);
    if (ones == null || ones.size(0) != m) {
      closeOnes();
      ones = Tensors.filled(x.dataType(), 1, m, 1);
    }
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

  private Target target() {
    return Objects.requireNonNull(target);
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

  /** Position in the parameter vector and among the dense layers while a chain is built. */
  private static final class Place {
    final INDArray theta;
    long offset;
    int dense;

    Place(INDArray theta) {
      this.theta = theta;
    }
  }

  /** A layer with what its adjoint needs of the last forward pass. */
  private interface Node {
    /**
     * The value.
     *
     * @param x inputs {@code [m, d]}
     * @param keep whether the caller needs {@code x} afterwards; otherwise it is given back
     * @return rows of the caller
     */
    Rows forward(Rows x, boolean keep);

    /**
     * The cotangents of the inputs.
     *
     * @param dy those of the outputs; given back
     * @param needed whether somebody wants the result
     * @return rows of the caller, null if they are not needed
     */
    @Nullable Rows backward(Rows dy, boolean needed);
  }

  private final class Chain implements Node {
    private final List<Node> nodes = new ArrayList<>();

    Chain(List<Layer> layers, Place place) {
      for (Layer layer : layers) {
        nodes.add(node(layer, place));
      }
    }

    private Node node(Layer layer, Place place) {
      if (layer instanceof Dense d) {
        Affine affine = new Affine(d, place);
        place.offset += d.parameterCount();
        place.dense++;
        return affine;
      }
      if (layer instanceof Residual r) {
        return new Block(r.scale(), new Chain(r.branch().layers(), place));
      }
      if (layer instanceof Sequential s) {
        return new Chain(s.layers(), place);
      }
      return new Applied((Elementwise) layer);
    }

    @Override
    public Rows forward(Rows x, boolean keep) {
      Rows h = x;
      for (int l = 0; l < nodes.size(); l++) {
        h = nodes.get(l).forward(h, l == 0 && keep);
      }
      return h;
    }

    @Override
    public @Nullable Rows backward(Rows dy, boolean needed) {
      Rows g = dy;
      for (int l = nodes.size() - 1; l > 0; l--) {
        g = Objects.requireNonNull(nodes.get(l).backward(g, true));
      }
      return nodes.get(0).backward(g, needed);
    }
  }

  /** {@code z = sw (h W) + sb b}. */
  private final class Affine implements Node {
    private final Dense layer;
    private final int number;
    private final INDArray w;
    private final boolean inOut;
    private final double @Nullable [] bias;
    private @Nullable Rows input;

    Affine(Dense layer, Place place) {
      this.layer = layer;
      this.number = place.dense;
      this.inOut = layer.layout() == Layout.IN_OUT;
      this.w =
          TensorViews.slice(place.theta, place.offset, layer.slots().get(0).shape().dimensions());
      if (layer.hasBias()) {
        long at = place.offset + layer.slots().get(1).offset();
        double[] b = Tensors.toDoubles(TensorViews.slice(place.theta, at, layer.out()));
        for (int q = 0; q < b.length; q++) {
          b[q] *= layer.biasScale();
        }
        this.bias = b;
      } else {
        this.bias = null;
      }
    }

    private List<Scaled> inputs(INDArray x) {
      Scaled weight = new Scaled(x, layer.weightScale());
      INDArray one = Objects.requireNonNull(ones);
      return bias == null ? List.of(weight) : List.of(weight, new Scaled(one, layer.biasScale()));
    }

    @Override
    public Rows forward(Rows x, boolean keep) {
      Rows z = scratch.take(1, layer.out());
      if (bias != null) {
        Tensors.tile(bias, z.matrix());
      }
      multiply(x.matrix(), !inOut, bias == null ? 0 : 1, z.matrix());
      if (layer.out() > 1) {
        target().inputs(number, inputs(x.matrix()));
        if (!keep) {
          scratch.give(x);
        }
      } else if (keep) {
        Rows copy = scratch.take(1, layer.in());
        Entrywise.scaled(x.matrix(), 1, copy.matrix());
        input = copy;
      } else {
        input = x;
      }
      return z;
    }

    private void multiply(INDArray rows, boolean transposed, double beta, INDArray out) {
      if (beta == 0 && (out.size(0) == 1 || out.size(1) == 1)) {
        // Routines for vectors scale what they find, and 0 times NaN is NaN.
        Tensors.write(new double[(int) out.length()], out);
      }
      Products.multiply(layer.weightScale(), rows, false, w, transposed, beta, out);
    }

    @Override
    public @Nullable Rows backward(Rows dy, boolean needed) {
      Rows kept = input;
      if (kept == null) {
        target().cotangents(number, dy.cube());
      } else {
        target().products(number, inputs(kept.matrix()), dy.cube());
        scratch.give(kept);
        input = null;
      }
      Rows dx = null;
      if (needed) {
        dx = scratch.take(outputs, layer.in());
        multiply(dy.matrix(), inOut, 0, dx.matrix());
      }
      scratch.give(dy);
      return dx;
    }
  }

  /** An activation, which overwrites its input where nobody else needs it. */
  private final class Applied implements Node {
    private final Elementwise layer;
    private @Nullable Rows slope;

    Applied(Elementwise layer) {
      this.layer = layer;
    }

    @Override
    public Rows forward(Rows x, boolean keep) {
      long d = x.matrix().size(1);
      Rows value = keep ? scratch.take(1, d) : x;
      Rows s = scratch.take(1, d);
      Chunks.map(x.matrix(), layer.activation()::evaluate, value.matrix(), s.matrix());
      slope = s;
      return value;
    }

    @Override
    public @Nullable Rows backward(Rows dy, boolean needed) {
      Rows s = Objects.requireNonNull(slope);
      slope = null;
      if (needed) {
        Entrywise.times(dy.cube(), s.matrix(), dy.cube());
      } else {
        scratch.give(dy);
      }
      scratch.give(s);
      return needed ? dy : null;
    }
  }

  /** {@code y = c f(x) + x}. */
  private final class Block implements Node {
    private final double scale;
    private final Chain branch;

    Block(double scale, Chain branch) {
      this.scale = scale;
      this.branch = branch;
    }

    @Override
    public Rows forward(Rows x, boolean keep) {
      Rows y = branch.forward(x, true);
      Entrywise.scaledPlus(y.matrix(), scale, x.matrix(), y.matrix());
      if (!keep) {
        scratch.give(x);
      }
      return y;
    }

    @Override
    public @Nullable Rows backward(Rows dy, boolean needed) {
      Rows scaled = scratch.take(outputs, dy.matrix().size(1));
      Entrywise.scaled(dy.matrix(), scale, scaled.matrix());
      Rows dx = branch.backward(scaled, needed);
      if (dx != null) {
        Entrywise.scaledPlus(dx.matrix(), 1, dy.matrix(), dx.matrix());
      }
      scratch.give(dy);
      return dx;
    }
  }
}
