package org.fullrank.nn;

/**
 * The logistic sigmoid {@code s = 1/(1 + exp(-x))} and {@code x s} (SiLU, swish with unit
 * sharpness), from {@code e = exp(-|x|)}, which never overflows.
 *
 * <p><b>Error</b> ({@code u = 2^-53}, {@link Math#exp} within 2u). {@code d = 1 + e} is within 2u,
 * because the error of {@code e} is at most half of {@code d}'s; {@code s} is within 3u for {@code
 * x >= 0} and 5u else, {@code s (1 - s) = e/d^2} within 2 + 5 + 1 = 8u, {@code x s} within 6u. The
 * derivative of SiLU, {@code s (1 + x (1 - s))}: the product is within 6u with the rounding of the
 * sum, {@code s} and the last product 6u, so 12u times {@code s (1 + |x| (1 - s))}. That sum is the
 * derivative itself for {@code x >= 0}, hence below 1.1, and below 0.5 + 0.23 else. Stated: 8, 12
 * and 16u.
 */
final class SigmoidFamily {
  private SigmoidFamily() {}

  static final class Sigmoid extends NamedActivation {
    Sigmoid() {
      // 1/(6 sqrt 3), rounded up
      super("sigmoid", analytic(0.25, 0.09622504486493764, true), Accuracy.relative(8, 12), 0, 1);
    }

    @Override
    public double value(double x) {
      return sigmoid(x, Math.exp(-Math.abs(x)));
    }

    @Override
    public double derivative(double x) {
      return slope(Math.exp(-Math.abs(x)));
    }

    @Override
    public double secondDerivative(double x) {
      // s (1-s) (1-2s), the last factor being -tanh(x/2)
      double a = Math.abs(x);
      double e = Math.exp(-a);
      return Math.copySign(slope(e) * Math.expm1(-a) / (1 + e), -x);
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double e = Math.exp(-Math.abs(t));
        value[i] = sigmoid(t, e);
        derivative[i] = slope(e);
      }
    }
  }

  static final class Silu extends NamedActivation {
    Silu() {
      // sup sigma' = 1.0998393...; sigma''(0) = 1/2
      super("silu", analytic(1.09984, 0.5, false), Accuracy.termwise(8, 16, 1.1));
    }

    @Override
    public double value(double x) {
      return x * sigmoid(x, Math.exp(-Math.abs(x)));
    }

    @Override
    public double derivative(double x) {
      return derivativeFrom(x, Math.exp(-Math.abs(x)));
    }

    @Override
    public double secondDerivative(double x) {
      // s (1-s) (2 - x tanh(x/2)), even in x
      double a = Math.abs(x);
      double e = Math.exp(-a);
      return e == 0 ? 0 : slope(e) * Math.fma(a, Math.expm1(-a) / (1 + e), 2);
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double e = Math.exp(-Math.abs(t));
        value[i] = t * sigmoid(t, e);
        derivative[i] = derivativeFrom(t, e);
      }
    }

    /** {@code s (1 + x (1 - s))}. */
    private static double derivativeFrom(double x, double e) {
      double complement = sigmoid(-x, e);
      // x (1 - s) vanishes before x overflows; for x < 0 the factor s does.
      return e == 0 && x < 0 ? 0 : sigmoid(x, e) * Math.fma(x, complement, 1);
    }
  }

  static double sigmoid(double x, double e) {
    return (x < 0 ? e : 1) / (1 + e);
  }

  static double slope(double e) {
    double d = 1 + e;
    return e / (d * d);
  }
}
