package org.fullrank.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every rounding of the a-priori bounds goes the right way, against exact arithmetic. */
class SeriesRoundingTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal PI =
      new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459");

  private static final BigDecimal[] COEFFICIENTS =
      IntStream.range(0, 120).mapToObj(SeriesRoundingTest::coefficient).toArray(BigDecimal[]::new);

  /** {@code c_q = ((q - 3)!!)^2 / (pi q!)} from factorials, not from the recurrence. */
  private static BigDecimal coefficient(int q) {
    if (q == 1) {
      return new BigDecimal("0.5");
    }
    if (q % 2 == 1) {
      return BigDecimal.ZERO;
    }
    BigInteger odd = BigInteger.ONE;
    for (int m = q - 3; m > 1; m -= 2) {
      odd = odd.multiply(BigInteger.valueOf(m));
    }
    BigInteger factorial = BigInteger.ONE;
    for (int m = 2; m <= q; m++) {
      factorial = factorial.multiply(BigInteger.valueOf(m));
    }
    return new BigDecimal(odd.multiply(odd)).divide(PI.multiply(new BigDecimal(factorial)), DIGITS);
  }

  @Test
  void powersAreRoundedDownwards() {
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 100; trial++) {
      int n = trial % 2 == 0 ? 2 : 40;
      double[][] b = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
          b[i][j] = (n == 2 ? 1 : 0.025) * random.nextDouble();
          b[j][i] = b[i][j];
        }
      }
      int terms = n == 2 ? 40 : 2;
      HadamardPowers powers = HadamardPowers.of(b, 0, terms);
      for (int r = 1; r <= terms + 1; r++) {
        BigDecimal worst = BigDecimal.ZERO;
        for (int i = 0; i < n; i++) {
          BigDecimal sum = BigDecimal.ZERO;
          for (int j = 0; j < n; j++) {
            if (j != i) {
              sum = sum.add(new BigDecimal(b[i][j]).pow(r), new MathContext(100));
            }
          }
          worst = worst.max(sum);
        }
        BigDecimal exact = BigDecimal.ONE.subtract(worst).max(BigDecimal.ZERO);
        assertThat(new BigDecimal(powers.lower(r))).isLessThanOrEqualTo(exact);
        assertThat(powers.lower(r)).isGreaterThanOrEqualTo(exact.doubleValue() - 1e-14);
      }
    }
  }

  @Test
  void highPowersOfEntriesNearOneAreRoundedUpwards() {
    // A hundred products: their errors add up to more than the other roundings hide.
    SplittableRandom random = new SplittableRandom(4);
    for (int trial = 0; trial < 60; trial++) {
      double b = 1 - 0.002 * random.nextDouble();
      HadamardPowers powers = HadamardPowers.of(new double[][] {{1, b}, {b, 1}}, 0, 300);
      BigDecimal exact = BigDecimal.ONE;
      for (int r = 1; r <= 301; r++) {
        exact = exact.multiply(new BigDecimal(b), DIGITS);
        assertThat(new BigDecimal(powers.lower(r)))
            .isLessThanOrEqualTo(BigDecimal.ONE.subtract(exact));
      }
    }
  }

  @Test
  void partialSumsAreBelowTheExactOnes() {
    // R = I gives kappa(R) = (1 - c_0) I + c_0 1 1^T and all powers from 1 on are I.
    HadamardPowers identity = HadamardPowers.of(new double[2][2], 1, 50);
    for (int terms : new int[] {2, 3, 10, 50}) {
      ReluSeries series = ReluSeries.of(terms);
      HadamardPowers powers = HadamardPowers.of(new double[2][2], 1, terms);
      double lo = series.lambdaMin(powers);
      BigDecimal exact = BigDecimal.ONE.subtract(coefficient(0));
      assertThat(new BigDecimal(lo)).isLessThanOrEqualTo(exact);
      assertThat(lo).isGreaterThan(exact.doubleValue() - 1e-14);
      // R o kappa'(R) = I.
      assertThat(series.lambdaMinOfDerivative(powers)).isBetween(1 - 1e-14, 1.0);
    }
    assertThat(identity.lower(0)).isZero();
  }

  @Test
  void partialSumsUseTheExactCoefficients() {
    // Powers with lower(q) = 1 - b^q: the bound is sum_q c_q (1 - b^q) and the tail.
    double b = 0.75;
    double[][] magnitude = {{1, b}, {b, 1}};
    for (int terms : new int[] {6, 30}) {
      HadamardPowers powers = HadamardPowers.of(magnitude, 0, terms);
      BigDecimal value = BigDecimal.ZERO;
      BigDecimal derivative = BigDecimal.ZERO;
      BigDecimal left = BigDecimal.ONE;
      BigDecimal leftDerivative = BigDecimal.ONE;
      for (int q = 0; q <= terms; q++) {
        BigDecimal c = coefficient(q);
        BigDecimal one = BigDecimal.ONE.subtract(new BigDecimal(b).pow(q));
        value = value.add(c.multiply(one));
        derivative = derivative.add(c.multiply(BigDecimal.valueOf(q)).multiply(one));
        left = left.subtract(c);
        leftDerivative = leftDerivative.subtract(c.multiply(BigDecimal.valueOf(q)));
      }
      BigDecimal last = BigDecimal.ONE.subtract(new BigDecimal(b).pow(terms + 1));
      ReluSeries series = ReluSeries.of(terms);
      assertSharp(series.lambdaMin(powers), value.add(left.multiply(last)));
      assertSharp(
          series.lambdaMinOfDerivative(powers), derivative.add(leftDerivative.multiply(last)));
    }
  }

  private static void assertSharp(double lo, BigDecimal exact) {
    assertThat(new BigDecimal(lo)).isLessThanOrEqualTo(exact);
    assertThat(lo).isGreaterThan(exact.doubleValue() - 1e-13);
  }

  @Test
  void entriesOfTheNextLayerAreRoundedUpwards() {
    SplittableRandom random = new SplittableRandom(2);
    for (int terms : new int[] {2, 3, 12, 64}) {
      ReluSeries series = ReluSeries.of(terms);
      for (int trial = 0; trial < 60; trial++) {
        double r = trial == 0 ? 0 : trial == 1 ? -0.5 : 2 * random.nextDouble() - 1;
        r *= terms == 64 ? 0.5 : 1;
        // A partial sum is below the exact value.
        BigDecimal exact = BigDecimal.ZERO;
        BigDecimal power = BigDecimal.ONE;
        for (int q = 0; q < 120; q++) {
          exact = exact.add(COEFFICIENTS[q].multiply(power, DIGITS), DIGITS);
          power = power.multiply(new BigDecimal(r), DIGITS);
        }
        double bound = series.atMost(r, Math.abs(r));
        assertThat(new BigDecimal(bound)).isGreaterThanOrEqualTo(exact);
        if (Math.abs(r) <= 0.5 && terms == 64) {
          assertThat(bound).isLessThan(exact.doubleValue() + 1e-13);
        }
      }
    }
    assertThat(ReluSeries.of(8).atMost(1, 1)).isEqualTo(1);
  }
}
