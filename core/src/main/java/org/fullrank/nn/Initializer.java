package org.fullrank.nn;

import java.util.Arrays;

/** Draws the initial values of a parameter tensor. */
@FunctionalInterface
public interface Initializer {
  /**
   * Fills an array.
   *
   * @param values row-major values of the tensor, to be overwritten
   * @param shape its dimensions
   * @param stream the slot's own random numbers
   */
  void fill(double[] values, Shape shape, RandomStream stream);

  /**
   * Independent normal entries with mean zero.
   *
   * @param standardDeviation finite, at least 0
   * @return the initializer
   */
  static Initializer gaussian(double standardDeviation) {
    if (!(standardDeviation >= 0) || Double.isInfinite(standardDeviation)) {
      throw new IllegalArgumentException(
          "expected a finite standard deviation >= 0 but got " + standardDeviation);
    }
    return (values, shape, stream) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = standardDeviation * stream.nextGaussian();
      }
    };
  }

  /**
   * All entries zero.
   *
   * @return the initializer
   */
  static Initializer zeros() {
    return (values, shape, stream) -> Arrays.fill(values, 0);
  }
}
