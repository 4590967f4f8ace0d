package org.fullrank.nn.layer;

import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.junit.jupiter.api.Nested;

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
}
