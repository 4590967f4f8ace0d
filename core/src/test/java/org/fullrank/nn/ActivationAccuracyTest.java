package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.fullrank.oracle.ActivationReference;
import org.fullrank.oracle.FixedPoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and derivatives against 540-place arithmetic. */
class ActivationAccuracyTest {
  private static final double U = 0x1p-53;

  /** Stated in {@link Activations}: relative, tails included. */
  private static final double RELATIVE = 16 * U;

  /** Stated in {@link Activations}: against the sum of absolute terms, near interior roots. */
  private static final double TERMWISE = 32 * U;

  /** Below it, subnormal exponentials times polynomials are exact to 1e-315 only. */
  private static final double TINY = 1e-300;

  /** The reference's own truncation error, at exact roots of second derivatives. */
  private static final double TRUNCATION = 1e-60;

  private static final long SEED = 20240611;

  static Stream<Activation> activations() {
    return Stream.of(
            "identity tanh sigmoid softplus softplus(100) softplus(0.3) erf gelu_erf gelu_tanh silu"
                + " sin cos gaussian")
        .flatMap(s -> Stream.of(s.split(" ")))
        .map(Activations::named);
  }

  static double[] points(int random, long seed) {
    Random generator = new Random(seed);
    DoubleStream drawn =
        DoubleStream.generate(() -> Math.abs(generator.nextGaussian() * 3)).limit(random);
    DoubleStream chosen =
        DoubleStream.of(
            1e-300,
            1e-100,
            1e-8,
            1e-3,
            0.1,
            0.5,
            0.74,
            1,
            1.07,
            1.4142135623730951,
            2,
            2.3994,
            5,
            6.5,
            17.9,
            18.1,
            21.5,
            26.4,
            30,
            37.5,
            45,
            700,
            1e5,
            1e308);
    return DoubleStream.concat(
            DoubleStream.of(0),
            DoubleStream.concat(chosen, drawn).flatMap(a -> DoubleStream.of(a, -a)))
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("activations")
  void withinTheStatedErrors(Activation activation) {
    check(activation, points(8, SEED));
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @MethodSource("activations")
  void withinTheStatedErrorsAtManyPoints(Activation activation) {
    check(activation, points(300, SEED + 1));
  }

  @Test
  void errorFunctionsWithinTheirTighterBounds() {
    double worstErf = 0;
    double worstErfc = 0;
    for (double x : points(60, SEED + 2)) {
      BigInteger exact = FixedPoint.erf(FixedPoint.of(x));
      worstErf = Math.max(worstErf, error(Erf.erf(x), exact, 0));
      worstErfc = Math.max(worstErfc, error(Erf.erfc(x), FixedPoint.UNIT.subtract(exact), 0));
    }
    assertThat(worstErf).as("erf").isLessThanOrEqualTo(4 * U);
    assertThat(worstErfc).as("erfc").isLessThanOrEqualTo(10 * U);
  }

  @Test
  void tanhWithinItsTighterBound() {
    ActivationReference reference = ActivationReference.of("tanh");
    double worst = 0;
    for (double x : points(200, SEED + 3)) {
      worst = Math.max(worst, error(Activations.TANH.value(x), reference.derivative(0, x), 0));
    }
    assertThat(worst).isLessThanOrEqualTo(6 * U);
  }

  private static void check(Activation activation, double[] points) {
    ActivationReference reference = ActivationReference.of(activation.name());
    double[] values = new double[points.length];
    double[] slopes = new double[points.length];
    activation.evaluate(points, values, slopes);
    double[] worst = new double[5];
    for (int i = 0; i < points.length; i++) {
      double x = points[i];
      double[] got = {
        activation.value(x), activation.derivative(x), activation.secondDerivative(x)
      };
      for (int order = 0; order < 3; order++) {
        BigInteger exact = reference.derivative(order, x);
        double terms = terms(activation, order, x);
        double bound = terms > TRUNCATION ? TERMWISE : RELATIVE;
        double error = error(got[order], exact, Math.max(TINY, terms));
        worst[order] = Math.max(worst[order], error);
        assertThat(error).as("%s order %d at %s", activation, order, x).isLessThanOrEqualTo(bound);
        if (order < 2) {
          double fused = error(order == 0 ? values[i] : slopes[i], exact, Math.max(TINY, terms));
          worst[3 + order] = Math.max(worst[3 + order], fused);
          assertThat(fused)
              .as("fused %s order %d at %s", activation, order, x)
              .isLessThanOrEqualTo(bound);
        }
      }
    }
    if (Boolean.getBoolean("fullrank.printErrors")) {
      System.out.printf(
          "%-14s %5.1f %5.1f %5.1f fused %5.1f %5.1f u%n",
          activation, worst[0] / U, worst[1] / U, worst[2] / U, worst[3] / U, worst[4] / U);
    }
  }

  /** Relative to the exact value, a floor or the least normal number, whichever is largest. */
  private static double error(double got, BigInteger exact, double floor) {
    BigInteger scale = exact.abs().max(FixedPoint.of(floor)).max(FixedPoint.of(Double.MIN_NORMAL));
    BigInteger difference = FixedPoint.of(got).subtract(exact).abs();
    return difference.shiftLeft(200).divide(scale).doubleValue() * 0x1p-200;
  }

  /** Sum of absolute terms of those derivatives that change sign away from 0; else 0. */
  private static double terms(Activation activation, int order, double x) {
    double a = Math.abs(x);
    if (order == 0 || a > 25) {
      return 0;
    }
    double s = 1 / (1 + Math.exp(-x));
    double pdf = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double w = Math.sqrt(8 / Math.PI) * (a + 0.044715 * a * a * a);
    double wSlope = Math.sqrt(8 / Math.PI) * (1 + 3 * 0.044715 * a * a);
    double sw = 1 / (1 + Math.exp(w));
    double distribution = x > 0 ? 1 : pdf / Math.max(1, a);
    return switch (activation.name()) {
      case "silu" -> order == 1 ? s * (1 + a * (1 - s)) : s * (1 - s) * (2 + a);
      case "gelu_erf" -> order == 1 ? distribution / 2 + a * pdf : 0;
      case "gelu_tanh" ->
          order == 1
              ? (x > 0 ? 1 - sw : sw) * (1 + a * wSlope * (x > 0 ? sw : 1 - sw))
              : sw * (1 - sw) * (2 * wSlope + a * wSlope * wSlope);
      default -> order == 2 && a < 5 ? TRUNCATION : 0;
    };
  }
}
