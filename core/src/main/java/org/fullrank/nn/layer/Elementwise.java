package org.fullrank.nn.layer;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Entrywise;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.PointwiseStep;
import org.fullrank.rigor.matrix.PointwiseBounds;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An activation applied to every entry. Function and derivative are evaluated together, in plain
 * Java and in the precision of the input.
 */
public final class Elementwise implements Layer {
  private final String name;
  private final Activation activation;

  private Elementwise(String name, Activation activation) {
    this.name = name;
    this.activation = activation;
  }

  /**
   * A layer named after its activation.
   *
   * @param activation the function
   * @return the layer
   */
  public static Elementwise of(Activation activation) {
    return new Elementwise(activation.name(), activation);
  }

  /**
   * The same layer under another name.
   *
   * @param newName for messages and files
   * @return the renamed layer
   */
  public Elementwise withName(String newName) {
    return new Elementwise(newName, activation);
  }

  /**
   * The name.
   *
   * @return that of the activation unless another was given
   */
  public String name() {
    return name;
  }

  /**
   * The function.
   *
   * @return the activation
   */
  public Activation activation() {
    return activation;
  }

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
    TensorChecks.requireReal("Elementwise '" + name + "' input", x.dataType());
    List<INDArray> both = Chunks.map(x, activation::evaluate, activation::evaluate);
    return new Applied(name, x, both.get(0), both.get(1));
  }

  @Override
  public Traits traits() {
    return Traits.of(activation);
  }

  @Override
  public void describe(LayerContent content) {
    content.text(activation.getClass().getName());
    content.text(activation.name());
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    if (activation.accuracy().isEmpty()) {
      return Optional.of(
          "activation "
              + activation.name()
              + " states no accuracy; override Activation.accuracy() with a proved error bound");
    }
    if (activation.kinks().isEmpty()) {
      return Optional.of(
          "the derivative of activation "
              + activation.name()
              + " is not Lipschitz and nothing says where its kinks are; override"
              + " Activation.kinks() with all of them");
    }
    if (!(activation.lowerBound() <= activation.upperBound())) {
      return Optional.of(
          "activation "
              + activation.name()
              + " states that its values lie between "
              + activation.lowerBound()
              + " and "
              + activation.upperBound()
              + "; override lowerBound() and upperBound() with the ends of its range");
    }
    return Optional.empty();
  }

  @Override
  public PointwiseStep enclose(EnclosedInput in) {
    double[][] z = in.x().midpoints();
    double[][] values = new double[z.length][in.x().columns()];
    double[][] slopes = new double[z.length][in.x().columns()];
    for (int i = 0; i < z.length; i++) {
      Cancellation.check("A network enclosure");
      activation.evaluate(z[i], values[i], slopes[i]);
    }
    return PointwiseStep.of(in.x(), values, slopes, bounds());
  }

  private PointwiseBounds bounds() {
    Accuracy accuracy = activation.accuracy().orElseThrow();
    return new PointwiseBounds(
        accuracy.relative(),
        accuracy.absolute(),
        accuracy.slopeRelative(),
        accuracy.slopeAbsolute(),
        activation.regularity().lipschitz(),
        activation.kinks().orElseThrow(),
        activation.isPositivelyHomogeneous(),
        activation.lowerBound(),
        activation.upperBound());
  }

  @Override
  public String toString() {
    return name.equals(activation.name()) ? name : name + ":" + activation.name();
  }

  private record Applied(String name, INDArray input, INDArray value, INDArray slope)
      implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : Entrywise.times(dx, slope);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      return Pullback.of(arena.own(Entrywise.times(dy, slope)), List.of(), arena);
    }

    @Override
    public void forEachPreActivation(BiConsumer<String, INDArray> visitor) {
      visitor.accept(name, input);
    }

    @Override
    public void close() {
      value.close();
      slope.close();
    }
  }
}
