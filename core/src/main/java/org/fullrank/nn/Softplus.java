package org.fullrank.nn;

import java.util.Optional;
import org.fullrank.rigor.Interval;

/**
 * {@code ln(1 + exp(a x)) / a}, a smooth ReLU: between 0 and {@code ln(2)/a} above it.
 *
 * <p><b>Error.</b> Value, derivative and second derivative are within 12u relative ({@code u =
 * 2^-53}); the second derivative is {@code a s (1 - s)}, {@code s} the sigmoid of {@code a x}. The
 * rounding error of {@code a x} is carried along, it would otherwise be amplified {@code |a x|}
 * times in the left tail. Below about {@code -745/a} the value underflows.
 *
 * <p>Why: {@code e = exp(-a|x|)} is within 4u, {@code log1p} has condition at most 1 there and is
 * documented within 2u, quotient and sum add 2u: 8u. {@code e/(1 + e)}: 4u, 3u for the denominator
 * and 1u: 8u. Stated in {@link #accuracy}: 10u. An {@code e} in the subnormal range may be wrong by
 * a few units {@code 2^-1074}, and the value by that over {@code a}.
 *
 * @param sharpness {@code a} in {@code [1e-300, 1e300]}; the second derivative reaches {@code a/4}
 */
public record Softplus(double sharpness) implements Activation {
  private static final Activation SIGMOID = new SigmoidFamily.Sigmoid();

  /** Checks the sharpness. */
  public Softplus {
    if (!(sharpness >= 1e-300 && sharpness <= 1e300)) {
      throw new IllegalArgumentException(
          "expected a sharpness in [1e-300, 1e300] for softplus but got " + sharpness);
    }
  }

  @Override
  public String name() {
    return sharpness == 1 ? "softplus" : "softplus(" + Activations.parameter(sharpness) + ")";
  }

  @Override
  public double value(double x) {
    return valueFrom(x, decay(x));
  }

  @Override
  public double derivative(double x) {
    return derivativeFrom(x, decay(x));
  }

  @Override
  public double secondDerivative(double x) {
    double e = decay(x);
    return sharpness * (e / ((1 + e) * (1 + e)));
  }

  @Override
  public Regularity regularity() {
    return NamedActivation.analytic(1, sharpness / 4, true);
  }

  @Override
  public Optional<Accuracy> accuracy() {
    double u = Accuracy.U;
    double tiny = Accuracy.UNDERFLOW;
    return Optional.of(new Accuracy(10 * u, tiny + 1e-321 / sharpness, 10 * u, tiny));
  }

  /** Value and derivative grow; the others are those of the sigmoid at {@code a x}, scaled. */
  @Override
  public Jet enclose(Interval x) {
    Accuracy accuracy = accuracy().orElseThrow();
    Interval value =
        Pieces.of(t -> accuracy.value(value(t))).between(0, Double.POSITIVE_INFINITY).over(x);
    Interval first = Pieces.of(t -> accuracy.slope(derivative(t))).between(0, 1).over(x);
    Jet sigmoid = SIGMOID.enclose(x.multiply(sharpness));
    Interval second = sigmoid.first().multiply(sharpness);
    Interval third = sigmoid.second().multiply(Interval.of(sharpness).square());
    return new Jet(value, first, second, third).within(regularity(), 0, Double.POSITIVE_INFINITY);
  }

  @Override
  public void evaluate(double[] x, double[] value, double[] derivative) {
    for (int i = 0; i < x.length; i++) {
      double t = x[i];
      double e = decay(t);
      value[i] = valueFrom(t, e);
      derivative[i] = derivativeFrom(t, e);
    }
  }

  @Override
  public String toString() {
    return name();
  }

  /** {@code exp(-a |x|)}, within 4u. */
  private double decay(double x) {
    double positive = Math.abs(x);
    double product = sharpness * positive;
    if (product > 750) {
      return 0;
    }
    double e = Math.exp(-product);
    return Math.fma(-e, Math.fma(sharpness, positive, -product), e);
  }

  private double valueFrom(double x, double e) {
    return Math.max(x, 0) + Math.log1p(e) / sharpness;
  }

  private static double derivativeFrom(double x, double e) {
    return (x < 0 ? e : 1) / (1 + e);
  }
}
