package org.fullrank.nn;

/**
 * Activations built on {@code exp(-x^2)}: erf, the Gaussian bump and the exact GELU.
 *
 * <p><b>Error</b> ({@code u = 2^-53}), from those of {@link Erf}. Gaussian: 4u, its derivative one
 * product more. erf: 4u, its derivative 4u with the constant and a product 6u. GELU, {@code x Phi}:
 * the argument {@code x/sqrt 2} is within 1.6u. For {@code |x|/sqrt 2 < 0.75} erf of it is within
 * 5.1u, half of it below 0.356, and {@code Phi >= 0.144}, so {@code Phi} is within 1.9u/0.144 + u =
 * 14u. Beyond, the tail is within 10u + 1.6u, because the scaled function has condition at most 1
 * and the exponential takes {@code x} itself. The product makes 15u. Its derivative {@code Phi + x
 * pdf} errs by 14u and 6u of the terms and one rounding, at most 15u times {@code Phi + |x| pdf}:
 * the derivative itself for {@code x >= 0}, below 1.13, and below 0.5 + 0.25 else. Stated: 8u for
 * erf, the Gaussian and their derivatives, 24u for GELU and {@code 32u * 1.13} for its derivative.
 */
final class NormalFamily {
  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
  private static final double FOUR_OVER_SQRT_PI = 2.256758334191025;
  private static final double ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;
  private static final double ONE_OVER_SQRT_TWO = 0.7071067811865476;

  private NormalFamily() {}

  static final class ErrorFunction extends NamedActivation {
    ErrorFunction() {
      // 2/sqrt(pi) and 2 sqrt(2/(pi e)), rounded up
      super(
          "erf",
          analytic(1.1283791670955128, 0.9678828980765735, true),
          Accuracy.relative(8, 8),
          -1,
          1);
    }

    @Override
    public Parity parity() {
      return Parity.ODD;
    }

    @Override
    public double value(double x) {
      return Erf.erf(x);
    }

    @Override
    public double derivative(double x) {
      return TWO_OVER_SQRT_PI * Erf.expNegSquare(x);
    }

    @Override
    public double secondDerivative(double x) {
      // This order: x times the constant may overflow.
      return -x * (FOUR_OVER_SQRT_PI * Erf.expNegSquare(x));
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double a = Math.abs(t);
        double e = Erf.expNegSquare(t);
        value[i] = a < 1 || a > 6 ? Erf.erf(t) : Math.copySign(1 - Erf.tail(a, e), t);
        derivative[i] = TWO_OVER_SQRT_PI * e;
      }
    }
  }

  static final class Gaussian extends NamedActivation {
    Gaussian() {
      // exp(-1/2), rounded up; |sigma''(0)| = 1
      super("gaussian", analytic(0.6065306597126335, 1, false), Accuracy.relative(8, 8), 0, 1);
    }

    @Override
    public Parity parity() {
      return Parity.EVEN;
    }

    @Override
    public double value(double x) {
      return Erf.expNegHalfSquare(x);
    }

    @Override
    public double derivative(double x) {
      return -x * Erf.expNegHalfSquare(x);
    }

    @Override
    public double secondDerivative(double x) {
      double g = Erf.expNegHalfSquare(x);
      return g == 0 ? 0 : (x - 1) * (x + 1) * g;
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double g = Erf.expNegHalfSquare(t);
        value[i] = g;
        derivative[i] = -t * g;
      }
    }
  }

  /**
   * {@code x Phi(x)}. The tail {@code Phi(-a)} is {@code exp(-a^2/2)} times half the scaled
   * complementary error function at {@code a/sqrt 2}, so rounding the argument costs nothing.
   */
  static final class Gelu extends NamedActivation {
    Gelu() {
      // sup sigma' = 1.1289041...; sigma''(0) = sqrt(2/pi), rounded up
      super(
          "gelu_erf",
          analytic(1.12891, 0.7978845608028655, false),
          Accuracy.termwise(24, 32, 1.13));
    }

    @Override
    public double value(double x) {
      return x * cdf(x, Erf.expNegHalfSquare(x));
    }

    @Override
    public double derivative(double x) {
      double g = Erf.expNegHalfSquare(x);
      return derivativeFrom(x, cdf(x, g), g);
    }

    @Override
    public double secondDerivative(double x) {
      // (2 - x^2) pdf(x)
      double g = Erf.expNegHalfSquare(x);
      return g == 0 ? 0 : Math.fma(-x, x, 2) * (ONE_OVER_SQRT_TWO_PI * g);
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double g = Erf.expNegHalfSquare(t);
        double phi = cdf(t, g);
        value[i] = t * phi;
        derivative[i] = derivativeFrom(t, phi, g);
      }
    }

    /** {@code Phi(x) + x pdf(x)}. */
    private static double derivativeFrom(double x, double phi, double g) {
      return Math.fma(x, ONE_OVER_SQRT_TWO_PI * g, phi);
    }

    private static double cdf(double x, double g) {
      double a = Math.abs(x) * ONE_OVER_SQRT_TWO;
      if (a < 0.75) {
        return 0.5 * Erf.erf(x * ONE_OVER_SQRT_TWO) + 0.5;
      }
      double half = g == 0 ? 0 : 0.5 * Erf.tail(a, g);
      return x < 0 ? half : 1 - half;
    }
  }
}
