package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalIntervalTest {
  private static final int CASES = 10_000;
  private static final BigDecimal LARGEST_WIDENING = new BigDecimal("1.2");

  @Test
  void printedDecimalsContainTheExactInterval() {
    SplittableRandom random = new SplittableRandom(20260101);
    for (int i = 0; i < CASES; i++) {
      Interval interval = randomInterval(random, i % 8);
      DecimalInterval decimal = DecimalInterval.from(interval);
      if (Double.isInfinite(interval.lo())) {
        assertThat(decimal.lo()).isEqualTo("-inf");
      } else {
        BigDecimal lo = new BigDecimal(interval.lo());
        BigDecimal printed = new BigDecimal(decimal.lo());
        assertThat(printed).as("lower end of %s", interval).isLessThanOrEqualTo(lo);
        assertThat(printed.signum()).as("sign of %s", decimal).isEqualTo(lo.signum());
      }
      if (Double.isInfinite(interval.hi())) {
        assertThat(decimal.hi()).isEqualTo("inf");
      } else {
        BigDecimal hi = new BigDecimal(interval.hi());
        BigDecimal printed = new BigDecimal(decimal.hi());
        assertThat(printed).as("upper end of %s", interval).isGreaterThanOrEqualTo(hi);
        assertThat(printed.signum()).as("sign of %s", decimal).isEqualTo(hi.signum());
      }
      assertThat(decimal.toString().length()).as("length of %s", decimal).isLessThanOrEqualTo(54);
      if (interval.isBounded() && interval.lo() < interval.hi()) {
        assertThat(decimal.lo()).as("ends of %s", interval).isNotEqualTo(decimal.hi());
        assertThat(width(decimal))
            .as("width of %s for %s", decimal, interval)
            .isLessThanOrEqualTo(
                new BigDecimal(interval.hi())
                    .subtract(new BigDecimal(interval.lo()))
                    .multiply(LARGEST_WIDENING));
      }
    }
  }

  private static BigDecimal width(DecimalInterval decimal) {
    return new BigDecimal(decimal.hi()).subtract(new BigDecimal(decimal.lo()));
  }

  private static Interval randomInterval(SplittableRandom random, int kind) {
    double a = randomFinite(random);
    return switch (kind) {
      case 0 -> hull(a, randomFinite(random));
      case 1 -> new Interval(a, Math.nextUp(a)).intersect(atMostLargest());
      case 2 -> Interval.of(a);
      case 3 -> hull(a, a * (1 + random.nextDouble(1e-12, 1e-2)));
      case 4 -> // denormal ends
          hull(
              random.nextInt(-50, 50) * Double.MIN_VALUE,
              random.nextInt(-50, 50) * Double.MIN_VALUE);
      case 5 -> Interval.atLeast(a);
      case 6 -> Interval.atMost(a);
      default -> hull(random.nextInt(-1000, 1000), random.nextInt(-1000, 1000) / 8.0);
    };
  }

  private static Interval atMostLargest() {
    return Interval.of(-Double.MAX_VALUE, Double.MAX_VALUE);
  }

  private static Interval hull(double a, double b) {
    double c = Math.max(-Double.MAX_VALUE, Math.min(b, Double.MAX_VALUE));
    return Interval.of(Math.min(a, c), Math.max(a, c));
  }

  private static double randomFinite(SplittableRandom random) {
    double value = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(value) ? value : random.nextDouble();
  }

  @Test
  void shortDecimalsContainTheExactIntervalToo() {
    SplittableRandom random = new SplittableRandom(20260102);
    for (int i = 0; i < CASES; i++) {
      Interval interval = randomInterval(random, i % 5);
      int digits = 1 + random.nextInt(9);
      DecimalInterval decimal = DecimalInterval.from(interval, digits);
      for (String end : new String[] {decimal.lo(), decimal.hi()}) {
        assertThat(new BigDecimal(end).stripTrailingZeros().precision())
            .as("digits of %s", decimal)
            .isLessThanOrEqualTo(digits);
      }
      BigDecimal lo = new BigDecimal(interval.lo());
      BigDecimal hi = new BigDecimal(interval.hi());
      assertThat(new BigDecimal(decimal.lo())).isLessThanOrEqualTo(lo);
      assertThat(new BigDecimal(decimal.hi())).isGreaterThanOrEqualTo(hi);
      // Not wider than needed: within one unit of the last digit.
      BigDecimal unit = new BigDecimal(BigInteger.ONE, lo.scale() - lo.precision() + digits);
      if (lo.signum() != 0 && interval.lo() < interval.hi() && digits < 4) {
        assertThat(lo.subtract(new BigDecimal(decimal.lo())))
            .as("lower end of %s with %s digits: %s", interval, digits, decimal)
            .isLessThanOrEqualTo(unit);
      }
      assertThat(new BigDecimal(DecimalInterval.lower(interval.hi(), digits)))
          .isLessThanOrEqualTo(hi);
      assertThat(new BigDecimal(DecimalInterval.upper(interval.lo(), digits)))
          .isGreaterThanOrEqualTo(lo);
    }
    assertThat(DecimalInterval.from(Interval.of(1 / 3.0), 6)).hasToString("[0.333333, 0.333334]");
    assertThat(DecimalInterval.from(Interval.ONE, 6)).hasToString("1");
    assertThat(DecimalInterval.upper(Double.NaN, 3)).isEqualTo("NaN");
    assertThatThrownBy(() -> DecimalInterval.from(Interval.ONE, 0)).hasMessageContaining("got 0");
  }

  /** As real numbers they enclose, as doubles they are the ends. */
  @Test
  void theTextOfAnIntervalEnclosesItAndReadsBack() {
    SplittableRandom random = new SplittableRandom(20260103);
    double[] ends = {
      0, -0.0, 0.1, 1, 9.999999999999999e22, 2e-320, Double.MIN_VALUE, Double.MIN_NORMAL, MAX
    };
    for (int i = 0; i < CASES; i++) {
      double value =
          i < 2 * ends.length
              ? (i % 2 == 0 ? 1 : -1) * ends[i / 2]
              : i % 4 == 0
                  ? random.nextLong() * Double.MIN_VALUE
                  : i % 4 == 1
                      ? Math.scalb(1.0, random.nextInt(2098) - 1074)
                      : randomFinite(random);
      String below = DecimalInterval.lower(value);
      String above = DecimalInterval.upper(value);
      assertThat(new BigDecimal(below)).isLessThanOrEqualTo(new BigDecimal(value));
      assertThat(new BigDecimal(above)).isGreaterThanOrEqualTo(new BigDecimal(value));
      assertThat(Double.parseDouble(below)).isEqualTo(value + 0.0);
      assertThat(Double.parseDouble(above)).isEqualTo(value + 0.0);
      String same = below.equals(above) ? "[" + below + "]" : "[" + below + ", " + above + "]";
      assertThat(Interval.of(value)).hasToString(same);
    }
    assertThat(Interval.of(0.1, 0.5)).hasToString("[0.1, 0.5]");
    assertThat(Interval.of(0.5, 0.1 + 0.7)).hasToString("[0.5, 0.79999999999999994]");
    assertThat(Interval.of(0.1)).hasToString("[0.1, 0.10000000000000001]");
    assertThat(Interval.ENTIRE).hasToString("[-inf, inf]");
  }

  private static final double MAX = Double.MAX_VALUE;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0; 0; 0",
        "0; 1; [0, 1]",
        "1.25; 1.25; 1.25",
        "1.2345678; 1.2345699; [1.2345677, 1.2345700]",
        "0.1; 0.1; [0.10000000000000000, 0.10000000000000001]",
        "-3; 1e-5; [-3, 1.01e-05]",
        "1e-300; 1e300; [1.00e-300, 1.01e+300]",
        "-Infinity; Infinity; [-inf, inf]",
        "4.9e-324; 4.9e-324; [4.9406564584124654e-324, 4.9406564584124655e-324]",
        "123456; 1234567; [123000, 1.24e+06]",
      })
  void examples(double lo, double hi, String printed) {
    assertThat(DecimalInterval.from(Interval.of(lo, hi))).hasToString(printed);
  }
}
