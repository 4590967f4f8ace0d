package org.fullrank.spectrum.solver;

import java.util.function.DoubleUnaryOperator;

/** How many copies of an eigenvalue a block has seen, and whether there may be more. */
final class Multiplicity {
  /** Values closer than this, in units of the tolerance, count as copies of one eigenvalue. */
  private static final double SAME = 1e4;

  private Multiplicity() {}

  /**
   * Whether as many converged values agree as a block of random vectors can see, unless further
   * copies would not change the wanted values.
   *
   * @param t ascending Ritz values, the first {@code size} entries
   * @param converged how many of the largest are converged
   * @param wanted how many of the largest are wanted
   * @param block the number of random vectors
   * @param tolerance of a value
   */
  static boolean saturated(
      double[] t, int size, int converged, int wanted, int block, DoubleUnaryOperator tolerance) {
    int from = 0;
    for (int i = 1; i <= converged; i++) {
      double first = t[size - 1 - from];
      double flat = tolerance.applyAsDouble(first);
      if (i < converged && first - t[size - 1 - i] <= SAME * flat) {
        continue;
      }
      boolean level = converged == wanted && i == wanted && first - t[size - wanted] <= flat;
      if (i - from >= block && !level) {
        return true;
      }
      from = i;
    }
    return false;
  }
}
