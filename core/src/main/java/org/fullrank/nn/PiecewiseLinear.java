package org.fullrank.nn;

import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.rounding.Rounding;

/**
 * {@code x} for {@code x > 0}, {@code negativeSlope * x} for {@code x < 0}: ReLU, leaky ReLU and
 * the absolute value. The derivative at the kink is that of the ReLU convention: {@code
 * negativeSlope} for {@code x <= 0}; for the absolute value it is 0.
 *
 * <p>Exact up to the rounding of one product. The derivative is not Lipschitz, so {@link
 * Regularity#smoothness()} is infinite.
 *
 * @param negativeSlope the slope on the negative half line, finite and not 1
 */
public record PiecewiseLinear(double negativeSlope) implements Activation {
  /** Checks the slope and makes -0 and 0 the same. */
  public PiecewiseLinear {
    if (!Double.isFinite(negativeSlope) || negativeSlope == 1) {
      throw new IllegalArgumentException(
          "expected a finite negative slope other than 1 (that is Activations.IDENTITY) but got "
              + negativeSlope);
    }
    negativeSlope += 0.0;
  }

  @Override
  public String name() {
    if (negativeSlope == 0) {
      return "relu";
    }
    return negativeSlope == -1 ? "abs" : "leaky_relu(" + Activations.parameter(negativeSlope) + ")";
  }

  @Override
  public double value(double x) {
    if (x > 0) {
      return x;
    }
    // The sum turns -0 into 0 and passes NaN on; a slope of 0 must not meet an infinite x.
    return negativeSlope == 0 && x < 0 ? 0 : negativeSlope * x + 0.0;
  }

  @Override
  public double derivative(double x) {
    if (x > 0) {
      return 1;
    }
    return x == 0 && negativeSlope == -1 ? 0 : negativeSlope;
  }

  @Override
  public double secondDerivative(double x) {
    return 0;
  }

  @Override
  public Regularity regularity() {
    return new Regularity(
        Math.max(1, Math.abs(negativeSlope)),
        Double.POSITIVE_INFINITY,
        false,
        false,
        negativeSlope > 0,
        OptionalInt.empty());
  }

  /** One kink, at 0. */
  @Override
  public Optional<Kinks> kinks() {
    double jump =
        negativeSlope < 1
            ? Rounding.subtractUp(1, negativeSlope)
            : Rounding.subtractUp(negativeSlope, 1);
    return Optional.of(Kinks.at(0, jump));
  }

  /** The absolute value is even. */
  @Override
  public Parity parity() {
    return negativeSlope == -1 ? Parity.EVEN : Parity.NONE;
  }

  /** All are. */
  @Override
  public boolean isPositivelyHomogeneous() {
    return true;
  }

  /** One rounding of a product, none for the slopes 0 and -1; derivatives are exact. */
  @Override
  public Optional<Accuracy> accuracy() {
    return Optional.of(
        negativeSlope == 0 || negativeSlope == -1
            ? Accuracy.EXACT
            : new Accuracy(Accuracy.U, Double.MIN_VALUE, 0, 0));
  }

  /** The slopes of the pieces that are met, and the values, which are monotone on each. */
  @Override
  public Jet enclose(Interval x) {
    Interval right = x.max(Interval.ZERO);
    Interval left = x.min(Interval.ZERO).multiply(negativeSlope);
    Interval value = x.hi() <= 0 ? left : x.lo() >= 0 ? right : left.hull(right);
    Interval slope = Interval.of(x.hi() > 0 ? 1 : x.hi() < 0 ? negativeSlope : derivative(0));
    if (x.lo() < 0) {
      slope = slope.hull(Interval.of(negativeSlope));
    }
    if (x.contains(0)) {
      slope = slope.hull(Interval.of(derivative(0)));
    }
    return new Jet(value, slope, Interval.ZERO, Interval.ZERO);
  }

  @Override
  public void evaluate(double[] x, double[] value, double[] derivative) {
    // No branches: the signs of pre-activations are as good as random.
    for (int i = 0; i < x.length; i++) {
      double t = x[i];
      double positive = indicator(t);
      derivative[i] = positive + (1 - positive) * negativeSlope;
    }
    if (negativeSlope == -1) {
      for (int i = 0; i < x.length; i++) {
        derivative[i] = derivative[i] * indicator(Math.abs(x[i])) + 0.0;
      }
    }
    if (negativeSlope == 0) {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.max(x[i], 0.0);
      }
    } else if (negativeSlope < 1) {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.max(x[i], negativeSlope * x[i] + 0.0);
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.min(x[i], negativeSlope * x[i] + 0.0) + 0.0;
      }
    }
  }

  /** Equal to the results in double precision, rounded once. */
  @Override
  public void evaluate(float[] x, float[] value, float[] derivative) {
    float slope = (float) negativeSlope;
    if (Float.isInfinite(slope) || (slope == 0 && negativeSlope != 0)) {
      // Below, 0 times the slope must be 0, and a sum would turn -0 into 0.
      Activation.super.evaluate(x, value, derivative);
      return;
    }
    for (int i = 0; i < x.length; i++) {
      float positive = indicator(x[i]);
      derivative[i] = positive + (1 - positive) * slope;
    }
    if (negativeSlope == -1) {
      for (int i = 0; i < x.length; i++) {
        derivative[i] = derivative[i] * indicator(Math.abs(x[i])) + 0f;
      }
    }
    if (negativeSlope == 0) {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.max(x[i], 0f);
      }
    } else {
      singleValues(x, products(x), value);
    }
  }

  /** Rounding keeps the order of numbers, so it may come before the maximum. */
  private void singleValues(float[] x, float[] products, float[] value) {
    if (negativeSlope < 1) {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.max(x[i], products[i]);
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        value[i] = Math.min(x[i], products[i]) + 0f;
      }
    }
  }

  /** Rounded once. Adding 0 turns an exact product -0 into 0, but not one that underflows to -0. */
  private float[] products(float[] x) {
    float[] products = new float[x.length];
    float slope = (float) negativeSlope;
    if (slope == negativeSlope) {
      for (int i = 0; i < x.length; i++) {
        products[i] = Math.fma(slope, x[i], 0f);
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        products[i] = (float) (negativeSlope * x[i] + 0.0);
      }
    }
    return products;
  }

  /** 1 for positive numbers, 0 for others; NaN for NaN. */
  private static double indicator(double x) {
    // The smallest positive double times 2^1074 is 1.
    return Math.min(1.0, Math.max(x, 0.0) * 0x1p1000 * 0x1p74);
  }

  private static float indicator(float x) {
    // The smallest positive float times 2^149 is 1.
    return Math.min(1f, Math.max(x, 0f) * 0x1p100f * 0x1p49f);
  }

  @Override
  public String toString() {
    return name();
  }
}
