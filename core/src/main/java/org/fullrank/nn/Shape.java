package org.fullrank.nn;

import java.util.Arrays;
import org.fullrank.linalg.Tensors;

/** Positive dimensions of one sample or of one parameter tensor, without a batch axis. */
public final class Shape {
  private final long[] dimensions;

  private Shape(long[] dimensions) {
    this.dimensions = dimensions;
  }

  /**
   * A shape.
   *
   * @param dimensions positive dimensions, fewer than 2^31 elements in all
   * @return the shape
   */
  public static Shape of(long... dimensions) {
    if (dimensions.length == 0) {
      throw new IllegalArgumentException("expected at least one dimension but got none");
    }
    Tensors.length(dimensions);
    return new Shape(dimensions.clone());
  }

  /**
   * The dimensions.
   *
   * @return a copy
   */
  public long[] dimensions() {
    return dimensions.clone();
  }

  /**
   * The number of dimensions.
   *
   * @return at least 1
   */
  public int rank() {
    return dimensions.length;
  }

  /**
   * One dimension.
   *
   * @param axis from 0
   * @return its length
   */
  public long size(int axis) {
    if (axis < 0 || axis >= dimensions.length) {
      throw new IllegalArgumentException(
          "Shape " + this + " expects an axis from 0 to " + (rank() - 1) + " but got " + axis);
    }
    return dimensions[axis];
  }

  /**
   * The number of elements.
   *
   * @return the product of the dimensions
   */
  public long length() {
    return Tensors.length(dimensions);
  }

  /**
   * The dimensions behind other leading ones.
   *
   * @param leading lengths of the axes put in front
   * @return {@code [leading..., dimensions...]}
   */
  public long[] after(long... leading) {
    long[] out = Arrays.copyOf(leading, leading.length + dimensions.length);
    System.arraycopy(dimensions, 0, out, leading.length, dimensions.length);
    return out;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dimensions, s.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  @Override
  public String toString() {
    return Arrays.toString(dimensions);
  }
}
