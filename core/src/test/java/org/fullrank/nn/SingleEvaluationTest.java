package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations of floats against their scalar methods in double precision. */
class SingleEvaluationTest {
  private static final double U = 0x1p-24;

  /** What the contract allows for underflow. */
  private static final double TINY = 8 * 0x1p-149;

  /** Where {@link SingleTanh} changes from its own formulas to those in double precision. */
  private static final float MOST = 15;

  /** Stated in {@link SingleTanh}, in units of {@link #U}: measured, rounded up. */
  private static final double TANH = 3.5;

  private static final double SLOPE = 5.6;

  private static final double SLOPE_RELATIVE = 69;

  static Stream<Activation> activations() {
    return Stream.concat(
        ActivationsTest.activations(),
        Stream.of(
            Activations.softplus(1e-30), Activations.softplus(1e100), Activations.leakyRelu(0.25)));
  }

  /** Finite floats: all kinds of bits, and more of ordinary size. */
  private static float[] floats(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      float any = Float.intBitsToFloat(random.nextInt());
      float ordinary = (float) random.nextGaussian() * (1 << i % 5);
      x[i] = i % 2 == 0 && Float.isFinite(any) ? any : ordinary;
    }
    float[] special = {
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      -Float.MIN_NORMAL,
      1e-30f,
      0x1p-18f,
      Math.nextDown(0x1p-18f),
      -0x1p-18f,
      MOST,
      -MOST,
      Math.nextUp(MOST),
      MOST - 0x1p-18f,
      MOST - 0x1p-17f,
      0x1p-18f - 0x1p-22f,
      0x1p-18f + 0x1p-22f,
      1,
      -1,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    System.arraycopy(special, 0, x, count / 2, special.length);
    return x;
  }

  @ParameterizedTest
  @MethodSource("activations")
  void everyActivationFulfilsTheContract(Activation activation) {
    float[] x = floats(50_000, 1);
    float[] value = new float[x.length];
    float[] derivative = new float[x.length];
    activation.evaluate(x, value, derivative);
    double lipschitz = activation.regularity().lipschitz();
    for (int i = 0; i < x.length; i++) {
      double exact = activation.value(x[i]);
      double scale = Math.abs(exact) + lipschitz * Math.abs((double) x[i]);
      if (Math.abs(exact) <= Float.MAX_VALUE) {
        assertThat(Math.abs(value[i] - exact))
            .as("%s(%s)", activation, x[i])
            .isLessThanOrEqualTo(8 * U * scale + TINY);
      }
      assertThat(Math.abs(derivative[i] - activation.derivative(x[i])))
          .as("%s'(%s)", activation, x[i])
          .isLessThanOrEqualTo(8 * U * lipschitz + TINY);
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void resultsDependOnTheirArgumentOnlyAndMayReplaceIt(Activation activation) {
    float[] x = floats(4096 + 700, 2);
    float[] value = new float[x.length];
    float[] derivative = new float[x.length];
    activation.evaluate(x, value, derivative);
    float[] inPlace = x.clone();
    float[] again = new float[x.length];
    activation.evaluate(inPlace, inPlace, again);
    sameBits(inPlace, value);
    sameBits(again, derivative);
    // Other neighbours, other vector lanes.
    for (int from : new int[] {1, 700, 2400, 4790}) {
      float[] part = Arrays.copyOfRange(x, from, Math.min(x.length, from + 1100));
      float[] rest = new float[part.length];
      activation.evaluate(part, part, rest);
      sameBits(part, Arrays.copyOfRange(value, from, from + part.length));
      sameBits(rest, Arrays.copyOfRange(derivative, from, from + part.length));
    }
    activation.evaluate(new float[0], new float[0], new float[0]);
    float[] nan = {Float.NaN};
    activation.evaluate(nan, nan, new float[1]);
    assertThat(nan[0]).isNaN();
  }

  private static void sameBits(float[] got, float[] expected) {
    for (int i = 0; i < got.length; i++) {
      assertThat(Float.floatToIntBits(got[i]))
          .as("element %s: %s, not %s", i, got[i], expected[i])
          .isEqualTo(Float.floatToIntBits(expected[i]));
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -1,
        0.25,
        0.1,
        -0.75,
        3,
        -3,
        1.5,
        0x1p-140,
        -0x1p-140,
        0.9999999,
        1.00000001,
        -1.00000001,
        1e-60,
        -1e-60,
        1e60,
        0x1p127
      })
  void piecewiseLinearIsTheResultInDoublePrecisionRoundedOnce(double slope) {
    Activation activation = Activations.leakyRelu(slope);
    float[] x = floats(300_000, 3);
    x[5] = Float.POSITIVE_INFINITY;
    x[2047] = Float.NEGATIVE_INFINITY;
    x[10_000] = Float.NaN;
    for (int i = 0; i < 1000; i++) {
      x[20_000 + i] = Float.intBitsToFloat((i / 2) | (i % 2 << 31));
    }
    double[] wide = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      wide[i] = x[i];
    }
    double[] slopes = new double[x.length];
    activation.evaluate(wide, wide, slopes);
    float[] value = new float[x.length];
    float[] derivative = new float[x.length];
    activation.evaluate(x, value, derivative);
    float[] expected = new float[x.length];
    float[] expectedSlopes = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      expected[i] = (float) wide[i];
      expectedSlopes[i] = (float) slopes[i];
    }
    sameBits(value, expected);
    sameBits(derivative, expectedSlopes);
  }

  /** Largest errors so far, in units of {@link #U}. */
  private static final class TanhErrors {
    double value;
    double slope;
    double slopeRelative;
    private final float[] y = new float[1024];
    private final float[] d = new float[1024];

    /** Measures a full block of numbers. */
    void add(float[] x) {
      Activations.TANH.evaluate(x, y, d);
      for (int i = 0; i < x.length; i++) {
        double tanh = Math.tanh(x[i]);
        double cosh = Math.cosh(x[i]);
        double exact = 1 / (cosh * cosh);
        double error = Math.abs(y[i] - tanh);
        // Infinite where the sign or a zero is wrong.
        value = Math.max(value, error == 0 ? 0 : error / Math.abs(tanh) / U);
        double slopeError = Math.abs(d[i] - exact);
        slope = Math.max(slope, slopeError / U);
        if (exact > 2 * Float.MIN_NORMAL) {
          slopeRelative = Math.max(slopeRelative, slopeError / exact / U);
        }
      }
    }

    void check() {
      assertThat(value).as("tanh").isLessThanOrEqualTo(TANH);
      assertThat(slope).as("sech^2, absolute").isLessThanOrEqualTo(SLOPE);
      assertThat(slopeRelative).as("sech^2, relative").isLessThanOrEqualTo(SLOPE_RELATIVE);
      if (Boolean.getBoolean("fullrank.printErrors")) {
        System.out.printf("tanh %.3fu slope %.3fu, %.3fu relative%n", value, slope, slopeRelative);
      }
    }
  }

  @Test
  void tanhOfFloatsIsWithinTheStatedErrors() {
    Random random = new Random(4);
    TanhErrors errors = new TanhErrors();
    float[] x = new float[1024];
    for (int block = 0; block < 2500; block++) {
      for (int i = 0; i < x.length; i++) {
        float any = Float.intBitsToFloat(random.nextInt());
        float ordinary = (float) (random.nextDouble() * 32 - 16);
        // Normal numbers: one rounding of a smaller one is no relative error.
        x[i] =
            i % 2 == 0 && Math.abs(any) >= Float.MIN_NORMAL && Float.isFinite(any) ? any : ordinary;
      }
      errors.add(x);
    }
    errors.check();
  }

  @Tag("exhaustive")
  @Test
  void tanhOfEveryPositiveFloatIsWithinTheStatedErrors() {
    TanhErrors errors = new TanhErrors();
    float[] x = new float[1024];
    int last = Float.floatToIntBits(50);
    for (int bits = Float.floatToIntBits(1e-30f); bits <= last; bits += x.length) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat(Math.min(last, bits + i));
      }
      errors.add(x);
    }
    errors.check();
  }

  @Test
  void tanhIsOddAndReachesItsLimits() {
    float[] x = floats(5000, 6);
    float[] negative = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      negative[i] = -x[i];
    }
    float[] d = new float[x.length];
    float[] otherD = new float[x.length];
    Activations.TANH.evaluate(x, x, d);
    Activations.TANH.evaluate(negative, negative, otherD);
    for (int i = 0; i < x.length; i++) {
      negative[i] = -negative[i];
    }
    sameBits(negative, x);
    sameBits(otherD, d);
    float[] far = {
      Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 100, -100, 0, -0f, 1e-40f, Float.NaN
    };
    float[] slope = new float[far.length];
    Activations.TANH.evaluate(far, far, slope);
    sameBits(far, new float[] {1, -1, 1, -1, 0, -0f, 1e-40f, Float.NaN});
    sameBits(slope, new float[] {0, 0, 0, 0, 1, 1, 1, Float.NaN});
  }
}
