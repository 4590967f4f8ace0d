package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
  private static final MathContext EXACT_ENOUGH = new MathContext(2200);

  @Test
  void operationsContainTheExactResultAndAreTight() {
    Random random = new Random(1);
    for (int k = 0; k < 20_000; k++) {
      double x = number(random);
      double y = number(random);
      BigDecimal a = new BigDecimal(x);
      BigDecimal b = new BigDecimal(y);
      Interval ix = Interval.of(x);
      Interval iy = Interval.of(y);
      checkTight(ix.add(iy), a.add(b));
      checkTight(ix.subtract(iy), a.subtract(b));
      checkTight(ix.multiply(iy), a.multiply(b));
      checkTight(ix.square(), a.multiply(a));
      if (y != 0 && k % 20 == 0) {
        checkTight(ix.divide(iy), a.divide(b, EXACT_ENOUGH));
      }
      if (x > 0) {
        Interval root = ix.sqrt();
        assertThat(new BigDecimal(root.lo()).pow(2).compareTo(a)).isNotPositive();
        assertThat(new BigDecimal(root.hi()).pow(2).compareTo(a)).isNotNegative();
        assertThat(steps(root)).isLessThanOrEqualTo(2);
      }
    }
  }

  @Test
  void exactResultsStayExact() {
    assertThat(Interval.of(1).add(Interval.of(2))).isEqualTo(Interval.of(3));
    assertThat(Interval.of(3).multiply(Interval.of(0.5))).isEqualTo(Interval.of(1.5));
    assertThat(Interval.of(9).sqrt()).isEqualTo(Interval.of(3));
    assertThat(Interval.of(9).divide(3)).isEqualTo(Interval.of(3));
    assertThat(Interval.of(-0.0)).isEqualTo(Interval.ZERO);
    assertThat(Interval.ENTIRE.multiply(Interval.ZERO)).isEqualTo(Interval.ZERO);
  }

  @Test
  void intervalOperandsContainAllCombinations() {
    Random random = new Random(2);
    for (int k = 0; k < 5_000; k++) {
      Interval x = interval(random);
      Interval y = interval(random);
      BigDecimal a = member(x, random);
      BigDecimal b = member(y, random);
      assertThat(x.add(y).contains(a.add(b))).isTrue();
      assertThat(x.subtract(y).contains(a.subtract(b))).isTrue();
      assertThat(x.multiply(y).contains(a.multiply(b))).isTrue();
      assertThat(x.square().contains(a.multiply(a))).isTrue();
      assertThat(x.abs().contains(a.abs())).isTrue();
      assertThat(x.min(y).contains(a.min(b))).isTrue();
      assertThat(x.max(y).contains(a.max(b))).isTrue();
      assertThat(x.negate().contains(a.negate())).isTrue();
      assertThat(x.hull(y).contains(x) && x.hull(y).contains(y)).isTrue();
      if (k % 10 == 0 && b.signum() != 0) {
        assertThat(x.divide(y).contains(a.divide(b, EXACT_ENOUGH))).isTrue();
      }
      assertThat(x.contains(x.mid())).isTrue();
    }
  }

  @Test
  void overflowAndUnderflowStayEnclosed() {
    double max = Double.MAX_VALUE;
    double min = Double.MIN_VALUE;
    assertThat(Interval.of(max).add(Interval.of(max))).isEqualTo(Interval.atLeast(max));
    assertThat(Interval.of(-max).multiply(Interval.of(max))).isEqualTo(Interval.atMost(-max));
    assertThat(Interval.of(min).multiply(Interval.of(min))).isEqualTo(new Interval(0, min));
    assertThat(Interval.of(-min).multiply(Interval.of(min))).isEqualTo(new Interval(-min, 0));
    assertThat(Interval.of(min).divide(Interval.of(max))).isEqualTo(new Interval(0, min));
    assertThat(Interval.of(max).divide(Interval.of(-min))).isEqualTo(Interval.atMost(-max));
    assertThat(new Interval(-max, max).width()).isInfinite();
    assertThat(new Interval(-max, max).relativeWidth()).isEqualTo(2);
  }

  @Test
  void unboundedOperands() {
    Interval positive = Interval.atLeast(1);
    assertThat(positive.add(positive)).isEqualTo(Interval.atLeast(2));
    assertThat(positive.subtract(positive)).isEqualTo(Interval.ENTIRE);
    assertThat(positive.multiply(positive)).isEqualTo(Interval.atLeast(1));
    assertThat(positive.divide(positive)).isEqualTo(Interval.atLeast(0));
    assertThat(Interval.ONE.divide(positive)).isEqualTo(new Interval(0, 1));
    assertThat(Interval.ONE.divide(new Interval(-1, 1))).isEqualTo(Interval.ENTIRE);
    assertThat(Interval.ONE.divide(Interval.ZERO)).isEqualTo(Interval.ENTIRE);
    assertThat(positive.sqrt()).isEqualTo(positive);
    assertThat(Interval.ENTIRE.sqrt()).isEqualTo(Interval.atLeast(0));
    assertThat(Interval.ENTIRE.mid()).isZero();
    assertThat(positive.mid()).isEqualTo(Double.MAX_VALUE);
    assertThat(positive.relativeWidth()).isInfinite();
  }

  @Test
  void comparisonsAreCertainOrPossible() {
    Interval a = new Interval(1, 2);
    Interval b = new Interval(2, 3);
    assertThat(a.certainlyLess(b)).isFalse();
    assertThat(a.possiblyLess(b)).isTrue();
    assertThat(b.possiblyLess(a)).isFalse();
    assertThat(a.certainlyLess(new Interval(2.5, 3))).isTrue();
    assertThat(a.certainlyPositive()).isTrue();
    assertThat(new Interval(0, 1).certainlyPositive()).isFalse();
    assertThat(a.intersect(b)).isEqualTo(Interval.of(2));
    assertThat(Verdict.ofLess(a, b)).isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.ofLess(b, a)).isEqualTo(Verdict.FAILS);
    assertThat(Verdict.ofLess(a, new Interval(3, 4))).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void relativeWidthDoesNotDependOnScale() {
    Interval a = new Interval(1, 1.25);
    double width = a.relativeWidth();
    assertThat(width).isBetween(0.2, 0.2 + 2 * Math.ulp(1.0));
    assertThat(a.multiply(0x1p-600).relativeWidth()).isEqualTo(width);
    assertThat(a.multiply(0x1p1023).relativeWidth()).isEqualTo(width);
    assertThat(Interval.ZERO.relativeWidth()).isZero();
  }

  @Test
  void decimalsAreEnclosedTightly() {
    for (String text : new String[] {"0.1", "-0.3", "1e-400", "1e400", "-1e309", "0.5", "3"}) {
      Interval x = Interval.fromDecimal(text);
      assertThat(x.contains(new BigDecimal(text))).as(text).isTrue();
      assertThat(steps(x)).as(text).isLessThanOrEqualTo(1);
    }
    assertThat(Interval.fromDecimal("0.5")).isEqualTo(Interval.of(0.5));
  }

  @Test
  void rejectsWhatIsNoInterval() {
    assertThatThrownBy(() -> new Interval(2, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Interval(Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.of(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.around(0, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.of(-1).sqrt()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.of(1).intersect(Interval.of(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.fromDecimal("x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void checkTight(Interval x, BigDecimal exact) {
    assertThat(x.contains(exact)).as("%s in %s", exact, x).isTrue();
    assertThat(steps(x)).as("%s", x).isLessThanOrEqualTo(2);
  }

  /** Number of doubles from lo to hi, at most 3. */
  private static int steps(Interval x) {
    int steps = 0;
    double at = x.lo();
    while (at < x.hi() && steps < 3) {
      at = Math.nextUp(at);
      steps++;
    }
    return steps;
  }

  private static double number(Random random) {
    switch (random.nextInt(8)) {
      case 0 -> {
        return random.nextInt(7) - 3;
      }
      case 1 -> {
        return Double.MIN_VALUE * (random.nextInt(9) - 4);
      }
      case 2 -> {
        return Double.MAX_VALUE * (random.nextDouble() - 0.5) * 2;
      }
      case 3 -> {
        return Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000);
      }
      default -> {
        return random.nextGaussian();
      }
    }
  }

  private static Interval interval(Random random) {
    double a = number(random);
    double b = number(random);
    return new Interval(Math.min(a, b), Math.max(a, b));
  }

  private static BigDecimal member(Interval x, Random random) {
    double t = random.nextDouble();
    double inside = Math.max(x.lo(), Math.min(t * x.lo() + (1 - t) * x.hi(), x.hi()));
    return new BigDecimal(random.nextInt(3) == 0 ? x.hi() : inside);
  }
}
