package org.fullrank.nn;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Arena;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A linearization that also owns the contiguous copies of its arguments. */
record Owned(Linearization inner, Arena arena) implements Linearization {
  @Override
  public INDArray value() {
    return inner.value();
  }

  @Override
  public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
    return inner.jvp(dTheta, dx);
  }

  @Override
  public Pullback pullback(INDArray dy) {
    return inner.pullback(dy);
  }

  @Override
  public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
    inner.forEachPreActivation(visitor);
  }

  @Override
  public Optional<RoundingModel> rounding() {
    return inner.rounding();
  }

  @Override
  public void close() {
    inner.close();
    arena.close();
  }
}
