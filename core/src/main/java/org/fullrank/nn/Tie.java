package org.fullrank.nn;

/**
 * Marks the parameter tensors of one shared layer: in a network, tensors of one name and one tie
 * are one tensor. Every tie is another one; a {@link Shared} layer makes its own.
 */
public final class Tie {
  private final String layer;

  /** A tie of a layer, whose text is for messages only. */
  Tie(String layer) {
    this.layer = layer;
  }

  @Override
  public String toString() {
    return "Tie(" + layer + ")";
  }
}
