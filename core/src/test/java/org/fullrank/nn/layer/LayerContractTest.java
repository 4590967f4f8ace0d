package org.fullrank.nn.layer;

import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every layer of the library through the contract. */
class LayerContractTest {
  private static final Dense DENSE = Dense.of("d", 5, 3).withSigmaW(1.3);

  abstract static class On extends LayerContract {
    private final Layer layer;
    private final Shape input;

    On(Layer layer, long... input) {
      this.layer = layer;
      this.input = Shape.of(input);
    }

    @Override
    Layer layer() {
      return layer;
    }

    @Override
    Shape inputShape() {
      return input;
    }
  }

  @Nested
  class NtkDense extends On {
    NtkDense() {
      super(DENSE, 5);
    }
  }

  @Nested
  class NtkDenseWithBias extends On {
    NtkDenseWithBias() {
      super(DENSE.withBias(0.3), 5);
    }
  }

  @Nested
  class StandardDenseWithBias extends On {
    StandardDenseWithBias() {
      super(DENSE.withBias(0.3).withParameterization(Parameterization.STANDARD), 5);
    }
  }

  @Nested
  class DenseStoredOutIn extends On {
    DenseStoredOutIn() {
      super(DENSE.withBias(0.3).withLayout(Layout.OUT_IN), 5);
    }
  }

  @Nested
  class Fixed extends On {
    Fixed() {
      super(FixedLinear.of("m", Tensors.of(new double[] {1, -2, 0.5, 3, 4, 1}, 2, 3)), 3);
    }
  }

  @Nested
  class Tanh extends On {
    Tanh() {
      super(Elementwise.of(Activations.TANH), 2, 3);
    }
  }

  @Nested
  class Relu extends On {
    Relu() {
      super(Elementwise.of(Activations.RELU), 6);
    }
  }

  @Nested
  class Flat extends On {
    Flat() {
      super(Flatten.of(), 2, 3);
    }
  }

  @Nested
  class IdentityShortcut extends On {
    IdentityShortcut() {
      super(
          Residual.of(
              0.5,
              Dense.of("a", 4, 6).withBias(0.1),
              Elementwise.of(Activations.TANH),
              Dense.of("b", 6, 4)),
          4);
    }
  }

  @Nested
  class DenseShortcut extends On {
    DenseShortcut() {
      super(
          Residual.of(-2, Dense.of("a", 4, 3), Elementwise.of(Activations.SIGMOID))
              .withShortcut(Dense.of("s", 4, 3).withBias(1)),
          4);
    }
  }

  @Nested
  class FixedShortcut extends On {
    FixedShortcut() {
      super(
          Residual.of(1, Dense.of("a", 2, 3))
              .withShortcut(FixedLinear.of("s", Tensors.of(new double[] {1, 0, 0, 1, 2, 2}, 3, 2))),
          2);
    }
  }

  @Nested
  class ActivationBranch extends On {
    ActivationBranch() {
      super(Residual.of(1, Elementwise.of(Activations.SIN)), 4);
    }
  }

  @Nested
  class Chain extends On {
    Chain() {
      super(
          Sequential.of(
              Flatten.of(),
              Dense.of("a", 6, 5),
              Elementwise.of(Activations.GELU),
              Residual.of(1, Dense.of("b", 5, 5).withBias(0.2)),
              Dense.of("c", 5, 2)),
          2,
          3);
    }
  }

  @Nested
  class ResidualInResidual extends On {
    ResidualInResidual() {
      super(
          Residual.of(
                  0.5,
                  Residual.of(-2, Dense.of("a", 4, 3), Elementwise.of(Activations.SIGMOID))
                      .withShortcut(Dense.of("s", 4, 3).withBias(1)),
                  Dense.of("b", 3, 2).withBias(0.2))
              .withShortcut(
                  Sequential.of(
                      Dense.of("t", 4, 2), Residual.of(1, Elementwise.of(Activations.TANH)))),
          4);
    }
  }

  @Nested
  class FixedPatterns extends On {
    FixedPatterns() {
      super(
          SurrogateRelu.of(
              "s",
              Seed.of(3),
              Dense.of("a", 4, 6).withSigmaW(1.4),
              Dense.of("b", 6, 5).withLayout(Layout.OUT_IN),
              Dense.of("c", 5, 3).withParameterization(Parameterization.STANDARD)),
          4);
    }
  }

  @Nested
  class FixedPatternsInBranch extends On {
    FixedPatternsInBranch() {
      super(
          Residual.of(
              0.5,
              SurrogateRelu.of("s", Seed.of(3), Dense.of("a", 4, 7)),
              Dense.of("b", 7, 4).withBias(0.1)),
          4);
    }
  }

  @Nested
  class WidthOne extends On {
    WidthOne() {
      super(Residual.of(1, Dense.of("a", 1, 1).withBias(0.3).withLayout(Layout.OUT_IN)), 1);
    }
  }

  @Nested
  class CoupledSamples extends On {
    CoupledSamples() {
      super(Residual.of(0.5, Dense.of("a", 3, 3).withBias(0.3), new Centering()), 3);
    }
  }

  /** A layer from outside that couples samples: rows minus their mean. */
  private record Centering() implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      return List.of();
    }

    @Override
    public Traits traits() {
      return Traits.coupled();
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      return new Centred(x.shape(), applied(x, x.shape()));
    }

    /** Linear and symmetric: value, tangents and cotangents are one map. */
    private static INDArray applied(INDArray blocks, long[] shape) {
      double[] v = Tensors.toDoubles(blocks);
      double[] out = v.clone();
      int n = (int) shape[0];
      int d = (int) shape[1];
      for (int r = 0; r < v.length; r++) {
        for (int i = 0; i < n; i++) {
          out[r] -= v[r / (n * d) * n * d + i * d + r % d] / n;
        }
      }
      return Tensors.of(blocks.dataType(), out, blocks.shape());
    }
  }

  private record Centred(List<Long> shape, INDArray value) implements Linearization {
    Centred(long[] shape, INDArray value) {
      this(Arrays.stream(shape).boxed().toList(), value);
    }

    private INDArray applied(INDArray blocks) {
      return Centering.applied(blocks, new long[] {shape.get(0), shape.get(1)});
    }

    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : applied(dx);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      return Pullback.of(arena.own(applied(dy)), List.of(), arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }
}
