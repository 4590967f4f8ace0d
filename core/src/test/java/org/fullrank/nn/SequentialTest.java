package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.layer.Dense;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a chain does with layers from outside that break their contract: it says so. */
class SequentialTest {
  private static final int N = 3;
  private static final int D = 2;

  enum Flaw {
    NO_BLOCK,
    TWO_BLOCKS,
    SUMMED_BLOCK,
    SHORT_BLOCK,
    NO_TANGENT,
    WIDE_VALUE,
    FLOAT_VALUE
  }

  /** {@code x + theta}, but for one flaw. */
  private record Shift(Flaw flaw) implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      return List.of(new Slot("t", Shape.of(D), 0, Initializer.zeros()));
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      double[] v = Tensors.toDoubles(x);
      DataType type = flaw == Flaw.FLOAT_VALUE ? DataType.FLOAT : x.dataType();
      INDArray value =
          flaw == Flaw.WIDE_VALUE ? Tensors.zeros(type, N, D + 1) : Tensors.of(type, v, x.shape());
      return new At(flaw, value);
    }
  }

  private record At(Flaw flaw, INDArray value) implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return flaw == Flaw.NO_TANGENT || dx == null ? null : dx.dup('c');
    }

    @Override
    public Pullback pullback(INDArray dy) {
      ParameterBlock rows = ExplicitBlock.of(dy);
      long m = dy.size(0);
      List<ParameterBlock> blocks =
          switch (flaw) {
            case NO_BLOCK -> List.of();
            case TWO_BLOCKS -> List.of(rows, rows);
            case SUMMED_BLOCK ->
                List.of(ExplicitBlock.of(TensorViews.reshape(rows.sum(), m, 1, D)));
            case SHORT_BLOCK ->
                List.of(ExplicitBlock.of(Tensors.zeros(DataType.DOUBLE, m, N, D - 1)));
            default -> List.of(rows);
          };
      return Pullback.of(dy, blocks, new Arena());
    }

    @Override
    public void close() {}
  }

  private static final INDArray X = Tensors.of(new double[] {1, 2, 3, 4, 5, 6}, N, D);

  private static Network network(Flaw flaw) {
    return Network.of(Shape.of(D), new Shift(flaw), Dense.of("a", D, D));
  }

  @ParameterizedTest
  @EnumSource
  void aLayerThatBreaksItsContractIsNamed(Flaw flaw) {
    Network network = network(flaw);
    INDArray theta = network.initialize(Seed.of(1));
    assertThatThrownBy(
            () -> {
              try (Jacobian j = network.jacobian(theta, X)) {
                j.toMatrix().close();
                j.apply(Tensors.zeros(DataType.DOUBLE, j.columns(), 1)).close();
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Shift[flaw=" + flaw + "]")
        .hasMessageContaining("expect")
        .hasMessageContaining("but got");
  }

  @Test
  void tangentsAndCotangentsMustBeFinite() {
    Network network = Network.of(Shape.of(D), Dense.of("a", D, 1));
    INDArray theta = network.initialize(Seed.of(1));
    try (Linearization l = network.linearize(theta, X)) {
      INDArray bad = Tensors.filled(DataType.DOUBLE, Double.NaN, 1, D);
      assertThatThrownBy(() -> l.jvp(bad, null)).hasMessageContaining("finite");
      INDArray dx = Tensors.filled(DataType.DOUBLE, Double.POSITIVE_INFINITY, 1, N, D);
      assertThatThrownBy(() -> l.jvp(null, dx)).hasMessageContaining("finite");
      INDArray dy = Tensors.filled(DataType.DOUBLE, Double.NaN, 1, N, 1);
      assertThatThrownBy(() -> l.pullback(dy)).hasMessageContaining("finite");
    }
  }

  @Test
  void aLayerMayNotAppearTwice() {
    Dense shared = Dense.of("a", D, D);
    assertThatThrownBy(() -> Network.of(Shape.of(D), shared, shared))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a.W' appears twice");
    assertThatThrownBy(
            () ->
                Network.of(
                    Shape.of(D),
                    shared,
                    org.fullrank.nn.layer.Residual.of(1, Dense.of("b", D, D)).withShortcut(shared)))
        .hasMessageContaining("'a.W' appears twice");
  }
}
