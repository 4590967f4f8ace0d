package org.fullrank.diff;

import java.util.List;
import java.util.function.Supplier;
import org.fullrank.linalg.Arena;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of one backward pass: the cotangent of the input and, for each parameter tensor in
 * slot order, the per-sample gradient rows.
 *
 * <p>Closing it frees the cotangents of all layers that the blocks refer to.
 */
public final class Pullback implements AutoCloseable {
  private final Supplier<INDArray> source;
  private @Nullable INDArray inputCotangent;
  private final List<ParameterBlock> blocks;
  private final Arena arena;
  private boolean closed;

  private Pullback(Supplier<INDArray> source, List<ParameterBlock> blocks, Arena arena) {
    this.source = source;
    this.blocks = List.copyOf(blocks);
    this.arena = arena;
  }

  /**
   * A pullback.
   *
   * @param inputCotangent {@code [m, n, ...input]}
   * @param blocks one per slot, in slot order
   * @param arena owner of the arrays that were made for it; closed with the result
   * @return the pullback
   */
  public static Pullback of(INDArray inputCotangent, List<ParameterBlock> blocks, Arena arena) {
    return new Pullback(() -> inputCotangent, blocks, arena);
  }

  /**
   * A pullback whose input cotangent is computed when it is first asked for: nobody asks the first
   * layer of a network that is trained.
   *
   * @param inputCotangent computes {@code [m, n, ...input]}, owned by {@code arena}; called at most
   *     once, before {@link #close()}
   * @param blocks one per slot, in slot order
   * @param arena as for {@link #of}
   * @return the pullback
   */
  public static Pullback lazy(
      Supplier<INDArray> inputCotangent, List<ParameterBlock> blocks, Arena arena) {
    return new Pullback(inputCotangent, blocks, arena);
  }

  /**
   * The transposed input derivative applied to the cotangents.
   *
   * @return {@code [m, n, ...input]}, valid until {@link #close()}
   */
  public INDArray inputCotangent() {
    if (inputCotangent == null) {
      if (closed) {
        throw new IllegalStateException(
            "pullback expects to be used before close() but got a call after it");
      }
      inputCotangent = source.get();
    }
    return inputCotangent;
  }

  /**
   * Per-sample gradients of each slot.
   *
   * @return blocks in slot order, valid until {@link #close()}
   */
  public List<ParameterBlock> blocks() {
    return blocks;
  }

  @Override
  public void close() {
    closed = true;
    arena.close();
  }
}
