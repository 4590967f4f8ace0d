package org.fullrank.nn;

/**
 * Conversion of parts of arrays; loops of their own, which the compiler can turn into fast code.
 */
final class Widening {
  private Widening() {}

  /** Fills an array with the numbers from an index on. */
  static void widen(float[] from, int at, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = from[at + i];
    }
  }

  /** Writes all numbers, rounded to nearest, from an index on. */
  static void narrow(double[] from, float[] to, int at) {
    for (int i = 0; i < from.length; i++) {
      to[at + i] = (float) from[i];
    }
  }
}
