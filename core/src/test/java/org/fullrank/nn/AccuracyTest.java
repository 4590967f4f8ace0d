package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.params.provider.ValueSource;

/** What activations state about their errors, against 540-place arithmetic. */
class AccuracyTest {
  static Stream<Activation> smooth() {
    return Stream.concat(
        ActivationAccuracyTest.activations(),
        Stream.of(Activations.softplus(1e-3), Activations.softplus(1e6)));
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void valuesAndSlopesAreWithinTheStatedErrors(Activation activation) {
    check(activation, ActivationAccuracyTest.points(10, 5));
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @MethodSource("smooth")
  void valuesAndSlopesAreWithinTheStatedErrorsAtManyPoints(Activation activation) {
    check(activation, ActivationAccuracyTest.points(400, 6));
  }

  private static void check(Activation activation, double[] points) {
    Accuracy accuracy = activation.accuracy().orElseThrow();
    ActivationReference reference = ActivationReference.of(activation.name());
    double[] values = new double[points.length];
    double[] slopes = new double[points.length];
    activation.evaluate(points, values, slopes);
    double worst = 0;
    double worstSlope = 0;
    for (int i = 0; i < points.length; i++) {
      double x = points[i];
      BigInteger y = reference.derivative(0, x);
      BigInteger d = reference.derivative(1, x);
      for (double got : new double[] {activation.value(x), values[i]}) {
        worst = Math.max(worst, used(got, y, accuracy.relative(), accuracy.absolute()));
      }
      for (double got : new double[] {activation.derivative(x), slopes[i]}) {
        double part = used(got, d, accuracy.slopeRelative(), accuracy.slopeAbsolute());
        worstSlope = Math.max(worstSlope, part);
      }
      assertThat(Math.max(worst, worstSlope)).as("%s at %s", activation, x).isLessThanOrEqualTo(1);
    }
    if (Boolean.getBoolean("fullrank.printErrors")) {
      System.out.printf("%-14s uses %.2f and %.2f of its bounds%n", activation, worst, worstSlope);
    }
  }

  /** The error as a part of the bound; the reference itself is good to {@code 2^-1300}. */
  private static double used(double got, BigInteger exact, double relative, double absolute) {
    BigInteger error = FixedPoint.of(got).subtract(exact).abs().shiftRight(500);
    if (error.signum() == 0) {
      return 0;
    }
    BigInteger bound =
        FixedPoint.times(FixedPoint.of(relative), FixedPoint.of(Math.abs(got)))
            .add(FixedPoint.of(absolute))
            .shiftRight(500);
    return bound.signum() == 0
        ? Double.POSITIVE_INFINITY
        : error.shiftLeft(60).divide(bound).doubleValue() * 0x1p-60;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 0.1, -2.7, 1e-200, 3})
  void piecewiseLinearIsOneRounding(double slope) {
    Activation activation = Activations.leakyRelu(slope);
    Accuracy accuracy = activation.accuracy().orElseThrow();
    Random random = new Random(1);
    double[] x =
        DoubleStream.concat(
                DoubleStream.of(0, -0.0, 1e-300, -1e-300, Double.MIN_VALUE, -Double.MIN_VALUE),
                DoubleStream.generate(random::nextGaussian).limit(100))
            .toArray();
    double[] y = new double[x.length];
    double[] d = new double[x.length];
    activation.evaluate(x, y, d);
    for (int i = 0; i < x.length; i++) {
      double own = x[i] > 0 ? 1 : x[i] < 0 ? slope : activation.derivative(0);
      BigInteger exact = FixedPoint.times(FixedPoint.of(x[i] > 0 ? 1 : slope), FixedPoint.of(x[i]));
      assertThat(used(y[i], exact, accuracy.relative(), accuracy.absolute()))
          .as("%s", x[i])
          .isLessThanOrEqualTo(1);
      assertThat(d[i]).isEqualTo(own);
    }
    assertThat(accuracy.slopeRelative() + accuracy.slopeAbsolute()).isZero();
  }

  @Test
  void badBoundsAreRefused() {
    assertThat(Activations.IDENTITY.accuracy()).contains(Accuracy.EXACT);
    assertThatThrownBy(() -> new Accuracy(0, Double.NaN, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Accuracy(-1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
