package org.fullrank.nn;

/**
 * {@code x/2 (1 + tanh(w/2))} with {@code w = 2 sqrt(2/pi) (x + 0.044715 x^3)}, which is {@code x}
 * times the logistic sigmoid of {@code w}. {@code w} is formed as a sum of two doubles: the left
 * tail amplifies its relative error {@code |w|} times.
 *
 * <p><b>Error</b> ({@code u = 2^-53}, {@link Math#exp} within 2u). The sum for {@code w} is wrong
 * by a few {@code u^2 w}, at most {@code 1e-12 u} of {@code exp(-|w|)}, and the correction by its
 * second part leaves {@code (745u)^2}: {@code e} is within 4u, the sigmoid within 8u, the value 9u.
 * The derivative {@code s (1 + x w' (1 - s))}: {@code w'} is within 4u, {@code x w' (1 - s)} with
 * the rounding of the sum within 14u, {@code s} and the product 9u: 23u times the sum of absolute
 * terms. That is the derivative at {@code |x|} for {@code x >= 0}, and less for {@code -x}, so
 * below 1.13. Stated: 12u and {@code 32u * 1.13}.
 */
final class GeluTanh extends NamedActivation {
  // 2 sqrt(2/pi) and 2 sqrt(2/pi) 0.044715, each as a double and the rest
  private static final double C = 1.5957691216057308;
  private static final double C_REST = -9.96930880911092e-17;
  private static final double D = 0.07135481627260025;
  private static final double D_REST = -6.175149918155315e-19;

  /** Beyond this {@code exp(-|w|)} is below the smallest positive double. */
  private static final double UNDERFLOW = 22;

  GeluTanh() {
    // sup sigma' = 1.1289931...; sigma''(0) = sqrt(2/pi), rounded up
    super(
        "gelu_tanh",
        analytic(1.129, 0.7978845608028655, false),
        Accuracy.termwise(12, 32, 1.13));
  }

  @Override
  public double value(double x) {
    return x * SigmoidFamily.sigmoid(x, decay(x));
  }

  @Override
  public double derivative(double x) {
    return derivativeFrom(x, decay(x));
  }

  @Override
  public double secondDerivative(double x) {
    double e = decay(x);
    if (e == 0) {
      return 0;
    }
    // s'(w) [2 w' + x w'' - x w'^2 tanh(w/2)], even in x
    double a = Math.abs(x);
    double slope = Math.fma(3 * D * a, a, C);
    double tanhHalf = (1 - e) / (1 + e);
    double bracket = 2 * slope + 6 * D * a * a - a * slope * slope * tanhHalf;
    return SigmoidFamily.slope(e) * bracket;
  }

  @Override
  public void evaluate(double[] x, double[] value, double[] derivative) {
    for (int i = 0; i < x.length; i++) {
      double t = x[i];
      double e = decay(t);
      value[i] = t * SigmoidFamily.sigmoid(t, e);
      derivative[i] = derivativeFrom(t, e);
    }
  }

  /** {@code s (1 + x w' (1 - s))}. */
  private static double derivativeFrom(double x, double e) {
    if (e == 0) {
      return x < 0 ? 0 : 1;
    }
    double slope = Math.fma(3 * D * x, x, C);
    double complement = SigmoidFamily.sigmoid(-x, e);
    return SigmoidFamily.sigmoid(x, e) * Math.fma(x * slope, complement, 1);
  }

  /** {@code exp(-|w|)}. */
  private static double decay(double x) {
    double a = Math.abs(x);
    if (a > UNDERFLOW) {
      return 0;
    }
    double square = a * a;
    double squareRest = Math.fma(a, a, -square);
    double cubic = D * square;
    double cubicRest = Math.fma(D, square, -cubic) + Math.fma(D, squareRest, D_REST * square);
    double factor = C + cubic;
    double back = factor - C;
    double factorRest = (C - (factor - back)) + (cubic - back) + (cubicRest + C_REST);
    double w = a * factor;
    double wRest = Math.fma(a, factor, -w) + a * factorRest;
    double e = Math.exp(-w);
    return Math.fma(-e, wRest, e);
  }
}
