package org.fullrank.convergence;

import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Elementary;
import org.fullrank.rigor.rounding.Rounding;

/** The shapes of an envelope, each with an upper bound that is rounded up. */
enum Decay {
  /** {@code first (1 - rate)^t} after t steps. */
  STEPS("initial (1 - rate)^t") {
    @Override
    double after(long t, double first, Interval rate) {
      return Math.min(power(t, first, rate.lo()), exponential(t, first, rate.lo()));
    }

    @Override
    String formula(double first, Interval rate) {
      return up(first) + " (1 - " + down(rate.lo()) + ")^t";
    }
  },
  /** {@code first e^(-rate t)} at time t. */
  FLOW("initial e^(-rate t)") {
    @Override
    double after(long t, double first, Interval rate) {
      return at(below(t), first, rate);
    }

    @Override
    String formula(double first, Interval rate) {
      return up(first) + " exp(-" + down(rate.lo()) + " t)";
    }
  },
  /** {@code min(first, constant/t)} after t steps. */
  RECIPROCAL("min(initial, constant/t)") {
    @Override
    double after(long t, double first, Interval constant) {
      return Double.isInfinite(constant.hi())
          ? first
          : Math.min(first, Interval.of(constant.hi()).divide(below(t)).hi());
    }

    @Override
    String formula(double first, Interval constant) {
      return "min(" + up(first) + ", " + up(constant.hi()) + "/t)";
    }
  };

  private static final int DIGITS = 6;

  private final String shape;

  Decay(String shape) {
    this.shape = shape;
  }

  /** The formula without numbers. */
  String shape() {
    return shape;
  }

  /**
   * The bound after some steps.
   *
   * @param t at least 1
   * @param first at least 0, finite
   * @param rate the rate or the constant, at least 0
   */
  abstract double after(long t, double first, Interval rate);

  /** The bound as a function of t, its numbers rounded so that it remains one. */
  abstract String formula(double first, Interval rate);

  /** The bound of {@link #FLOW} at a finite time. */
  static double at(double time, double first, Interval rate) {
    double exponent = Interval.of(rate.lo()).multiply(time).lo();
    return Interval.of(first).multiply(expUp(-exponent)).hi();
  }

  /** Square and multiply, every product rounded outward: exact for few steps and short rates. */
  private static double power(long t, double first, double rate) {
    Interval base = Interval.ONE.subtract(Math.min(1, rate));
    Interval bound = Interval.of(first);
    for (long left = t; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        bound = bound.multiply(base);
      }
      base = base.multiply(base);
    }
    return bound.hi();
  }

  /** {@code first e^(t ln(1 - rate))}: tight for many steps and for rates below 1e-16. */
  private static double exponential(long t, double first, double rate) {
    if (rate >= 1) {
      return 0;
    }
    double log = Math.min(0, Elementary.log1pUp(-rate));
    double exponent = Interval.of(log).multiply(below(t)).hi();
    return Interval.of(first).multiply(expUp(exponent)).hi();
  }

  private static double expUp(double nonPositive) {
    return Math.min(1, Elementary.expUp(nonPositive));
  }

  /** The double that is t, or one below it: fewer steps give an upper bound. */
  private static double below(long t) {
    double nearest = t;
    return t < 1L << 53 ? nearest : Rounding.below(nearest);
  }

  private static String up(double x) {
    return DecimalInterval.upper(x, DIGITS);
  }

  private static String down(double x) {
    return DecimalInterval.lower(x, DIGITS);
  }
}
