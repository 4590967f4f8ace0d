package org.fullrank.rigor.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;
import org.junit.jupiter.api.Test;

/** Functions whose derivative jumps anywhere, of numbers with errors. */
class KinkedImageTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final Kinks CLAMP = new Kinks(List.of(new Kink(-1, 0.5), new Kink(2, 3)), 0);

  @Test
  void jumpsAddUpAndAKinkAtTheEndCounts() {
    assertThat(CLAMP.jumpsWithin(0, 0.999)).isZero();
    assertThat(CLAMP.jumpsWithin(0, 1)).isEqualTo(0.5);
    assertThat(CLAMP.jumpsWithin(0, 2)).isEqualTo(3.5);
    assertThat(CLAMP.jumpsWithin(5, 3)).isEqualTo(3);
    assertThat(CLAMP.jumpsWithin(5, Double.NaN)).isEqualTo(3.5);
    assertThat(CLAMP.jumpsWithin(5, INFINITY)).isEqualTo(3.5);
    assertThat(Kinks.none(4).jumpsWithin(0, INFINITY)).isZero();
  }

  /** A third of a unit is not a third: the distance to a kink is rounded, and must not be up. */
  @Test
  void clearanceIsAtMostTheExactDistance() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double at = random.nextGaussian() * Math.scalb(1.0, random.nextInt(80) - 40);
      double x = i % 2 == 0 ? at + 1e-9 * random.nextGaussian() : random.nextGaussian();
      double radius = i % 5 == 0 ? 0 : Math.scalb(random.nextDouble(), -random.nextInt(70));
      Kinks kinks = Kinks.at(at, 1);
      BigDecimal distance = new BigDecimal(x).subtract(new BigDecimal(at)).abs();
      double clearance = kinks.clearance(x, radius);
      assertThat(clearance).isGreaterThanOrEqualTo(0);
      BigDecimal free = distance.subtract(new BigDecimal(radius));
      assertThat(new BigDecimal(clearance)).isLessThanOrEqualTo(free.max(BigDecimal.ZERO));
      assertThat(clearance).isGreaterThanOrEqualTo(free.doubleValue() * 0.99 - 1e-15 * Math.abs(x));
      if (free.signum() <= 0) {
        assertThat(kinks.jumpsWithin(x, radius)).isEqualTo(1);
      }
    }
  }

  @Test
  void clearanceIsThatOfTheNearestKinkAndOfZeroThatOfTheSmallestMagnitude() {
    assertThat(CLAMP.clearance(0, 0.25)).isEqualTo(0.75);
    assertThat(CLAMP.clearance(1.5, 0.25)).isEqualTo(0.25);
    assertThat(CLAMP.clearance(-3, 0.5)).isEqualTo(1.5);
    assertThat(CLAMP.clearance(-1, 0)).isZero();
    assertThat(CLAMP.clearance(0, INFINITY)).isZero();
    assertThat(CLAMP.clearance(0, Double.NaN)).isZero();
    assertThat(Kinks.none(1).clearance(0, INFINITY)).isEqualTo(INFINITY);
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      IntervalMatrix m = Balls.ball(Balls.random(random, 1, 3), i % 3 * 0.1, INFINITY);
      assertThat(m.clearance(0, Kinks.at(0, 1))).isEqualTo(m.smallest(0));
    }
  }

  /**
   * {@code s(x) = sin x + |x - 1|} at 0.9 with an error of 0.3: the slope {@code cos x +- 1} turns
   * by both the jump and the curve.
   */
  @Test
  void slopesTurnByJumpsAndCurves() {
    Kinks kinks = new Kinks(List.of(new Kink(1, 2)), 1);
    PointwiseBounds b = new PointwiseBounds(0x1p-50, 0x1p-50, 0x1p-50, 0x1p-50, 2, kinks);
    IntervalMatrix z = Balls.ball(new double[][] {{0.9, 3}}, 0.3, INFINITY);
    double[][] values = {{Math.sin(0.9) + 0.1, Math.sin(3) + 2}};
    double[][] slopes = {{Math.cos(0.9) - 1, Math.cos(3) + 1}};
    IntervalMatrix turned = z.slopes(Balls.exactCopy(slopes), b);
    IntervalMatrix image = z.image(values, slopes, b);
    for (double x = 0.6; x < 1.2; x += 0.001) {
      assertThat(turned.get(0, 0).contains(Math.cos(x) + Math.signum(x - 1))).isTrue();
      assertThat(image.get(0, 0).contains(Math.sin(x) + Math.abs(x - 1))).isTrue();
      assertThat(turned.get(0, 1).contains(Math.cos(x + 2.1) + 1)).isTrue();
    }
    assertThat(turned.get(0, 0).width()).isBetween(4.59, 4.61);
    // No kink within reach: the curve alone.
    assertThat(turned.get(0, 1).width()).isBetween(0.59, 0.61);
  }

  /** At an exact argument the slope is the conventional one, however near a kink is. */
  @Test
  void slopesAtExactPointsAreExact() {
    PointwiseBounds b = new PointwiseBounds(0, 0, 0, 0, 3, CLAMP);
    IntervalMatrix z = IntervalMatrix.exact(new double[][] {{-1, 2}});
    IntervalMatrix slopes = z.slopes(new double[][] {{0.25, 0.125}}, b);
    assertThat(slopes.get(0, 0)).isEqualTo(Interval.of(0.25));
    assertThat(slopes.get(0, 1)).isEqualTo(Interval.of(0.125));
    assertThat(slopes.rowError(0)).isZero();
    // The smallest error, and nothing is known of the side.
    IntervalMatrix near = Balls.ball(new double[][] {{-1, 2}}, Double.MIN_VALUE, INFINITY);
    assertThat(near.slopes(new double[][] {{0.25, 0.125}}, b).get(0, 1).width())
        .isGreaterThanOrEqualTo(6);
  }

  @Test
  void rejectsWhatCannotBe() {
    Runnable[] calls = {
      () -> new Kink(Double.NaN, 1),
      () -> new Kink(INFINITY, 1),
      () -> new Kink(0, -1),
      () -> new Kink(0, Double.NaN),
      () -> new Kinks(List.of(new Kink(1, 1), new Kink(1, 1)), 0),
      () -> new Kinks(List.of(new Kink(0.0, 1), new Kink(-0.0, 1)), 0),
      () -> Kinks.none(-1),
      () -> Kinks.none(Double.NaN),
      () -> Kinks.none(INFINITY),
    };
    for (Runnable call : calls) {
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Kink");
    }
  }
}
