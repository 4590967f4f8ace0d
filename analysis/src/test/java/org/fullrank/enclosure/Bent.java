package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Regularity;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;

/** A user's activations whose kinks are not at 0. */
sealed interface Bent extends Activation {
  /** Unit roundoff. */
  double U = 0x1p-53;

  /** The exact value. */
  BigDecimal exact(BigDecimal x);

  /** The exact derivative, at kinks by convention. */
  BigDecimal exactSlope(BigDecimal x);

  @Override
  default double secondDerivative(double x) {
    return 0;
  }

  @Override
  default Regularity regularity() {
    double infinity = Double.POSITIVE_INFINITY;
    return new Regularity(1, infinity, false, false, false, OptionalInt.empty());
  }

  /** {@code min(max(x, lo), hi)}, such as ReLU6 and the hard tanh; slope 0 at {@code lo} only. */
  record Clamp(double lo, double hi) implements Bent {
    @Override
    public String name() {
      return "clamp(" + lo + ", " + hi + ")";
    }

    @Override
    public double value(double x) {
      return Math.min(Math.max(x, lo), hi);
    }

    @Override
    public double derivative(double x) {
      return x > lo && x <= hi ? 1 : 0;
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(new Kinks(List.of(new Kink(lo, 1), new Kink(hi, 1)), 0));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(Accuracy.EXACT);
    }

    @Override
    public double lowerBound() {
      return lo;
    }

    @Override
    public double upperBound() {
      return hi;
    }

    @Override
    public BigDecimal exact(BigDecimal x) {
      return x.max(new BigDecimal(lo)).min(new BigDecimal(hi));
    }

    @Override
    public BigDecimal exactSlope(BigDecimal x) {
      boolean inside = x.compareTo(new BigDecimal(lo)) > 0 && x.compareTo(new BigDecimal(hi)) <= 0;
      return inside ? BigDecimal.ONE : BigDecimal.ZERO;
    }
  }

  /** {@code max(x - at, 0)}, slope 1 at the kink; a difference is rounded once. */
  record Hinge(double at) implements Bent {
    @Override
    public String name() {
      return "hinge(" + at + ")";
    }

    @Override
    public double value(double x) {
      return Math.max(x - at, 0);
    }

    @Override
    public double derivative(double x) {
      return x >= at ? 1 : 0;
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(Kinks.at(at, 1));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(U, 0, 0, 0));
    }

    @Override
    public BigDecimal exact(BigDecimal x) {
      return x.subtract(new BigDecimal(at)).max(BigDecimal.ZERO);
    }

    @Override
    public BigDecimal exactSlope(BigDecimal x) {
      return x.compareTo(new BigDecimal(at)) >= 0 ? BigDecimal.ONE : BigDecimal.ZERO;
    }
  }

  /**
   * {@code (sin x + |x - at|) / 2}, curved between its kinks; slope {@code cos(at) / 2} at the
   * kink. Sine and cosine are within 2u, so the terms of the slope within 3u and its sum within 4u;
   * those of the value are wrong by at most {@code 1.5u + u |x - at| / 2}, and {@code |x - at| / 2}
   * is at most the value and {@code 1/2}.
   */
  record Wave(double at) implements Bent {
    private static final BigDecimal HALF = new BigDecimal("0.5");

    @Override
    public String name() {
      return "wave(" + at + ")";
    }

    @Override
    public double value(double x) {
      return 0.5 * Math.sin(x) + 0.5 * Math.abs(x - at);
    }

    @Override
    public double derivative(double x) {
      return 0.5 * Math.cos(x) + 0.5 * Math.signum(x - at);
    }

    @Override
    public double secondDerivative(double x) {
      return x == at ? 0 : -0.5 * Math.sin(x);
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(new Kinks(List.of(new Kink(at, 1)), 0.5));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(4 * U, 4 * U, 0, 4 * U));
    }

    @Override
    public BigDecimal exact(BigDecimal x) {
      BigDecimal far = x.subtract(new BigDecimal(at)).abs();
      return DecimalFunctions.sin(x).add(far).multiply(HALF);
    }

    @Override
    public BigDecimal exactSlope(BigDecimal x) {
      int side = x.compareTo(new BigDecimal(at));
      return DecimalFunctions.cos(x).add(BigDecimal.valueOf(side)).multiply(HALF);
    }
  }
}
