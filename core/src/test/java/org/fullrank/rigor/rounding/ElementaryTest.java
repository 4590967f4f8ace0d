package org.fullrank.rigor.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Outward rounded functions against Taylor series of 80 digits. */
class ElementaryTest {
  private static final MathContext DIGITS = new MathContext(80);

  /** {@code e^x} by its series after halvings. */
  private static BigDecimal exp(BigDecimal x) {
    BigDecimal small = x.divide(new BigDecimal(1 << 20), DIGITS);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int k = 1; k < 40; k++) {
      term = term.multiply(small, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    for (int i = 0; i < 20; i++) {
      sum = sum.multiply(sum, DIGITS);
    }
    return sum;
  }

  @Test
  void exponentialsAreEnclosedWithinFourUlps() {
    Random random = new Random(1);
    for (int t = 0; t < 300; t++) {
      double x = 600 * (random.nextDouble() - 0.5) * Math.pow(10, -random.nextInt(20));
      BigDecimal exact = exp(new BigDecimal(x));
      double lo = Elementary.expDown(x);
      double hi = Elementary.expUp(x);
      assertThat(new BigDecimal(lo)).as("e^%s", x).isLessThanOrEqualTo(exact);
      assertThat(new BigDecimal(hi)).as("e^%s", x).isGreaterThanOrEqualTo(exact);
      assertThat(hi - lo).isLessThanOrEqualTo(4 * Math.ulp(hi));
    }
    assertThat(Elementary.expDown(-800)).isZero();
    assertThat(Elementary.expUp(-800)).isPositive();
  }

  @Test
  void logarithmsAreEnclosed() {
    Random random = new Random(2);
    for (int t = 0; t < 300; t++) {
      double x = Math.scalb(1 + random.nextDouble(), random.nextInt(400) - 200);
      BigDecimal exact = new BigDecimal(x);
      assertThat(exp(new BigDecimal(Elementary.logDown(x)))).isLessThanOrEqualTo(exact);
      assertThat(exp(new BigDecimal(Elementary.logUp(x)))).isGreaterThanOrEqualTo(exact);
      assertThat(Elementary.logUp(x) - Elementary.logDown(x))
          .isLessThanOrEqualTo(4 * Math.ulp(Math.log(x)) + 4 * Double.MIN_VALUE);
      double small = -1 + Math.pow(random.nextDouble(), 3) * 5;
      BigDecimal oneMore = new BigDecimal(small).add(BigDecimal.ONE);
      assertThat(exp(new BigDecimal(Elementary.log1pDown(small)))).isLessThanOrEqualTo(oneMore);
      assertThat(exp(new BigDecimal(Elementary.log1pUp(small)))).isGreaterThanOrEqualTo(oneMore);
      assertThat(Elementary.log1pUp(small) - Elementary.log1pDown(small))
          .isLessThanOrEqualTo(8 * Math.ulp(Math.log1p(small)));
    }
    assertThat(Elementary.logUp(Double.POSITIVE_INFINITY)).isInfinite();
    assertThat(Elementary.logUp(0)).isLessThan(-1e300);
    assertThat(Elementary.expUp(800)).isInfinite();
    assertThat(Elementary.expDown(800)).isEqualTo(Math.nextDown(Double.MAX_VALUE));
  }

  @Test
  void upperBoundsAreAboveAndNear() {
    Random random = new Random(3);
    for (int t = 0; t < 3000; t++) {
      double a = Math.scalb(random.nextDouble(), random.nextInt(1000) - 900);
      double b = Math.scalb(random.nextDouble(), random.nextInt(1000) - 900);
      BigDecimal x = new BigDecimal(a);
      BigDecimal y = new BigDecimal(b);
      near(Up.add(a, b), x.add(y));
      near(Up.multiply(a, b), x.multiply(y));
      near(Up.divide(a, b), x.divide(y, new MathContext(1200)));
      near(Up.sqrt(a), x.sqrt(new MathContext(400)));
      near(Up.norm(new double[] {a, b, 0}), x.pow(2).add(y.pow(2)).sqrt(new MathContext(400)));
    }
    assertThat(Up.multiply(0, Double.POSITIVE_INFINITY)).isZero();
    assertThat(Up.add(0, Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
  }

  private static void near(double bound, BigDecimal exact) {
    if (bound == Double.POSITIVE_INFINITY) {
      assertThat(exact).isGreaterThan(new BigDecimal(Double.MAX_VALUE / 2));
      return;
    }
    assertThat(new BigDecimal(bound)).isGreaterThanOrEqualTo(exact);
    BigDecimal widest =
        exact.multiply(new BigDecimal(1 + 0x1p-49)).add(new BigDecimal(4 * Double.MIN_VALUE));
    assertThat(new BigDecimal(bound)).isLessThanOrEqualTo(widest);
  }
}
