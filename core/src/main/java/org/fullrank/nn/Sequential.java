package org.fullrank.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.enclosed.ChainStep;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.rigor.ProgressListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Layers one after the other; their slots follow each other in the parameter vector. */
public final class Sequential implements Layer {
  private final List<Layer> layers;
  private final List<Slot> slots;

  private Sequential(List<Layer> layers) {
    this.layers = List.copyOf(layers);
    List<Slot> all = new ArrayList<>();
    long offset = 0;
    for (Layer layer : layers) {
      for (Slot slot : layer.slots()) {
        all.add(slot.at(offset + slot.offset()));
      }
      offset += layer.parameterCount();
    }
    this.slots = List.copyOf(all);
  }

  /**
   * A chain.
   *
   * @param layers in forward order, at least one
   * @return the chain
   */
  public static Sequential of(Layer... layers) {
    return of(List.of(layers));
  }

  /**
   * A chain.
   *
   * @param layers in forward order, at least one
   * @return the chain
   */
  public static Sequential of(List<? extends Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("Sequential expects at least one layer but got none");
    }
    return new Sequential(List.copyOf(layers));
  }

  /**
   * The layers.
   *
   * @return in forward order
   */
  public List<Layer> layers() {
    return layers;
  }

  @Override
  public Shape outputShape(Shape input) {
    Shape shape = input;
    for (Layer layer : layers) {
      shape = layer.outputShape(shape);
    }
    return shape;
  }

  @Override
  public List<Slot> slots() {
    return slots;
  }

  @Override
  public List<Layer> parts() {
    return layers;
  }

  @Override
  public Traits traits() {
    return layers.stream().map(Layer::traits).reduce(Traits::then).orElseThrow();
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return layers.stream().flatMap(l -> l.enclosureObstacle(type).stream()).findFirst();
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    return new ChainStep(enclose(in, ProgressListener.none()));
  }

  /**
   * Evaluates the layers one after the other with error bounds.
   *
   * @param in parameters and enclosed inputs
   * @param progress told how many layers are done
   * @return one step for each layer
   * @throws IllegalArgumentException with the text of {@link #enclosureObstacle} if there is one
   */
  public List<EnclosedStep> enclose(EnclosedInput in, ProgressListener progress) {
    List<EnclosedStep> steps = new ArrayList<>();
    EnclosedInput at = in;
    for (Layer layer : layers) {
      Cancellation.check("A network enclosure");
      progress.show("enclosed layers", steps.size(), layers.size());
      EnclosedStep step = layer.enclose(at);
      requireWidth(layer, at, step);
      steps.add(step);
      at = at.next(step.value(), layer.parameterCount());
    }
    progress.show("enclosed layers", layers.size(), layers.size());
    return List.copyOf(steps);
  }

  /** Layers may come from outside, and a step of other samples would be about another network. */
  private static void requireWidth(Layer layer, EnclosedInput in, EnclosedStep step) {
    if (step.value().rows() != in.x().rows()) {
      throw new IllegalArgumentException(
          "the enclosure of layer "
              + layer
              + " expects "
              + in.x().rows()
              + " samples but got "
              + step.value().rows());
    }
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    long count = parameterCount();
    if (count > 0) {
      TensorChecks.requireShape("theta", theta, count);
    }
    List<Linearization> parts = new ArrayList<>();
    INDArray h = x;
    long offset = 0;
    try {
      for (Layer layer : layers) {
        long p = layer.parameterCount();
        Linearization part = layer.linearize(TensorViews.segment(theta, offset, p), h);
        parts.add(part);
        h = checkedValue(layer, h, part);
        offset += p;
      }
    } catch (RuntimeException e) {
      parts.forEach(Linearization::close);
      throw e;
    }
    return new Chain(parts, layers);
  }

  /** Layers may come from outside, and a wrong shape further on would go unnoticed in products. */
  private static INDArray checkedValue(Layer layer, INDArray x, Linearization part) {
    long[] shape = x.shape();
    Shape expected = layer.outputShape(Shape.of(Arrays.copyOfRange(shape, 1, shape.length)));
    String where = "value of layer " + layer;
    TensorChecks.requireShape(where, part.value(), expected.after(shape[0]));
    TensorChecks.requireType(where, x.dataType(), part.value());
    return part.value();
  }

  @Override
  public String toString() {
    return "Sequential" + layers;
  }

  private record Chain(List<Linearization> parts, List<Layer> layers) implements Linearization {
    @Override
    public INDArray value() {
      return parts.get(parts.size() - 1).value();
    }

    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      try (Arena arena = new Arena()) {
        INDArray tangent = dx;
        long offset = 0;
        for (int l = 0; l < parts.size(); l++) {
          long p = layers.get(l).parameterCount();
          INDArray own = dTheta == null || p == 0 ? null : columns(dTheta, offset, p, arena);
          boolean moves = own != null || tangent != null;
          tangent = parts.get(l).jvp(own, tangent);
          if (tangent != null) {
            arena.own(tangent);
          } else if (moves) {
            throw new IllegalArgumentException(
                "tangents of layer " + layers.get(l) + " expect an array but got null");
          }
          offset += p;
        }
        return tangent == null ? null : arena.release(tangent);
      }
    }

    /** A block left out, doubled or misplaced would shift the columns of all that follow. */
    private static List<ParameterBlock> checkedBlocks(Layer layer, Pullback part, long m, long n) {
      List<long[]> expected =
          layer.slots().stream().map(slot -> new long[] {m, n, slot.size()}).toList();
      List<long[]> got =
          part.blocks().stream()
              .map(b -> new long[] {b.cotangents(), b.samples(), b.size()})
              .toList();
      if (!Arrays.deepEquals(expected.toArray(), got.toArray())) {
        throw new IllegalArgumentException(
            "pullback of layer "
                + layer
                + " expects one block [cotangents, samples, size] per slot "
                + Arrays.deepToString(expected.toArray())
                + " but got "
                + Arrays.deepToString(got.toArray()));
      }
      return part.blocks();
    }

    private static INDArray columns(INDArray a, long offset, long p, Arena arena) {
      return arena.contiguous(a.get(NDArrayIndex.all(), NDArrayIndex.interval(offset, offset + p)));
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      List<List<ParameterBlock>> blocks = new ArrayList<>();
      Supplier<INDArray> cotangent = () -> dy;
      for (int l = parts.size() - 1; l >= 0; l--) {
        Pullback part = parts.get(l).pullback(cotangent.get());
        arena.absorb(part::close);
        blocks.add(0, checkedBlocks(layers.get(l), part, dy.size(0), value().size(0)));
        cotangent = part::inputCotangent;
      }
      return Pullback.lazy(cotangent, blocks.stream().flatMap(List::stream).toList(), arena);
    }

    @Override
    public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
      parts.forEach(p -> p.forEachPreActivation(visitor));
    }

    @Override
    public void close() {
      parts.forEach(Linearization::close);
    }
  }
}
