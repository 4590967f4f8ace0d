package org.fullrank.nn.layer;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.UnchangedStep;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Each sample as one vector, in row-major order. */
public final class Flatten implements Layer {
  private Flatten() {}

  /**
   * The layer.
   *
   * @return a flattening layer
   */
  public static Flatten of() {
    return new Flatten();
  }

  @Override
  public Shape outputShape(Shape input) {
    return Shape.of(input.length());
  }

  @Override
  public List<Slot> slots() {
    return List.of();
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    long n = x.size(0);
    return new Flattened(x.shape(), TensorViews.reshape(x, n, x.length() / n));
  }

  @Override
  public Traits traits() {
    return Traits.LINEAR;
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return Optional.empty();
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    return new UnchangedStep(in.x());
  }

  @Override
  public String toString() {
    return "Flatten";
  }

  /** The value is a view of the input, so there is nothing to close. */
  private static final class Flattened implements Linearization {
    private final long[] inputShape;
    private final INDArray value;

    Flattened(long[] inputShape, INDArray value) {
      this.inputShape = inputShape;
      this.value = value;
    }

    @Override
    public INDArray value() {
      return value;
    }

    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null
          ? null
          : TensorViews.reshape(dx, dx.size(0), value.size(0), value.size(1)).dup('c');
    }

    @Override
    public Pullback pullback(INDArray dy) {
      long[] shape = new long[inputShape.length + 1];
      shape[0] = dy.size(0);
      System.arraycopy(inputShape, 0, shape, 1, inputShape.length);
      return Pullback.of(TensorViews.reshape(dy, shape), List.of(), new Arena());
    }

    @Override
    public void close() {}
  }
}
