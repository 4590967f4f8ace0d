package org.fullrank.nn;

/** Activations built on {@code exp(-x^2)}: erf, the Gaussian bump and the exact GELU. */
final class NormalFamily {
  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
  private static final double FOUR_OVER_SQRT_PI = 2.256758334191025;
  private static final double ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;
  private static final double ONE_OVER_SQRT_TWO = 0.7071067811865476;

  private NormalFamily() {}

  static final class ErrorFunction extends NamedActivation {
    ErrorFunction() {
      // 2/sqrt(pi) and 2 sqrt(2/(pi e)), rounded up
      super("erf", analytic(1.1283791670955128, 0.9678828980765735, true));
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
      super("gaussian", analytic(0.6065306597126335, 1, false));
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
      super("gelu_erf", analytic(1.12891, 0.7978845608028655, false));
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
