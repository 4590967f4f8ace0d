package org.fullrank.nn.layer;

import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Entrywise;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multiplication of each sample by its own zeros and ones, which do not change; exact.
 *
 * @param pattern {@code [n, d]}, owned by the caller
 */
record Gate(INDArray pattern) implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    return input;
  }

  @Override
  public List<Slot> slots() {
    return List.of();
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    return new Gated(pattern, Entrywise.times(x, pattern));
  }

  @Override
  public String toString() {
    return "Gate";
  }

  private record Gated(INDArray pattern, INDArray value) implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : Entrywise.times(dx, pattern);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      return Pullback.of(arena.own(Entrywise.times(dy, pattern)), List.of(), arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }
}
