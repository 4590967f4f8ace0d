package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.nn.Activation;
import org.junit.jupiter.api.DynamicTest;

/** Value and derivatives against each other. */
record FunctionChecks(ActivationPoints points) {
  /** Extrapolated differences err by about {@code STEP^4} and {@code 2^-53 / STEP}. */
  private static final double STEP = 1e-4;

  private static final double TOLERANCE = 1e-8;

  List<DynamicTest> tests() {
    Activation a = points.activation();
    return List.of(
        dynamicTest("value and derivatives are finite, and NaN stays NaN", this::finite),
        dynamicTest(
            "the derivative agrees with differences of the value",
            () -> differences("derivative", a::value, a::derivative)),
        dynamicTest(
            "the second derivative agrees with differences of the derivative",
            () -> differences("second derivative", a::derivative, a::secondDerivative)));
  }

  private void finite() {
    Activation a = points.activation();
    assertFalse(a.name().isBlank(), "name() expects a text but got a blank one");
    for (double x : points.all()) {
      assertTrue(Double.isFinite(a.value(x)), () -> "value at " + x + ": " + a.value(x));
      assertTrue(
          Double.isFinite(a.derivative(x)), () -> "derivative at " + x + ": " + a.derivative(x));
      assertTrue(
          Double.isFinite(a.secondDerivative(x)),
          () -> "second derivative at " + x + ": " + a.secondDerivative(x));
    }
    assertTrue(Double.isNaN(a.value(Double.NaN)), "value of NaN expects NaN");
  }

  /** What two steps disagree about is not known: a kink that nobody stated may lie between. */
  private void differences(String what, DoubleUnaryOperator f, DoubleUnaryOperator derivative) {
    for (double x : points.grid()) {
      double wide = difference(f, x, STEP);
      double narrow = difference(f, x, STEP / 2);
      double expected = narrow + (narrow - wide) / 3;
      double size = 1 + Math.abs(narrow) + Math.abs(f.applyAsDouble(x));
      Near.assertNear(
          what + " at " + x,
          expected,
          derivative.applyAsDouble(x),
          TOLERANCE * size + Math.abs(narrow - wide));
    }
  }

  private static double difference(DoubleUnaryOperator f, double x, double step) {
    double up = x + step;
    double down = x - step;
    return (f.applyAsDouble(up) - f.applyAsDouble(down)) / (up - down);
  }
}
