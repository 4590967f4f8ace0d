package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.oracle.ActivationReference;
import org.fullrank.oracle.FixedPoint;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Enclosures of activations over intervals, against 540-place arithmetic. */
class JetTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /** Numbers where some derivative of some activation turns or vanishes, and plain ones. */
  private static final double[] CENTERS = {
    0, 0.5, 0.6585, 0.7071, 0.7419, 0.75179, 0.7523, 0.7923, 1, 1.0319, 1.1462, 1.2247, 1.2785,
    1.3169, 1.4142, 1.4185, 1.5708, 1.732, 2, 2.2924, 2.3344, 2.3994, 2.5243, 3.1416, 3.4358,
    4.4292, 6, 8, 18, 21.9, 38, 40, 1e3, 1e17
  };

  private static final BigInteger SLACK = BigInteger.ONE.shiftLeft(FixedPoint.BITS - 400);

  static Stream<Activation> smooth() {
    return Stream.concat(
        ActivationAccuracyTest.activations(),
        Stream.of(Activations.softplus(1e-3), Activations.softplus(1e6)));
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void exactValuesAreInside(Activation activation) {
    sweep(activation, 30, 1);
  }

  /** 100,000 intervals over all activations. */
  @Tag("exhaustive")
  @ParameterizedTest
  @MethodSource("smooth")
  void exactValuesAreInsideManyIntervals(Activation activation) {
    sweep(activation, 6700, 2);
  }

  private static void sweep(Activation activation, int count, long seed) {
    Random random = new Random(seed * 31 + activation.name().hashCode());
    ActivationReference reference = ActivationReference.of(activation.name());
    for (int i = 0; i < count; i++) {
      Interval x = interval(i, random);
      Jet jet = activation.enclose(x);
      double t = inside(x, random);
      BigInteger[] exact = reference.jet(FixedPoint.of(t));
      contains(activation + " at " + t + " over " + x, jet, exact);
    }
  }

  private static void contains(String what, Jet jet, BigInteger[] exact) {
    Interval[] all = {jet.value(), jet.first(), jet.second(), jet.third()};
    for (int order = 0; order < 4; order++) {
      boolean above =
          all[order].lo() == -INFINITY
              || FixedPoint.of(all[order].lo()).subtract(exact[order]).compareTo(SLACK) <= 0;
      boolean below =
          all[order].hi() == INFINITY
              || exact[order].subtract(FixedPoint.of(all[order].hi())).compareTo(SLACK) <= 0;
      assertThat(above && below).as("order %s of %s in %s", order, what, all[order]).isTrue();
    }
  }

  private static Interval interval(int i, Random random) {
    double c = CENTERS[random.nextInt(CENTERS.length)] * (random.nextBoolean() ? 1 : -1);
    double size = Math.scalb(random.nextDouble(), 3 - random.nextInt(50));
    return switch (i % 10) {
      case 0 -> Interval.of(c);
      case 1 -> Interval.of(2 * random.nextGaussian());
      case 2 -> Interval.around(c, size);
      case 3 -> Interval.of(c, c + size);
      case 4 -> Interval.around(2 * random.nextGaussian(), 3 * random.nextDouble());
      case 5 -> Interval.around(2 * random.nextGaussian(), size);
      case 6 -> random.nextBoolean() ? Interval.atLeast(c) : Interval.atMost(c);
      case 7 -> Interval.around(c, Math.scalb(1.0, random.nextInt(1000)));
      case 8 -> Interval.of(Math.scalb(random.nextGaussian(), -random.nextInt(1070)));
      default -> Interval.around(0, Math.scalb(random.nextDouble(), -random.nextInt(1070)));
    };
  }

  /** An end, or a number inside. */
  private static double inside(Interval x, Random random) {
    double lo = Math.max(x.lo(), random.nextBoolean() ? -10 : -1e5);
    double hi = Math.min(x.hi(), random.nextBoolean() ? 10 : 1e5);
    if (!(lo < hi) || random.nextInt(4) == 0) {
      return Double.isInfinite(x.lo()) ? x.hi() == INFINITY ? 0 : x.hi() : x.lo();
    }
    return Math.max(lo, Math.min(hi, lo + random.nextDouble() * (hi - lo)));
  }

  /** At a number about as narrow as the accuracy; over a thin interval in proportion to it. */
  @ParameterizedTest
  @MethodSource("smooth")
  void pointsAndThinIntervalsAreNarrow(Activation activation) {
    double a = activation instanceof Softplus s ? Math.max(1, s.sharpness()) : 1;
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      double c = i < 2 * CENTERS.length - 4 ? CENTERS[i / 2] : 3 * random.nextGaussian();
      double size = i % 2 == 0 ? 0 : Math.scalb(1.0, -random.nextInt(50));
      Jet jet = activation.enclose(Interval.of(c, c + size));
      double b = activation instanceof Softplus s ? s.sharpness() : 1;
      double scale = Math.max(1, Math.abs(c) + 1);
      assertThat(jet.value().width())
          .isLessThanOrEqualTo((2e-14 + 1.2 * size) * scale / Math.min(1, b));
      assertThat(jet.first().width()).isLessThanOrEqualTo(a * (3e-14 + size) * scale);
      assertThat(jet.second().width()).isLessThanOrEqualTo(a * a * (1e-13 + 40 * size));
      assertThat(jet.third().width()).isLessThanOrEqualTo(a * a * a * (1e-13 + 99 * size));
    }
  }

  /** Small arguments of odd functions and small tails keep their relative accuracy. */
  @Test
  void smallValuesAreRelativelyNarrow() {
    for (double x : new double[] {1e-3, 1e-100, 1e-280, -1e-200}) {
      for (Activation a : List.of(Activations.TANH, Activations.SIN, Activations.ERF)) {
        Jet jet = a.enclose(Interval.of(x));
        assertThat(jet.value().relativeWidth()).isLessThan(1e-14);
        assertThat(jet.second().relativeWidth()).isLessThan(2e-14);
      }
      assertThat(Activations.SIGMOID.enclose(Interval.of(x)).second().relativeWidth())
          .isLessThan(1e-14);
    }
    for (Activation a : List.of(Activations.SIGMOID, Activations.SILU, Activations.SOFTPLUS)) {
      assertThat(a.enclose(Interval.of(-500)).value().relativeWidth()).isLessThan(1e-13);
      assertThat(a.enclose(Interval.of(-500)).third().relativeWidth()).isLessThan(1e-13);
    }
  }

  /** Over wide intervals nothing narrower would do: the hull of many computed values is as wide. */
  @ParameterizedTest
  @MethodSource("smooth")
  void wideIntervalsGiveTheRange(Activation activation) {
    boolean loose = activation.name().equals("gelu_tanh");
    double a = activation instanceof Softplus s ? s.sharpness() : 1;
    Random random = new Random(4);
    for (int i = 0; i < 30; i++) {
      double lo = random.nextGaussian() * 2 / a;
      double hi = lo + 4 * random.nextDouble() / a;
      Jet jet = activation.enclose(Interval.of(lo, hi));
      Interval[] hull = new Interval[4];
      for (int k = 0; k <= 100; k++) {
        double t = Math.min(hi, lo + k * (hi - lo) / 100);
        Jet at = activation.enclose(Interval.of(t));
        Interval[] four = {at.value(), at.first(), at.second(), at.third()};
        for (int order = 0; order < 4; order++) {
          hull[order] = k == 0 ? four[order] : hull[order].hull(four[order]);
        }
      }
      near(jet.value(), hull[0], 0);
      near(jet.first(), hull[1], 0);
      near(jet.second(), hull[2], loose ? 0.1 : 0);
      near(jet.third(), hull[3], loose ? 0.5 : 0);
    }
  }

  private static void near(Interval got, Interval hull, double besides) {
    double rounding = 1e-12 * hull.magnitude();
    double tolerance = 0.02 * hull.width() + rounding + besides;
    assertThat(got.lo()).isBetween(hull.lo() - tolerance, hull.lo() + rounding);
    assertThat(got.hi()).isBetween(hull.hi() - rounding, hull.hi() + tolerance);
  }

  @Test
  void theWholeLineGivesTheRange() {
    Jet tanh = Activations.TANH.enclose(Interval.ENTIRE);
    assertThat(tanh.value()).isEqualTo(Interval.of(-1, 1));
    assertThat(tanh.first()).isEqualTo(Interval.of(0, 1));
    assertThat(tanh.second().hi()).isEqualTo(4 / (3 * Math.sqrt(3)), within(1e-13));
    assertThat(tanh.third().lo()).isEqualTo(-2, within(1e-13));
    for (Activation a : smooth().toList()) {
      Jet all = a.enclose(Interval.ENTIRE);
      assertThat(all.second().isBounded()).as(a.name()).isTrue();
      assertThat(all.third().isBounded()).as(a.name()).isTrue();
      Jet far = a.enclose(Interval.of(-Double.MAX_VALUE, Double.MAX_VALUE));
      assertThat(all.value().contains(far.value())).isTrue();
      assertThat(all.third().contains(far.third())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 0.25, -3, 1e-310, 2})
  void piecewiseLinearFunctions(double slope) {
    Activation a = Activations.leakyRelu(slope);
    double zero = a.derivative(0);
    assertThat(a.enclose(Interval.of(0)))
        .isEqualTo(new Jet(Interval.ZERO, Interval.of(zero), Interval.ZERO, Interval.ZERO));
    assertThat(a.enclose(Interval.of(0, 2)).first())
        .isEqualTo(Interval.ONE.hull(Interval.of(zero)));
    assertThat(a.enclose(Interval.of(-2, 0)).first())
        .isEqualTo(Interval.of(slope).hull(Interval.of(zero)));
    assertThat(a.enclose(Interval.of(-Double.MIN_VALUE, Double.MIN_VALUE)).first())
        .isEqualTo(Interval.ONE.hull(Interval.of(slope)));
    assertThat(a.enclose(Interval.of(1, 2)).first()).isEqualTo(Interval.ONE);
    assertThat(a.enclose(Interval.of(-2, -1)).first()).isEqualTo(Interval.of(slope));
    assertThat(a.enclose(Interval.of(-4, 1)).value())
        .isEqualTo(Interval.of(-4).multiply(slope).hull(Interval.ONE).hull(Interval.ZERO));
    Jet all = a.enclose(Interval.ENTIRE);
    assertThat(all.value().contains(slope < 0 ? 1e300 : 0)).isTrue();
    assertThat(all.value().hi()).isEqualTo(INFINITY);
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      double x = Math.scalb(random.nextGaussian(), random.nextInt(60) - 40);
      double y = x + random.nextDouble();
      BigDecimal t = new BigDecimal(x + 0.5 * (y - x));
      BigDecimal exact = t.signum() > 0 ? t : t.multiply(new BigDecimal(slope));
      assertThat(a.enclose(Interval.of(x, y)).value().contains(exact)).isTrue();
    }
  }
}
