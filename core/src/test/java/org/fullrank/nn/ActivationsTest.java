package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.oracle.FixedPoint;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The activations of the library: constants, flags, names, fused evaluation. */
class ActivationsTest {
  private static final double U = 0x1p-53;

  /** Two results, each within the stated 16u. */
  private static final double FUSED = 32 * U;

  /** Computed derivatives are within 16u of the true ones, which the constants bound. */
  private static final double ROUNDING = 1 + 16 * U;

  /** All constants are sharp; the scan's step of 1e-3 misses a maximum by about 1e-6. */
  private static final double SHARP = 1e-3;

  static Stream<Activation> activations() {
    return Stream.of(
            "identity relu leaky_relu(0.1) leaky_relu(0.01) leaky_relu(-3) abs tanh sigmoid"
                + " softplus softplus(100) softplus(0.3) erf gelu_erf gelu_tanh silu sin cos"
                + " gaussian")
        .flatMap(s -> Stream.of(s.split(" ")))
        .map(Activations::named);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void constantsBoundTheDerivativesSharply(Activation activation) {
    Regularity regularity = activation.regularity();
    double first = 0;
    double second = 0;
    for (int i = -100_000; i <= 100_000; i++) {
      double x = i * 1e-3;
      first = Math.max(first, Math.abs(activation.derivative(x)));
      second = Math.max(second, Math.abs(activation.secondDerivative(x)));
    }
    assertThat(first)
        .isLessThanOrEqualTo(regularity.lipschitz() * ROUNDING)
        .isGreaterThanOrEqualTo(regularity.lipschitz() * (1 - SHARP));
    if (Double.isInfinite(regularity.smoothness())) {
      assertThat(regularity.smooth()).isFalse();
      assertThat(second).isZero();
    } else {
      assertThat(regularity.smooth()).isTrue();
      assertThat(second)
          .isLessThanOrEqualTo(regularity.smoothness() * ROUNDING)
          .isGreaterThanOrEqualTo(regularity.smoothness() * (1 - SHARP));
    }
  }

  /** The stated ranges are sharp, and only functions that are bounded on both sides state one. */
  @ParameterizedTest
  @MethodSource("activations")
  void valuesStayWithinTheStatedRange(Activation activation) {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = -100_000; i <= 100_000; i++) {
      double v = activation.value(i * 1e-3);
      least = Math.min(least, v);
      greatest = Math.max(greatest, v);
    }
    if (greatest - least > 3) {
      assertThat(activation.lowerBound()).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(activation.upperBound()).isEqualTo(Double.POSITIVE_INFINITY);
      return;
    }
    assertThat(least).isBetween(activation.lowerBound(), activation.lowerBound() + SHARP);
    assertThat(greatest).isBetween(activation.upperBound() - SHARP, activation.upperBound());
  }

  @Test
  void constantsAreNotBelowTheirClosedForms() {
    BigInteger pi = FixedPoint.PI;
    BigInteger one = FixedPoint.UNIT;
    BigInteger tanh = FixedPoint.sqrt(FixedPoint.ratio(16, 27));
    BigInteger sigmoid = FixedPoint.sqrt(FixedPoint.ratio(1, 108));
    BigInteger gelu = FixedPoint.sqrt(FixedPoint.over(one.shiftLeft(1), pi));
    BigInteger erf = FixedPoint.sqrt(FixedPoint.over(one.shiftLeft(2), pi));
    BigInteger halfExp = FixedPoint.expNeg(one.shiftRight(1));
    notBelow(Activations.TANH.regularity().smoothness(), tanh);
    notBelow(Activations.SIGMOID.regularity().smoothness(), sigmoid);
    notBelow(Activations.GELU.regularity().smoothness(), gelu);
    notBelow(Activations.GELU_TANH.regularity().smoothness(), gelu);
    notBelow(Activations.ERF.regularity().lipschitz(), erf);
    // 2 sqrt(2/(pi e))
    notBelow(
        Activations.ERF.regularity().smoothness(), FixedPoint.times(gelu, halfExp).shiftLeft(1));
    notBelow(Activations.GAUSSIAN.regularity().lipschitz(), halfExp);
    assertThat(Activations.softplus(100).regularity().smoothness()).isEqualTo(25);
    // Suprema at roots of the second derivative, by 60-digit root finding.
    assertThat(Activations.GELU.regularity().lipschitz()).isGreaterThan(1.128904145185155);
    assertThat(Activations.GELU_TANH.regularity().lipschitz()).isGreaterThan(1.128993068658772);
    assertThat(Activations.SILU.regularity().lipschitz()).isGreaterThan(1.099839320128867);
  }

  private static void notBelow(double constant, BigInteger closedForm) {
    BigInteger excess = FixedPoint.of(constant).subtract(closedForm);
    assertThat(excess.signum()).isPositive();
    assertThat(FixedPoint.over(excess, closedForm)).isLessThan(FixedPoint.of(8 * U));
  }

  /** What is stated is true, and nothing that is true is left unsaid. */
  @ParameterizedTest
  @MethodSource("activations")
  void parityAndHomogeneityAreThoseOfValuesAndSlopes(Activation activation) {
    boolean odd = true;
    boolean even = true;
    boolean homogeneous = true;
    for (int i = 0; i <= 500; i++) {
      double x = i * 0.02;
      double v = activation.value(x);
      double d = activation.derivative(x);
      odd &= near(activation.value(-x), -v) && near(activation.derivative(-x), d);
      even &= near(activation.value(-x), v) && near(activation.derivative(-x), -d);
      for (double y : new double[] {x, -x}) {
        homogeneous &=
            near(activation.value(1.7 * y), 1.7 * activation.value(y))
                && near(activation.derivative(1.7 * y), activation.derivative(y));
      }
    }
    assertThat(activation.parity()).isEqualTo(odd ? Parity.ODD : even ? Parity.EVEN : Parity.NONE);
    assertThat(activation.isPositivelyHomogeneous()).isEqualTo(homogeneous);
  }

  private static boolean near(double a, double b) {
    return Math.abs(a - b) <= 1e-14 * Math.abs(b);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void derivativesJumpAtTheStatedKinksOnly(Activation activation) {
    Kinks kinks = activation.kinks().orElseThrow();
    for (Kink kink : kinks.points()) {
      double[] around = {
        activation.derivative(Math.nextDown(kink.at())),
        activation.derivative(kink.at()),
        activation.derivative(Math.nextUp(kink.at()))
      };
      Arrays.sort(around);
      assertThat(around[2] - around[0]).isBetween(kink.jump() * (1 - U), kink.jump());
    }
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      double x = random.nextGaussian() * 3;
      double step = Math.scalb(1.0, -random.nextInt(30));
      double change = Math.abs(activation.derivative(x + step) - activation.derivative(x));
      assertThat(change)
          .isLessThanOrEqualTo(
              kinks.jumpsWithin(x, step) + kinks.smoothness() * step + 40 * U * (1 + change));
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void monotoneMeansStrictlyIncreasing(Activation activation) {
    boolean increasing = true;
    for (int i = -500; i < 500; i++) {
      increasing &= activation.value((i + 1) * 1e-2) > activation.value(i * 1e-2);
    }
    assertThat(activation.regularity().monotone()).isEqualTo(increasing);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void onlySmoothFunctionsAreAnalyticAndOnlyTheIdentityIsAPolynomial(Activation activation) {
    Regularity regularity = activation.regularity();
    assertThat(regularity.analytic()).isEqualTo(regularity.smooth());
    // Only analytic functions claim it; there it is all that theorems ask.
    assertThat(regularity.nonPolynomial())
        .isEqualTo(regularity.analytic() && !activation.equals(Activations.IDENTITY));
    if (activation.equals(Activations.IDENTITY)) {
      assertThat(regularity.polynomialDegree()).hasValue(1);
    } else {
      assertThat(regularity.polynomialDegree()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void fusedEvaluationEqualsTheScalarMethods(Activation activation) {
    double[] x = new double[1500];
    Random random = new Random(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextGaussian() * Math.scalb(1.0, random.nextInt(12) - 5);
    }
    double[] special = {0, -0.0, 4.9e-324, 1e-300, -1e-291, 18, -18.1, 800, -1e307};
    System.arraycopy(special, 0, x, 600, special.length);
    double[] value = new double[x.length];
    double[] derivative = new double[x.length];
    activation.evaluate(x, value, derivative);
    for (int i = 0; i < x.length; i++) {
      close(value[i], activation.value(x[i]));
      close(derivative[i], activation.derivative(x[i]));
    }
    double[] again = new double[x.length];
    activation.evaluate(x, x, again);
    assertThat(x).as("in place").isEqualTo(value);
    assertThat(again).isEqualTo(derivative);
    activation.evaluate(new double[0], new double[0], new double[0]);
  }

  private static void close(double fused, double scalar) {
    assertThat(Math.abs(fused - scalar))
        .isLessThanOrEqualTo(FUSED * Math.abs(scalar) + Double.MIN_NORMAL);
  }

  @Test
  void tanhIsTheSameToTheBitInArrays() {
    double[] x = new Random(2).doubles(3000, -25, 25).toArray();
    double[] value = new double[x.length];
    Activations.TANH.evaluate(x, value, new double[x.length]);
    for (int i = 0; i < x.length; i++) {
      assertThat(value[i]).isEqualTo(Activations.TANH.value(x[i]));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tanh",
        "relu",
        "abs",
        "leaky_relu(0.1)",
        "leaky_relu(-3)",
        "leaky_relu(0.3)",
        "leaky_relu(1.7)"
      })
  void branchFreeEvaluationIsTheSameToTheBit(String name) {
    Activation activation = Activations.named(name);
    double[] special = {0, -0.0, 4.9e-324, -4.9e-324, 1e-291, -1e-290, 18, -18.5, 1e308, -1e308};
    // Blocks with and without extremes, full and not.
    double[] x = new Random(3).doubles(5 * 512 + 77, -17, 17).toArray();
    for (int block = 1; block < 6; block += 2) {
      System.arraycopy(special, 0, x, block * 512 + 30, special.length);
    }
    x[512 + 511] = Double.POSITIVE_INFINITY;
    x[3 * 512] = Double.NEGATIVE_INFINITY;
    x[3 * 512 + 257] = 19;
    x[4 * 512 + 64] = 1e-300;
    double[] value = new double[x.length];
    double[] derivative = new double[x.length];
    activation.evaluate(x, value, derivative);
    boolean exactSlope = activation instanceof PiecewiseLinear;
    for (int i = 0; i < x.length; i++) {
      sameBits(value[i], activation.value(x[i]), x[i]);
      if (exactSlope) {
        sameBits(derivative[i], activation.derivative(x[i]), x[i]);
      } else {
        close(derivative[i], activation.derivative(x[i]));
      }
    }
  }

  private static void sameBits(double got, double expected, double x) {
    assertThat(Double.doubleToLongBits(got))
        .as("%s, not %s, at %s", got, expected, x)
        .isEqualTo(Double.doubleToLongBits(expected));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void finiteArgumentsGiveFiniteNumbersAndNanStaysNan(Activation activation) {
    double largest = activation.name().equals("leaky_relu(-3)") ? 1e307 : Double.MAX_VALUE;
    for (double a = Double.MIN_VALUE; a < largest; a *= a < 1e-3 || a > 1e4 ? 1e3 : 1.01) {
      finite(activation, a);
      finite(activation, -a);
    }
    finite(activation, largest);
    finite(activation, -largest);
    assertThat(activation.value(Double.NaN)).isNaN();
    double[] value = {Double.NaN};
    activation.evaluate(value, value, new double[1]);
    assertThat(value[0]).isNaN();
  }

  private static void finite(Activation activation, double x) {
    assertThat(activation.value(x)).as("%s(%s)", activation, x).isFinite();
    assertThat(activation.derivative(x)).as("%s'(%s)", activation, x).isFinite();
    assertThat(activation.secondDerivative(x)).as("%s''(%s)", activation, x).isFinite();
  }

  @Test
  void piecewiseLinearFunctionsAreExact() {
    Activation leaky = Activations.leakyRelu(0.25);
    assertThat(leaky.value(-3)).isEqualTo(-0.75);
    assertThat(leaky.value(3)).isEqualTo(3);
    assertThat(leaky.derivative(-1e-300)).isEqualTo(0.25);
    assertThat(leaky.derivative(0)).isEqualTo(0.25);
    assertThat(leaky.derivative(1e-300)).isEqualTo(1);
    assertThat(Activations.RELU.value(-2)).isEqualTo(0.0);
    assertThat(Activations.RELU.derivative(0)).isZero();
    assertThat(Activations.ABS.value(-2)).isEqualTo(2);
    assertThat(Activations.ABS.derivative(-2)).isEqualTo(-1);
    assertThat(Activations.ABS.derivative(0)).isZero();
    assertThat(Activations.ABS.regularity().lipschitz()).isEqualTo(1);
    assertThat(Activations.leakyRelu(-3).regularity().lipschitz()).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void namesLeadBack(Activation activation) {
    assertThat(Activations.named(activation.name())).isEqualTo(activation);
    assertThat(activation).hasToString(activation.name());
  }

  @Test
  void parametersAndSpecialCases() {
    assertThat(Activations.named(" softplus( 1e2 ) ")).isEqualTo(Activations.softplus(100));
    assertThat(Activations.named("softplus(1)")).isEqualTo(Activations.SOFTPLUS);
    assertThat(Activations.softplus(100).name()).isEqualTo("softplus(100)");
    assertThat(Activations.leakyRelu(0.1).name()).isEqualTo("leaky_relu(0.1)");
    assertThat(Activations.leakyRelu(-0.0)).isEqualTo(Activations.RELU);
    assertThat(Activations.leakyRelu(-1)).isEqualTo(Activations.ABS);
    assertThat(Activations.leakyRelu(1)).isSameAs(Activations.IDENTITY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "swish", "Tanh", "tanh(2)", "softplus(", "softplus(x)", "leaky_relu"})
  void unknownNamesAreListed(String name) {
    assertThatThrownBy(() -> Activations.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gelu_tanh")
        .hasMessageContaining("\"" + name + "\"");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void badParametersAreRejected(double parameter) {
    assertThatThrownBy(() -> Activations.softplus(parameter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sharpness")
        .hasMessageContaining(Double.toString(parameter));
    if (!Double.isFinite(parameter)) {
      assertThatThrownBy(() -> Activations.leakyRelu(parameter))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("negative slope");
    }
  }
}
