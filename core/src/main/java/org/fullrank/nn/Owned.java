package org.fullrank.nn;

import java.util.function.BiConsumer;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's linearization: owns the contiguous copies of its arguments, and checks what comes
 * from outside, so that layers may rely on it.
 */
final class Owned implements Linearization {
  private final Linearization inner;
  private final INDArray x;
  private final long parameters;
  private final Arena arena;
  private boolean closed;

  Owned(Linearization inner, INDArray x, long parameters, Arena arena) {
    this.inner = inner;
    this.x = x;
    this.parameters = parameters;
    this.arena = arena;
  }

  @Override
  public INDArray value() {
    return open().value();
  }

  @Override
  public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
    open();
    if (dTheta != null) {
      check("parameter tangents", dTheta, -1, parameters);
    }
    if (dx == null) {
      return inner.jvp(dTheta, null);
    }
    check("input tangents", dx, blocks(dTheta == null ? -1 : dTheta.size(0), x));
    INDArray c = TensorViews.contiguous(dx);
    try {
      return inner.jvp(dTheta, c);
    } finally {
      TensorViews.release(c, dx);
    }
  }

  @Override
  public Pullback pullback(INDArray dy) {
    check("output cotangents", dy, blocks(-1, open().value()));
    INDArray c = TensorViews.contiguous(dy);
    Pullback pullback = inner.pullback(c);
    if (c == dy) {
      return pullback;
    }
    Arena copy = new Arena();
    copy.own(c);
    return Pullback.lazy(pullback::inputCotangent, pullback.blocks(), copy.absorb(pullback::close));
  }

  private void check(String where, INDArray a, long... shape) {
    TensorChecks.requireShape(where, a, shape);
    TensorChecks.requireType(where, x.dataType(), a);
    TensorChecks.requireFinite(where, a);
  }

  /** {@code [m, ...shape of a]}. */
  private static long[] blocks(long m, INDArray a) {
    return Shape.of(a.shape()).after(m);
  }

  private Linearization open() {
    if (closed) {
      throw new IllegalStateException(
          "linearization expects to be used before close() but got a call after it");
    }
    return inner;
  }

  @Override
  public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
    open().forEachPreActivation(visitor);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      inner.close();
      arena.close();
    }
  }
}
