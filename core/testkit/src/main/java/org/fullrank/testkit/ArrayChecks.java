package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fullrank.nn.Activation;
import org.junit.jupiter.api.DynamicTest;

/** Evaluation of many numbers at once, in both precisions, against that of one. */
record ArrayChecks(Activation activation) {
  /** A few units in the last place, and what underflow may cost. */
  private static final double FEW_UNITS = 0x1p-47;

  private static final double UNDERFLOW = 1e-307;

  /** Of the contract for single precision, and its {@code tiny}. */
  private static final double EIGHT_UNITS = 0x1p-21;

  private static final double TINY = 8 * Float.MIN_VALUE;

  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("arrays give the same as single numbers", this::doubles),
        dynamicTest("arrays may be overwritten, cut and empty", this::inPlace),
        dynamicTest("single precision is within its contract", this::floats));
  }

  private static double[] numbers(int count) {
    Random random = new Random(1);
    double[] x = new double[count];
    for (int i = 0; i < count; i++) {
      x[i] = random.nextGaussian() * Math.scalb(1.0, random.nextInt(12) - 7);
    }
    double[] special = {0, -0.0, 4.9e-324, 1e-300, -1e-291, 18, -18.1, 30, -30};
    System.arraycopy(special, 0, x, 60, special.length);
    return x;
  }

  private void doubles() {
    double[] x = numbers(1500);
    double[] value = new double[x.length];
    double[] derivative = new double[x.length];
    activation.evaluate(x, value, derivative);
    for (int i = 0; i < x.length; i++) {
      near("value at " + x[i], activation.value(x[i]), value[i]);
      near("derivative at " + x[i], activation.derivative(x[i]), derivative[i]);
    }
  }

  private static void near(String what, double expected, double got) {
    Near.assertNear(what, expected, got, FEW_UNITS * Math.abs(expected) + UNDERFLOW);
  }

  private void inPlace() {
    double[] x = numbers(700);
    double[] value = new double[x.length];
    double[] derivative = new double[x.length];
    activation.evaluate(x, value, derivative);
    double[] over = x.clone();
    double[] slopes = new double[x.length];
    activation.evaluate(over, over, slopes);
    assertArrayEquals(value, over, "values written over the arguments");
    assertArrayEquals(derivative, slopes, "derivatives when values overwrite the arguments");
    double[] few = Arrays.copyOf(x, 3);
    double[] fewSlopes = new double[3];
    activation.evaluate(few, few, fewSlopes);
    for (int i = 0; i < 3; i++) {
      near("value in a short array", value[i], few[i]);
      near("derivative in a short array", derivative[i], fewSlopes[i]);
    }
    activation.evaluate(new double[0], new double[0], new double[0]);
    activation.evaluate(new float[0], new float[0], new float[0]);
  }

  private void floats() {
    double[] wide = numbers(1500);
    float[] x = new float[wide.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) wide[i];
    }
    float[] value = new float[x.length];
    float[] derivative = new float[x.length];
    activation.evaluate(x, value, derivative);
    double lipschitz = activation.regularity().lipschitz();
    for (int i = 0; i < x.length; i++) {
      double exact = activation.value(x[i]);
      double reach = x[i] == 0 ? 0 : lipschitz * Math.abs(x[i]);
      within("value", x[i], value[i], exact, EIGHT_UNITS * (Math.abs(exact) + reach) + TINY);
      double slope = activation.derivative(x[i]);
      within("derivative", x[i], derivative[i], slope, EIGHT_UNITS * lipschitz + TINY);
    }
  }

  /** The reference is rounded in its turn. */
  private static void within(String what, float x, float got, double exact, double bound) {
    if (Math.abs(exact) < Float.MAX_VALUE) {
      assertTrue(
          Math.abs(got - exact) <= bound * 1.001,
          () -> what + " at " + x + ": expected " + exact + " up to " + bound + " but got " + got);
    }
  }
}
