package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Compares computed numbers. */
final class Near {
  /** Two orders of summing a few hundred products of order 1. */
  static final double ROUNDING = 1e-12;

  private Near() {}

  /** The largest magnitude. */
  static double largest(double[] v) {
    double largest = 0;
    for (double x : v) {
      largest = Math.max(largest, Math.abs(x));
    }
    return largest;
  }

  static double norm(double[] v) {
    double sum = 0;
    for (double x : v) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }

  static double[] minus(double[] a, double[] b) {
    return LayerCase.moved(a, -1, b);
  }

  /** What different orders of the same sums may differ by. */
  static double rounding(double[] numbers) {
    return ROUNDING * (10 + largest(numbers));
  }

  /** Equal up to rounding. */
  static void assertNear(String what, double[] expected, double[] got) {
    assertNear(what, expected, got, rounding(expected));
  }

  static void assertNear(String what, double[] expected, double[] got, double tolerance) {
    assertEquals(expected.length, got.length, () -> "number of entries of " + what);
    for (int i = 0; i < expected.length; i++) {
      assertNear(what + ", entry " + i, expected[i], got[i], tolerance);
    }
  }

  static void assertNear(String what, double expected, double got, double tolerance) {
    assertTrue(
        Math.abs(got - expected) <= tolerance,
        () -> what + ": expected " + expected + " up to " + tolerance + " but got " + got);
  }
}
