package org.fullrank.nn;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fullrank.diff.Linearization;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that is used in several places with the same parameters (weight tying). The places hold
 * this very object: at the top of a network, in chains, in branches and shortcuts alike.
 *
 * <pre>{@code
 * Shared w = Shared.of(Dense.of("w", 8, 8));
 * Network.of(Shape.of(8), w, Elementwise.of(TANH), w);
 * }</pre>
 *
 * <p>A network lists the parameters of a shared layer once, where it is used first. Gradients of
 * the uses add up: the Jacobian has one group of columns for them, and the Gram is that of the sum.
 * Two objects around layers of one name are two layers, and an error as for any layers.
 */
public final class Shared implements Layer {
  private final Layer layer;
  private final List<Slot> slots;

  private Shared(Layer layer) {
    this.layer = layer;
    Tie tie = new Tie(layer.toString());
    this.slots = layer.slots().stream().map(slot -> slot.tied(tie)).toList();
  }

  /**
   * A layer to be used in several places.
   *
   * @param layer with parameters, which may be a composite
   * @return the layer that the places hold
   * @throws IllegalArgumentException if the layer has no parameters, or two of the same name
   */
  public static Shared of(Layer layer) {
    if (layer.slots().isEmpty()) {
      throw new IllegalArgumentException(
          "Shared expects a layer with parameters but got "
              + layer
              + ", which can be used in several places as it is");
    }
    Set<String> names = new HashSet<>();
    for (Slot slot : layer.slots()) {
      if (slot.tie().isEmpty() && !names.add(slot.name())) {
        throw new IllegalArgumentException(
            "Shared expects unique slot names but '" + slot.name() + "' appears twice in " + layer);
      }
    }
    return new Shared(layer);
  }

  /**
   * The layer that is shared.
   *
   * @return as given
   */
  public Layer layer() {
    return layer;
  }

  @Override
  public Shape outputShape(Shape input) {
    return layer.outputShape(input);
  }

  @Override
  public List<Slot> slots() {
    return slots;
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    return layer.linearize(theta, x);
  }

  @Override
  public List<Layer> parts() {
    return List.of(layer);
  }

  @Override
  public Traits traits() {
    return layer.traits();
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return layer.enclosureObstacle(type);
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    return layer.enclose(in);
  }

  @Override
  public String toString() {
    return "Shared(" + layer + ")";
  }
}
