package org.fullrank.nn.layer;

import java.util.List;
import java.util.function.BiConsumer;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A surrogate at given parameters and inputs.
 *
 * @param name of the layer
 * @param values the trained chain with its gates set
 * @param signals the frozen dense layers, whose values are the {@code t_l}
 * @param arena owner of everything
 */
record SurrogateLinearization(
    String name, Linearization values, List<Linearization> signals, Arena arena)
    implements Linearization {
  @Override
  public INDArray value() {
    return values.value();
  }

  @Override
  public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
    return values.jvp(dTheta, dx);
  }

  @Override
  public Pullback pullback(INDArray dy) {
    return values.pullback(dy);
  }

  @Override
  public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
    for (int l = 0; l < signals.size(); l++) {
      visitor.accept(name + ".gate" + (l + 1), signals.get(l).value());
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
