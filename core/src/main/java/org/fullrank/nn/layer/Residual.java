package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Entrywise;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.SumStep;
import org.fullrank.nn.enclosed.UnchangedStep;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code h <- S(h) + scale * branch(h)}: the shortcut {@code S} is the identity, or a layer such as
 * {@link FixedLinear} or {@link Dense} where the widths differ. Slots: the branch's, then the
 * shortcut's.
 */
public final class Residual implements Layer {
  private final double scale;
  private final Sequential branch;
  private final @Nullable Layer shortcut;
  private final List<Slot> slots;
  private final String name;

  private Residual(String name, double scale, Sequential branch, @Nullable Layer shortcut) {
    this.name = name;
    this.scale = scale;
    this.branch = branch;
    this.shortcut = shortcut;
    List<Slot> all = new ArrayList<>(branch.slots());
    if (shortcut != null) {
      shortcut.slots().forEach(s -> all.add(s.at(branch.parameterCount() + s.offset())));
    }
    this.slots = List.copyOf(all);
  }

  /**
   * A block with identity shortcut.
   *
   * @param scale factor of the branch, finite
   * @param branch its layers in forward order
   * @return the layer
   */
  public static Residual of(double scale, Layer... branch) {
    return of(scale, List.of(branch));
  }

  /**
   * A block with identity shortcut.
   *
   * @param scale factor of the branch, finite
   * @param branch its layers in forward order
   * @return the layer
   */
  public static Residual of(double scale, List<? extends Layer> branch) {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException("Residual expects a finite scale but got " + scale);
    }
    return new Residual("residual", scale, Sequential.of(branch), null);
  }

  /**
   * The same block with a layer in place of the identity.
   *
   * @param layer maps the input to the branch's output shape
   * @return the changed block
   */
  public Residual withShortcut(Layer layer) {
    return new Residual(name, scale, branch, layer);
  }

  /**
   * The same block under another name.
   *
   * @param newName for messages and files
   * @return the renamed block
   */
  public Residual withName(String newName) {
    return new Residual(newName, scale, branch, shortcut);
  }

  /**
   * The name.
   *
   * @return "residual" unless another was given
   */
  public String name() {
    return name;
  }

  /**
   * The factor of the branch.
   *
   * @return scale
   */
  public double scale() {
    return scale;
  }

  /**
   * The branch.
   *
   * @return its layers
   */
  public Sequential branch() {
    return branch;
  }

  /**
   * The shortcut.
   *
   * @return empty for the identity
   */
  public Optional<Layer> shortcut() {
    return Optional.ofNullable(shortcut);
  }

  @Override
  public Shape outputShape(Shape input) {
    Shape out = branch.outputShape(input);
    Shape skip = shortcut == null ? input : shortcut.outputShape(input);
    if (!out.equals(skip)) {
      throw new IllegalArgumentException(
          "Residual '"
              + name
              + "' expects branch and shortcut of equal output shape but got "
              + out
              + " and "
              + skip
              + "; give a FixedLinear or Dense shortcut");
    }
    return out;
  }

  @Override
  public List<Slot> slots() {
    return slots;
  }

  @Override
  public List<Layer> parts() {
    return shortcut == null ? List.of(branch) : List.of(branch, shortcut);
  }

  /** A branch of factor 0 has no say in the parity. */
  @Override
  public Traits traits() {
    Traits skip = shortcut == null ? Traits.LINEAR : shortcut.traits();
    Traits sum = branch.traits().plus(skip);
    return scale == 0 && !sum.couplesSamples()
        ? new Traits(false, sum.degree(), skip.parity(), sum.homogeneous(), sum.analytic())
        : sum;
  }

  @Override
  public void describe(LayerContent content) {
    content.number(scale);
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return parts().stream().flatMap(l -> l.enclosureObstacle(type).stream()).findFirst();
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    EnclosedStep value = branch.enclose(in);
    EnclosedStep skip =
        shortcut == null
            ? new UnchangedStep(in.x())
            : shortcut.enclose(in.next(in.x(), branch.parameterCount()));
    return SumStep.of(skip, scale, value);
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    long p = branch.parameterCount();
    Shape input = Shape.of(Arrays.copyOfRange(x.shape(), Math.min(1, x.rank()), x.rank()));
    outputShape(input);
    Linearization b = branch.linearize(TensorViews.segment(theta, 0, p), x);
    Linearization s =
        shortcut == null
            ? null
            : shortcut.linearize(TensorViews.segment(theta, p, shortcut.parameterCount()), x);
    INDArray value = Entrywise.scaledPlus(b.value(), scale, s == null ? x : s.value());
    return new Sum(scale, p, shortcut == null ? 0 : shortcut.parameterCount(), b, s, value);
  }

  @Override
  public String toString() {
    return "Residual("
        + scale
        + ", "
        + branch.layers()
        + (shortcut == null ? "" : ", shortcut " + shortcut)
        + ")";
  }

  private record Sum(
      double scale,
      long branchParameters,
      long shortcutParameters,
      Linearization branch,
      @Nullable Linearization shortcut,
      INDArray value)
      implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      try (Arena arena = new Arena()) {
        INDArray b = branch.jvp(part(dTheta, 0, branchParameters, arena), dx);
        INDArray s =
            shortcut == null
                ? dx
                : shortcut.jvp(part(dTheta, branchParameters, shortcutParameters, arena), dx);
        if (b != null) {
          arena.own(b);
        }
        if (s != null && s != dx) {
          arena.own(s);
        }
        if (b != null) {
          return s == null ? Tensors.scaled(b, scale) : Entrywise.scaledPlus(b, scale, s);
        }
        if (s == null) {
          return null;
        }
        return s == dx ? s.dup('c') : arena.release(s);
      }
    }

    private static @Nullable INDArray part(
        @Nullable INDArray dTheta, long offset, long count, Arena arena) {
      if (dTheta == null || count == 0) {
        return null;
      }
      return arena.contiguous(
          dTheta.get(NDArrayIndex.all(), NDArrayIndex.interval(offset, offset + count)));
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      Pullback b = branch.pullback(arena.own(Tensors.scaled(dy, scale)));
      arena.absorb(b::close);
      List<ParameterBlock> blocks = new ArrayList<>(b.blocks());
      Pullback s = shortcut == null ? null : shortcut.pullback(dy);
      if (s != null) {
        arena.absorb(s::close);
        blocks.addAll(s.blocks());
      }
      return Pullback.lazy(
          () -> {
            INDArray skip = s == null ? dy : s.inputCotangent();
            return arena.own(Entrywise.scaledPlus(b.inputCotangent(), 1, skip));
          },
          blocks,
          arena);
    }

    @Override
    public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
      branch.forEachPreActivation(visitor);
      if (shortcut != null) {
        shortcut.forEachPreActivation(visitor);
      }
    }

    @Override
    public void close() {
      branch.close();
      if (shortcut != null) {
        shortcut.close();
      }
      value.close();
    }
  }
}
