package org.fullrank.evidence.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Test;

/** Exponentials and logarithms against Taylor series in 60 digits. */
final class LossEnclosureTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final int TRIALS = 400;

  /** {@code e^x} for {@code |x| <= 8}: the series at {@code x/256}, squared eight times. */
  private static BigDecimal exp(BigDecimal x) {
    BigDecimal small = x.divide(BigDecimal.valueOf(256), DIGITS);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = term;
    for (int j = 1; j < 40; j++) {
      term = term.multiply(small, DIGITS).divide(BigDecimal.valueOf(j), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    for (int i = 0; i < 8; i++) {
      sum = sum.multiply(sum, DIGITS);
    }
    return sum;
  }

  @Test
  void exponentialsAreEnclosed() {
    Random random = new Random(1);
    for (int i = 0; i < TRIALS; i++) {
      double x = -8 + 16 * random.nextDouble();
      Interval e = LossEnclosure.exp(Interval.of(x));
      assertThat(e.contains(exp(new BigDecimal(x)))).as("e^" + x).isTrue();
      assertThat(e.relativeWidth()).isLessThan(1e-14);
      Interval wide = LossEnclosure.exp(Interval.of(x, x + 1));
      assertThat(wide.contains(exp(new BigDecimal(x)))).isTrue();
      assertThat(wide.contains(exp(new BigDecimal(x + 1)))).isTrue();
    }
  }

  /** {@code e^(ln(1 + e^x)) - 1 = e^x}: the exponential is increasing. */
  @Test
  void logisticLossesAreEnclosed() {
    Random random = new Random(3);
    for (int i = 0; i < TRIALS; i++) {
      double x = -8 + 16 * random.nextDouble();
      Interval softplus = LossEnclosure.softplus(x);
      BigDecimal e = exp(new BigDecimal(x));
      assertThat(exp(new BigDecimal(softplus.lo())).subtract(BigDecimal.ONE)).isLessThan(e);
      assertThat(exp(new BigDecimal(softplus.hi())).subtract(BigDecimal.ONE)).isGreaterThan(e);
      assertThat(softplus.relativeWidth()).isLessThan(1e-14);
    }
    assertThat(LossEnclosure.softplus(1e300).contains(1e300)).isTrue();
    assertThat(LossEnclosure.softplus(-1e300).hi()).isBetween(Double.MIN_VALUE, 1e-300);
    assertThat(LossEnclosure.softplus(-1e300).lo()).isZero();
  }

  @Test
  void logarithmsAreEnclosed() {
    Random random = new Random(2);
    for (int i = 0; i < TRIALS; i++) {
      double x = Math.exp(-7 + 14 * random.nextDouble());
      Interval log = LossEnclosure.log(Interval.of(x));
      // The exponential is increasing: it separates the ends from x.
      assertThat(exp(new BigDecimal(log.lo()))).isLessThan(new BigDecimal(x));
      assertThat(exp(new BigDecimal(log.hi()))).isGreaterThan(new BigDecimal(x));
      assertThat(log.width()).isLessThan(1e-14);
    }
  }
}
