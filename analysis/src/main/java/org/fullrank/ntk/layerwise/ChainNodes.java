package org.fullrank.ntk.layerwise;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Entrywise;
import org.fullrank.linalg.FactorRows.Scaled;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.layerwise.ScratchRows.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layers of a {@link ChainPass} at given parameters. Operations are those of the layers' own
 * linearizations, in their order and with their shapes.
 */
final class ChainNodes {
  private final INDArray theta;
  private final ScratchRows scratch;
  private final int outputs;
  private long offset;
  private int dense;
  private ChainPass.@Nullable Target target;
  private @Nullable INDArray ones;

  /**
   * Layers to be made one after the other.
   *
   * @param theta parameters, row-major
   * @param scratch memory of all passes
   * @param outputs k
   */
  ChainNodes(INDArray theta, ScratchRows scratch, int outputs) {
    this.theta = theta;
    this.scratch = scratch;
    this.outputs = outputs;
  }

  /**
   * To be called before a pass.
   *
   * @param to told about dense layers
   * @param one inputs {@code [m, 1]} of the biases
   */
  void begin(ChainPass.Target to, INDArray one) {
    target = to;
    ones = one;
  }

  private ChainPass.Target target() {
    return Objects.requireNonNull(target);
  }

  /** A layer with what its adjoint needs of the last forward pass. */
  interface Node {
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

  /** A layer that passes can go through: the one list of those that are known here. */
  interface Part {
    /** The node at the parameters of the next dense layers. */
    Node node(ChainNodes nodes);

    /** The dense layers, in slot order. */
    List<Dense> dense();

    /** Empty for any other layer. */
    static Optional<Part> of(Layer layer) {
      if (layer instanceof Dense d) {
        return Optional.of(new Leaf(nodes -> nodes.affine(d), List.of(d)));
      }
      if (layer instanceof Elementwise e) {
        return Optional.of(new Leaf(nodes -> nodes.new Applied(e), List.of()));
      }
      if (layer instanceof Sequential s) {
        return of(s.layers()).map(Part.class::cast);
      }
      if (layer instanceof Residual r && r.shortcut().isEmpty()) {
        return of(r.branch().layers())
            .map(
                branch ->
                    new Leaf(
                        nodes -> nodes.new Block(r.scale(), branch.node(nodes)), branch.dense()));
      }
      return Optional.empty();
    }

    /** A chain, if all its layers are known. */
    static Optional<Parts> of(List<Layer> layers) {
      List<Part> parts = layers.stream().flatMap(layer -> of(layer).stream()).toList();
      return parts.size() == layers.size() ? Optional.of(new Parts(parts)) : Optional.empty();
    }
  }

  private record Leaf(Function<ChainNodes, Node> maker, List<Dense> dense) implements Part {
    @Override
    public Node node(ChainNodes nodes) {
      return maker.apply(nodes);
    }
  }

  /** Layers one after the other. */
  record Parts(List<Part> parts) implements Part {
    @Override
    public Chain node(ChainNodes nodes) {
      return new Chain(parts.stream().map(part -> part.node(nodes)).toList());
    }

    @Override
    public List<Dense> dense() {
      return parts.stream().flatMap(part -> part.dense().stream()).toList();
    }
  }

  private Affine affine(Dense layer) {
    Affine affine = new Affine(layer);
    offset += layer.parameterCount();
    dense++;
    return affine;
  }

  static final class Chain implements Node {
    private final List<Node> nodes;

    Chain(List<Node> nodes) {
      this.nodes = nodes;
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

    Affine(Dense layer) {
      this.layer = layer;
      this.number = dense;
      this.inOut = layer.layout() == Layout.IN_OUT;
      this.w = TensorViews.slice(theta, offset, layer.slots().get(0).shape().dimensions());
      if (layer.hasBias()) {
        long at = offset + layer.slots().get(1).offset();
        double[] b = Tensors.toDoubles(TensorViews.slice(theta, at, layer.out()));
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
      Activation phi = layer.activation();
      Chunks.map(x.matrix(), phi::evaluate, phi::evaluate, value.matrix(), s.matrix());
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
