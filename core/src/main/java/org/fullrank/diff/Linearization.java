package org.fullrank.diff;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A map of parameters and inputs, and its derivative, at one point.
 *
 * <p>Shapes: {@code n} samples, {@code m} tangents or cotangents, {@code p} parameters of this map.
 * Immutable; arguments are never written. Off-heap memory is freed by {@link #close()}, after which
 * no method may be called.
 */
public interface Linearization extends AutoCloseable {
  /**
   * The value at the point.
   *
   * @return {@code [n, ...output]}, owned by this object: do not write or close it
   */
  INDArray value();

  /**
   * The derivative applied to a block of tangents (forward mode).
   *
   * @param dTheta parameter tangents {@code [m, p]}, or null for zero
   * @param dx input tangents {@code [m, n, ...input]}, or null for zero
   * @return {@code [m, n, ...output]}, or null when both tangents are null; the caller closes it
   */
  @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx);

  /**
   * The transposed derivative applied to a block of cotangents (reverse mode), kept per sample.
   *
   * @param dy output cotangents {@code [m, n, ...output]}, row-major without gaps; must stay open
   *     and unchanged as long as the result is used
   * @return input cotangents and one parameter block per slot; the caller closes it
   */
  Pullback pullback(INDArray dy);

  /**
   * Shows the input of every elementwise layer, in forward order: its sign pattern, dead units and
   * distance to kinks are read off here.
   *
   * @param visitor takes the layer's name and its pre-activations {@code [n, ...]}, which it must
   *     not write or close
   */
  default void forEachPreActivation(BiConsumer<String, INDArray> visitor) {}

  @Override
  void close();
}
