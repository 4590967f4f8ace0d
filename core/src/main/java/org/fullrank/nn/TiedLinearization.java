package org.fullrank.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.SharedBlocks;
import org.fullrank.linalg.Arena;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The linearization of a chain whose layers share tensors, with respect to each tensor once. */
final class TiedLinearization implements Linearization {
  private final Linearization chain;
  private final Tying tying;
  private final INDArray expanded;

  /** Takes ownership of the expanded parameters. */
  TiedLinearization(Linearization chain, Tying tying, INDArray expanded) {
    this.chain = chain;
    this.tying = tying;
    this.expanded = expanded;
  }

  @Override
  public INDArray value() {
    return chain.value();
  }

  @Override
  public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
    if (dTheta == null) {
      return chain.jvp(null, dx);
    }
    try (INDArray tangents = tying.expandRows(dTheta)) {
      return chain.jvp(tangents, dx);
    }
  }

  @Override
  public Pullback pullback(INDArray dy) {
    Arena arena = new Arena();
    Pullback part = chain.pullback(dy);
    arena.absorb(part::close);
    List<List<ParameterBlock>> uses = new ArrayList<>();
    tying.slots().forEach(slot -> uses.add(new ArrayList<>()));
    for (int e = 0; e < tying.uses(); e++) {
      uses.get(tying.source(e)).add(part.blocks().get(e));
    }
    List<ParameterBlock> blocks = uses.stream().map(u -> SharedBlocks.merged(u, arena)).toList();
    return Pullback.lazy(part::inputCotangent, blocks, arena);
  }

  @Override
  public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
    chain.forEachPreActivation(visitor);
  }

  @Override
  public void close() {
    chain.close();
    expanded.close();
  }
}
