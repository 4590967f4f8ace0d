package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;

/** Envelopes against 60-digit decimal arithmetic. */
final class PredictionTest {
  private static final MathContext DIGITS = new MathContext(60);

  /** The oracle's own error. */
  private static final BigDecimal ORACLE = new BigDecimal("1e-45");

  private static final BigDecimal TIGHT = new BigDecimal("1e-12");
  private static final double LEAST_COMPARED = 1e-300;
  private static final double[] RATES = {
    1, 0.999, 0.5, 1 / 3.0, 0.1, 1e-2, 1e-5, 1e-9, 1e-15, 1e-17, 1e-25, 1e-300, 0
  };

  @Test
  void linearRateIsAnUpperBoundAndTight() {
    Random random = new Random(1);
    int compared = 0;
    for (double rate : RATES) {
      for (int i = 0; i < 60; i++) {
        int t = 1 + (int) Math.exp(random.nextDouble() * Math.log(900_000_000.0));
        double first = Math.exp(20 * random.nextGaussian());
        double bound = steps(first, rate).envelope(t);
        BigDecimal exact =
            new BigDecimal(first)
                .multiply(BigDecimal.ONE.subtract(new BigDecimal(rate)).pow(t, DIGITS));
        compared += isTightUpperBound(bound, exact) ? 1 : 0;
      }
    }
    assertThat(compared).as("cases that did not underflow").isGreaterThan(400);
    assertThat(steps(3, 0.5).envelope(2)).as("no rounding where none is needed").isEqualTo(0.75);
    assertThat(steps(3, 1).envelope(1)).isZero();
    // 2^62 steps, more than a double counts exactly: (1 - 2^-62)^(2^62) = e^-1 (1 - 2^-63 ...).
    assertThat(
            isTightUpperBound(steps(1, 0x1p-62).envelope(1L << 62), exp(BigDecimal.ONE.negate())))
        .isTrue();
  }

  @Test
  void flowIsAnUpperBoundAndTight() {
    Random random = new Random(2);
    int compared = 0;
    for (int i = 0; i < 500; i++) {
      double rate = Math.exp(5 * random.nextGaussian());
      double time = Math.exp(5 * random.nextGaussian());
      double first = Math.exp(20 * random.nextGaussian());
      Prediction flow = flow(first, rate);
      BigDecimal exponent = new BigDecimal(rate).multiply(new BigDecimal(time)).negate();
      if (exponent.doubleValue() > -1000) {
        BigDecimal exact = new BigDecimal(first).multiply(exp(exponent));
        compared += isTightUpperBound(flow.envelopeAt(time), exact) ? 1 : 0;
      } else {
        assertThat(flow.envelopeAt(time)).isNotNegative();
      }
    }
    assertThat(compared).isGreaterThan(300);
    assertThat(flow(2, 0.5).envelope(3)).isEqualTo(flow(2, 0.5).envelopeAt(3));
    assertThat(flow(2, 0.5).envelopeAt(0)).isEqualTo(2);
    // A time that is no double must not be rounded up.
    long odd = (1L << 60) + 1;
    assertThat(flow(1, 0x1p-60).envelope(odd))
        .isGreaterThanOrEqualTo(flow(1, 0x1p-60).envelopeAt(0x1p60));
  }

  @Test
  void reciprocalIsAnUpperBoundAndTight() {
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      long t = 1 + (long) Math.exp(40 * random.nextDouble());
      double constant = Math.exp(10 * random.nextGaussian());
      double bound = reciprocal(Double.MAX_VALUE, constant).envelope(t);
      BigDecimal exact = new BigDecimal(constant).divide(BigDecimal.valueOf(t), DIGITS);
      assertThat(isTightUpperBound(bound, exact)).isTrue();
    }
    assertThat(reciprocal(2, 10).envelope(0)).isEqualTo(2);
    assertThat(reciprocal(2, 10).envelope(4)).isEqualTo(2);
    assertThat(reciprocal(2, 10).envelope(10)).isEqualTo(1);
  }

  /** Fails unless it is an upper bound; whether it was compared for tightness, too. */
  private static boolean isTightUpperBound(double bound, BigDecimal exact) {
    BigDecimal least = exact.subtract(exact.multiply(ORACLE));
    assertThat(new BigDecimal(bound)).isGreaterThanOrEqualTo(least);
    if (exact.doubleValue() < LEAST_COMPARED) {
      return false;
    }
    BigDecimal most = exact.add(exact.multiply(TIGHT));
    assertThat(new BigDecimal(bound)).isLessThanOrEqualTo(most);
    return true;
  }

  /** {@code e^x} by squaring the Taylor series of a small argument. */
  private static BigDecimal exp(BigDecimal x) {
    MathContext more = new MathContext(80);
    BigDecimal small = x.divide(BigDecimal.valueOf(1L << 20), more);
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = BigDecimal.ONE;
    for (int i = 1; i < 40; i++) {
      term = term.multiply(small, more).divide(BigDecimal.valueOf(i), more);
      sum = sum.add(term, more);
    }
    for (int i = 0; i < 20; i++) {
      sum = sum.multiply(sum, more);
    }
    return sum;
  }

  @Test
  void unboundedNumbersGiveUnboundedEnvelopes() {
    Quantity unknown = exact("F(0)", Interval.atLeast(0));
    Quantity half = exact("rate", Interval.of(0.5));
    for (Prediction p :
        List.of(
            Prediction.of(Monitored.EXCESS_LOSS, unknown, 1, half, unknown),
            Prediction.flow(Monitored.EXCESS_LOSS, unknown, half, unknown),
            Prediction.reciprocal(Monitored.EXCESS_LOSS, unknown, 1, unknown, unknown))) {
      assertThat(p.envelope(5)).isInfinite();
      assertThat(p.stepsTo(1)).isEqualTo(Long.MAX_VALUE);
      assertThat(p.toString()).contains("inf");
    }
    Prediction known = Prediction.reciprocal(Monitored.EXCESS_LOSS, half, 1, unknown, unknown);
    assertThat(known.envelope(5)).isEqualTo(0.5);
  }

  @Test
  void stepsToIsTheFirstStepBelowTheTarget() {
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      double rate = Math.pow(10, -9 * random.nextDouble());
      double target = Math.pow(10, -8 * random.nextDouble());
      for (Prediction p : List.of(steps(3, rate), flow(3, rate), reciprocal(3, 1 / rate))) {
        long first = p.stepsTo(target);
        assertThat(p.envelope(first)).isLessThanOrEqualTo(target);
        assertThat(p.envelope(first - 1)).isGreaterThan(target);
      }
    }
    assertThat(steps(3, 0.5).stepsTo(3)).isZero();
    assertThat(steps(3, 0.5).stepsTo(2.9)).isEqualTo(1);
    assertThat(steps(0, 0.5).stepsTo(1e-300)).isZero();
    assertThat(steps(3, 0).stepsTo(1)).isEqualTo(Long.MAX_VALUE);
    assertThat(steps(3, 1e-18).stepsTo(1)).isBetween((long) 1.0986e18, (long) 1.0987e18);
    assertThatThrownBy(() -> steps(3, 0.5).stepsTo(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> steps(3, 0.5).stepsTo(0)).hasMessageContaining("positive");
  }

  @Test
  void onlyTheGuaranteedEndsCount() {
    Prediction p =
        Prediction.of(
            Monitored.RESIDUAL_NORM,
            exact("R0", Interval.of(1, 4)),
            0.1,
            exact("rate", Interval.of(0.5, 0.75)),
            exact("r", Interval.of(1, 2)));
    assertThat(p.envelope(0)).isEqualTo(4);
    assertThat(p.envelope(1)).isEqualTo(2);
    assertThat(p.toString())
        .isEqualTo(
            "with step size 0.1, ||f - y|| <= 4 (1 - 0.5)^t, and theta stays within 2 of its"
                + " start");
    Prediction all =
        p.withLayerRadius(exact("l", Interval.of(0, 1 / 3.0)))
            .withFailureProbability(exact("p", Interval.of(0, 0.1)));
    // 0.1 is above the decimal 0.1.
    assertThat(all.toString())
        .endsWith(
            "within 2 of its start, each weight matrix within 0.333334 of its start,"
                + " the radii with probability at least 1 - 0.100001");
    assertThat(steps(2 / 3.0, 0.7).envelopeFormula()).isEqualTo("0.666667 (1 - 0.699999)^t");
    assertThat(flow(2 / 3.0, 0.7).toString())
        .isEqualTo("along gradient flow, F - F* <= 0.666667 exp(-0.699999 t)");
    assertThat(reciprocal(1, 2 / 3.0).envelopeFormula()).isEqualTo("min(1, 0.666667/t)");
    for (Prediction zero : List.of(steps(0, 0.5), flow(0, 0.5), reciprocal(0, 3))) {
      assertThat(zero.envelopeFormula()).isEqualTo("0");
      assertThat(zero.envelope(1)).isZero();
    }
    assertThat(all.initial().interval()).isEqualTo(Interval.of(1, 4));
  }

  @Test
  void rigorAndSubjectAreThoseOfTheWeakestNumber() {
    List<Quantity> strong = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      strong.add(exact("q" + i, Interval.of(0.25, 0.5)));
    }
    assertThat(of(strong).rigor()).isEqualTo(Rigor.VERIFIED);
    assertThat(of(strong).subject()).isEqualTo(Subject.EXACT_NETWORK);
    for (int weak = 0; weak < 5; weak++) {
      for (Rigor rigor : Rigor.values()) {
        List<Quantity> numbers = new ArrayList<>(strong);
        numbers.set(weak, strong.get(weak).weakenedTo(rigor));
        assertThat(of(numbers).rigor()).as("number %s", weak).isEqualTo(rigor);
      }
      for (Subject subject : Subject.values()) {
        List<Quantity> numbers = new ArrayList<>(strong);
        numbers.set(weak, Quantity.verified("q", Interval.of(0.25, 0.5), subject, "test"));
        assertThat(of(numbers).subject()).as("number %s", weak).isEqualTo(subject);
      }
    }
  }

  private static Prediction of(List<Quantity> q) {
    return Prediction.of(Monitored.EXCESS_LOSS, q.get(0), 1, q.get(1), q.get(2))
        .withLayerRadius(q.get(3))
        .withFailureProbability(q.get(4));
  }

  @Test
  void misuseIsExplained() {
    Quantity one = exact("one", Interval.ONE);
    Quantity negative = exact("minus", Interval.of(-2, -1));
    for (double eta : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Prediction.of(Monitored.EXCESS_LOSS, one, eta, one, one))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("got " + eta);
    }
    assertThatThrownBy(() -> Prediction.flow(Monitored.EXCESS_LOSS, negative, one, one))
        .hasMessageContaining("initial value");
    assertThatThrownBy(() -> Prediction.flow(Monitored.EXCESS_LOSS, one, negative, one))
        .hasMessageContaining("rate >= 0");
    assertThatThrownBy(() -> Prediction.flow(Monitored.EXCESS_LOSS, one, one, negative))
        .hasMessageContaining("radius");
    assertThatThrownBy(() -> steps(1, 0.5).withLayerRadius(negative))
        .hasMessageContaining("layer radius");
    assertThatThrownBy(() -> steps(1, 0.5).withFailureProbability(negative))
        .hasMessageContaining("probability");
    assertThatThrownBy(() -> steps(1, 0.5).envelope(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> steps(1, 0.5).envelopeAt(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> flow(1, 0.5).stepSize()).isInstanceOf(IllegalStateException.class);
    for (double time : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> flow(1, 0.5).envelopeAt(time)).hasMessageContaining("got " + time);
    }
  }

  private static Prediction steps(double first, double rate) {
    return Prediction.of(Monitored.EXCESS_LOSS, point(first), 1, point(rate), free());
  }

  private static Prediction flow(double first, double rate) {
    return Prediction.flow(Monitored.EXCESS_LOSS, point(first), point(rate), free());
  }

  private static Prediction reciprocal(double first, double constant) {
    return Prediction.reciprocal(Monitored.EXCESS_LOSS, point(first), 1, point(constant), free());
  }

  private static Quantity free() {
    return exact("r", Interval.atLeast(0));
  }

  private static Quantity point(double value) {
    return exact("q", Interval.of(value));
  }

  private static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }
}
