package org.fullrank.training;

import java.util.Arrays;

/** The step size of every step. An extension point; pure, so that a resumed run repeats itself. */
@FunctionalInterface
public interface StepSize {
  /**
   * The step size.
   *
   * @param step number of steps already made, from 0
   * @return a positive number
   */
  double at(long step);

  /**
   * The same size for all steps.
   *
   * @param eta positive
   * @return the schedule
   * @throws IllegalArgumentException if eta is not positive and finite
   */
  static StepSize constant(double eta) {
    requirePositive(eta);
    return step -> eta;
  }

  /**
   * Multiplied by a factor at given steps.
   *
   * @param eta first step size, positive
   * @param factor positive
   * @param steps at which the factor is applied once more, ascending
   * @return the schedule
   */
  static StepSize piecewise(double eta, double factor, long... steps) {
    requirePositive(eta);
    requirePositive(factor);
    long[] sorted = steps.clone();
    Arrays.sort(sorted);
    if (!Arrays.equals(sorted, steps)) {
      throw new IllegalArgumentException(
          "StepSize.piecewise expects ascending steps but got " + Arrays.toString(steps));
    }
    return step -> {
      double size = eta;
      for (long at : sorted) {
        if (step >= at) {
          size *= factor;
        }
      }
      return size;
    };
  }

  /**
   * {@code eta / sqrt(1 + step / scale)}.
   *
   * @param eta first step size, positive
   * @param scale number of steps after which the size has fallen by sqrt(2), positive
   * @return the schedule
   */
  static StepSize inverseSquareRoot(double eta, double scale) {
    requirePositive(eta);
    requirePositive(scale);
    return step -> eta / Math.sqrt(1 + step / scale);
  }

  private static void requirePositive(double x) {
    if (!(x > 0 && x <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("StepSize expects a positive finite number but got " + x);
    }
  }
}
