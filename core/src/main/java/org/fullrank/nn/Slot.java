package org.fullrank.nn;

import java.util.Optional;

/**
 * One parameter tensor: its place in the parameter vector and how it is initialised.
 *
 * @param name unique within a network; keys the random stream of its initial values
 * @param shape dimensions, row-major in the parameter vector
 * @param offset first element, from the start of the layer or network that lists the slot
 * @param initializer draws its initial values
 * @param tie of the shared layer that it belongs to, all uses of which have one tensor of this
 *     name; empty for a layer that is used once
 */
public record Slot(
    String name, Shape shape, long offset, Initializer initializer, Optional<Tie> tie) {
  /** Checks the components. */
  public Slot {
    if (name.isBlank() || offset < 0) {
      throw new IllegalArgumentException(
          "slot expects a name and an offset >= 0 but got '" + name + "' at " + offset);
    }
  }

  /**
   * A tensor of one layer.
   *
   * @param name unique within a network; keys the random stream of its initial values
   * @param shape dimensions, row-major in the parameter vector
   * @param offset first element, from the start of the layer or network that lists the slot
   * @param initializer draws its initial values
   */
  public Slot(String name, Shape shape, long offset, Initializer initializer) {
    this(name, shape, offset, initializer, Optional.empty());
  }

  /**
   * The number of parameters.
   *
   * @return the product of the dimensions
   */
  public long size() {
    return shape.length();
  }

  /**
   * The same slot elsewhere.
   *
   * @param newOffset its first element
   * @return the moved slot
   */
  public Slot at(long newOffset) {
    return new Slot(name, shape, newOffset, initializer, tie);
  }

  /** The same slot in a shared layer; one that is shared already stays as it is. */
  Slot tied(Tie shared) {
    return tie.isPresent() ? this : new Slot(name, shape, offset, initializer, Optional.of(shared));
  }
}
