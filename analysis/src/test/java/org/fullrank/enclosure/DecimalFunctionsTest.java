package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/** An oracle that has to be right where its value is far below its argument. */
final class DecimalFunctionsTest {
  private static final BigDecimal DIGITS = new BigDecimal("1e-65");

  @Test
  void logarithmsOfNumbersNearOneAreRightInAllDigits() {
    for (String tiny : new String[] {"1e-3000", "1.661604784684518e-108", "1e-71", "1e-40"}) {
      BigDecimal x = new BigDecimal(tiny);
      BigDecimal cubic = x.pow(3).divide(BigDecimal.valueOf(3), new MathContext(100));
      BigDecimal series = x.subtract(x.pow(2).divide(BigDecimal.valueOf(2))).add(cubic);
      near(DecimalFunctions.log1p(x), series);
    }
    // Both sides of where the series begins, by the exponential function.
    for (String text : new String[] {"9.99e-4", "1e-3", "1.01e-3", "0.7"}) {
      BigDecimal x = new BigDecimal(text);
      BigDecimal one = DecimalFunctions.exp(DecimalFunctions.log1p(x)).subtract(x);
      near(one, BigDecimal.ONE);
    }
  }

  private static void near(BigDecimal value, BigDecimal expected) {
    assertThat(value.subtract(expected).abs()).isLessThanOrEqualTo(expected.multiply(DIGITS));
  }
}
