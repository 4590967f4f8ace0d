package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Regularity;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;
import org.junit.jupiter.api.DynamicTest;

/** Constants, flags, kinks, symmetries and range, against values that would contradict them. */
record StatementChecks(ActivationPoints points) {
  private static final double ROUNDING = 1e-12;
  private static final int PAIRS = 5000;
  private static final int HIGHEST_DEGREE = 12;

  List<DynamicTest> tests() {
    Activation a = points.activation();
    Regularity regularity = a.regularity();
    List<DynamicTest> out = new ArrayList<>();
    out.add(dynamicTest("constants bound the derivatives", this::constants));
    out.add(dynamicTest("flags do not contradict each other", this::flags));
    out.add(dynamicTest("values are in the stated range", this::range));
    if (a.kinks().isPresent()) {
      out.add(dynamicTest("the derivative jumps at stated kinks only", this::kinks));
    }
    if (regularity.smooth() || regularity.analytic()) {
      out.add(dynamicTest("the derivative of a smooth function does not jump", this::smooth));
    }
    if (regularity.monotone()) {
      out.add(dynamicTest("an increasing function never falls", this::monotone));
    }
    if (regularity.polynomialDegree().isPresent()
        && regularity.polynomialDegree().getAsInt() <= HIGHEST_DEGREE) {
      int degree = regularity.polynomialDegree().getAsInt();
      out.add(dynamicTest("the stated degree is not contradicted", () -> degree(degree)));
    }
    if (a.parity() != Parity.NONE) {
      out.add(dynamicTest("the stated parity is not contradicted", this::parity));
    }
    if (a.isPositivelyHomogeneous()) {
      out.add(dynamicTest("the stated homogeneity is not contradicted", this::homogeneous));
    }
    return out;
  }

  private static void atMost(String what, double got, double bound) {
    assertTrue(
        got <= bound + ROUNDING * (1 + Math.abs(bound)),
        () -> what + ": expected at most " + bound + " but got " + got);
  }

  private void constants() {
    Activation a = points.activation();
    Regularity regularity = a.regularity();
    for (double x : points.all()) {
      atMost("|derivative| at " + x, Math.abs(a.derivative(x)), regularity.lipschitz());
      atMost(
          "|second derivative| at " + x, Math.abs(a.secondDerivative(x)), regularity.smoothness());
    }
    Random random = new Random(2);
    for (int i = 0; i < PAIRS; i++) {
      double x = 4 * random.nextGaussian();
      double y = x + Math.scalb(random.nextDouble(), -random.nextInt(20));
      double change = Math.abs(a.value(y) - a.value(x));
      double size = 1 + Math.abs(a.value(x));
      atMost(
          "change of the value from " + x + " to " + y,
          change / size,
          regularity.lipschitz() * (y - x) / size);
    }
  }

  private void flags() {
    Activation a = points.activation();
    Regularity regularity = a.regularity();
    boolean kinked = a.kinks().isPresent() && !a.kinks().get().isEmpty();
    assertTrue(
        !regularity.analytic() || regularity.smooth(), "an analytic function expects smooth()");
    assertTrue(!regularity.smooth() || !kinked, "a smooth function expects no kinks");
    assertTrue(
        regularity.polynomialDegree().isEmpty() || regularity.analytic(),
        "a polynomial expects analytic()");
    assertTrue(
        a.kinks().isEmpty() || a.kinks().get().smoothness() <= regularity.smoothness(),
        "kinks() expects no larger smoothness than regularity()");
  }

  private void range() {
    Activation a = points.activation();
    for (double x : points.all()) {
      atMost("value at " + x, a.value(x), a.upperBound());
      atMost("- value at " + x, -a.value(x), -a.lowerBound());
    }
  }

  private void kinks() {
    Activation a = points.activation();
    Kinks kinks = a.kinks().orElseThrow();
    for (Kink kink : kinks.points()) {
      double step = Math.max(1, Math.abs(kink.at())) * 0x1p-40;
      double left = a.derivative(kink.at() - step);
      double right = a.derivative(kink.at() + step);
      double at = a.derivative(kink.at());
      double jump = Math.max(left, Math.max(right, at)) - Math.min(left, Math.min(right, at));
      double others = kinks.jumpsWithin(kink.at(), 2 * step);
      atMost("jump at " + kink.at(), jump, others + kinks.smoothness() * 2 * step);
    }
    Random random = new Random(4);
    double[] around = points.all();
    for (int i = 0; i < PAIRS; i++) {
      double x = i % 2 == 0 ? 3 * random.nextGaussian() : around[random.nextInt(around.length)];
      double step = Math.scalb(1.0, 2 - random.nextInt(30));
      atMost(
          "change of the derivative from " + x + " to " + (x + step),
          Math.abs(a.derivative(x + step) - a.derivative(x)),
          kinks.jumpsWithin(x, step) + kinks.smoothness() * step);
    }
  }

  private void smooth() {
    Activation a = points.activation();
    double reach = ActivationPoints.REACH;
    double change = Steepest.change(a::derivative, -reach, reach);
    double slope = Math.max(Math.abs(a.derivative(-reach)), Math.abs(a.derivative(reach)));
    double smoothness = a.regularity().smoothness();
    boolean bounded = smoothness <= Double.MAX_VALUE;
    atMost(
        "jump of the derivative",
        change,
        bounded ? Steepest.RESOLUTION * 2 * reach * smoothness : 1e-5 * (1 + slope));
  }

  private void monotone() {
    Activation a = points.activation();
    double[] x = points.all();
    Arrays.sort(x);
    for (int i = 1; i < x.length; i++) {
      double before = a.value(x[i - 1]);
      assertTrue(
          a.value(x[i]) >= before - ROUNDING * (1 + Math.abs(before)),
          "value falls before " + x[i]);
    }
  }

  /** The difference of order {@code degree + 1} vanishes. */
  private void degree(int degree) {
    Activation a = points.activation();
    double difference = 0;
    double size = 1;
    double binomial = 1;
    for (int k = 0; k <= degree + 1; k++) {
      double value = a.value(6.0 * k / (degree + 1) - 2.9);
      difference += k % 2 == 0 ? binomial * value : -binomial * value;
      size += binomial * Math.abs(value);
      binomial = binomial * (degree + 1 - k) / (k + 1);
    }
    Near.assertNear("difference of order " + (degree + 1), 0, difference, ROUNDING * size);
  }

  private void parity() {
    Activation a = points.activation();
    double sign = a.parity() == Parity.ODD ? -1 : 1;
    for (double x : points.all()) {
      near("value at " + -x, sign * a.value(x), a.value(-x));
      near("derivative at " + -x, -sign * a.derivative(x), a.derivative(-x));
    }
  }

  private void homogeneous() {
    Activation a = points.activation();
    for (double x : points.all()) {
      for (double factor : new double[] {0x1p-10, 1.7, 1000}) {
        near("value at " + factor * x, factor * a.value(x), a.value(factor * x));
        near("derivative at " + factor * x, a.derivative(x), a.derivative(factor * x));
      }
    }
  }

  private static void near(String what, double expected, double got) {
    Near.assertNear(what, expected, got, ROUNDING * (1 + Math.abs(expected)));
  }
}
