package org.fullrank.nn;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An immutable description of a map of parameters and inputs. An extension point: implement {@link
 * #linearize} and run the layer through {@code LayerContract} of {@code fullrank-testkit}.
 *
 * <p>What a layer declares about itself is believed: {@link #traits} become premises of verified
 * statements about the network, and {@link #enclose} its proof, so a wrong declaration makes those
 * wrong.
 *
 * <p>Kernels are computed on pieces of the samples by several threads: {@link #linearize} is called
 * concurrently on one layer, with different numbers of samples, and must give the same structure of
 * parameter blocks each time.
 */
public interface Layer {
  /**
   * The shape of a sample's output.
   *
   * @param input shape of a sample's input
   * @return the output shape
   * @throws IllegalArgumentException if the layer cannot take the shape; the message says both
   */
  Shape outputShape(Shape input);

  /**
   * The parameter tensors in the order of the parameter vector, offsets counted from 0.
   *
   * @return empty for a layer without parameters
   */
  List<Slot> slots();

  /**
   * Evaluates the layer and prepares its derivatives.
   *
   * @param theta this layer's own parameters {@code [p]}, without gaps; empty without slots
   * @param x inputs {@code [n, ...input]}, row-major without gaps, of the same type; must stay open
   *     and unchanged as long as the result is used
   * @return the linearization, which the caller closes
   */
  Linearization linearize(INDArray theta, INDArray x);

  /**
   * What holds of the layer for every value of its parameters.
   *
   * @return {@link Traits#UNKNOWN} unless overridden
   */
  default Traits traits() {
    return Traits.UNKNOWN;
  }

  /**
   * The layers that this one is made of.
   *
   * @return in forward order; empty unless overridden
   */
  default List<Layer> parts() {
    return List.of();
  }

  /**
   * What keeps this layer from being enclosed. A composite layer is enclosed exactly when all its
   * {@link #parts} are.
   *
   * @param type of the inputs, in which a layer rounds what it stores: single or double precision
   * @return empty if {@link #enclose} works; else one clause that names the layer, which is the
   *     answer unless overridden
   */
  default Optional<String> enclosureObstacle(DataType type) {
    return Optional.of(
        "layer "
            + this
            + " does not say that it can be enclosed (override Layer.enclosureObstacle, empty if"
            + " nothing is in the way, and Layer.enclose), so its rounding errors are not known");
  }

  /**
   * Evaluates the layer with error bounds towards the exact layer: real arithmetic at the given
   * parameters. What it returns is believed by proofs. {@link #enclosureObstacle} decides whether
   * this method is asked, so override both. A number that the layer stores is rounded to {@link
   * EnclosedInput#type} first, as {@link #linearize} rounds it.
   *
   * <p>A quick check of a new layer: {@code gram.distanceToExactNetwork(enclosed)} is about 1e-13
   * of a double-precision Gram; a large one shows that this method and {@link #linearize} are
   * different maps.
   *
   * @param in parameters and enclosed inputs
   * @return value, derivatives and second-order bounds
   * @throws IllegalArgumentException with the text of {@link #enclosureObstacle} if there is one
   */
  default EnclosedStep enclose(EnclosedInput in) {
    throw new IllegalArgumentException(
        enclosureObstacle(in.type())
            .orElse("layer " + this + " has no obstacle and does not override Layer.enclose"));
  }

  /**
   * Tells everything that decides the map besides class, text, parameters and {@link #parts}, so
   * that two problems that differ in a fixed number are not taken for one.
   *
   * @param content receives numbers, texts and arrays; nothing unless overridden
   */
  default void describe(LayerContent content) {}

  /**
   * The number of parameters.
   *
   * @return the sum of the slots' sizes
   */
  default long parameterCount() {
    return slots().stream().mapToLong(Slot::size).sum();
  }
}
