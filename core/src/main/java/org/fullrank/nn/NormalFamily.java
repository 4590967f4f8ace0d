package org.fullrank.nn;

import java.util.function.UnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

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

  /** Beyond this {@code x^3 exp(-x^2/2)} and {@code x^2 exp(-x^2)} are below the next number. */
  private static final double FAR = 39;

  private static final double NEGLIGIBLE = 1e-300;

  /** {@code exp(-x^2/2)} as computed here, within 4u. */
  private static final Accuracy BELL = Accuracy.relative(4, 4);

  private NormalFamily() {}

  /** A polynomial of degree at most 3 times {@code exp(-x^2/2)}, which vanishes far outside. */
  private static Interval bell(double x, UnaryOperator<Interval> polynomial) {
    return Math.abs(x) > FAR
        ? Jet.symmetric(NEGLIGIBLE)
        : polynomial.apply(Interval.of(x)).multiply(BELL.value(Erf.expNegHalfSquare(x)));
  }

  static final class ErrorFunction extends NamedActivation {
    // sigma'' = -2 x sigma', sigma''' = (4 x^2 - 2) sigma', at most 4, and sigma'''' = -4 x (2 x^2
    // -
    // 3) sigma', at most 10.
    private final Pieces value = Pieces.of(this::valueAt).between(-1, 1);
    private final Pieces first = Pieces.of(this::slopeAt).turning(0);
    private final Pieces second =
        Pieces.of(x -> slopeTimes(x, p -> p.multiply(-2)))
            .turningNear(4, -0.7071067811865476, 0.7071067811865476);
    private final Pieces third =
        Pieces.of(x -> slopeTimes(x, p -> p.square().multiply(4).subtract(2)))
            .turning(0)
            .turningNear(10, -1.224744871391589, 1.224744871391589);

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
    Jet jet(Interval x) {
      return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
    }

    /** A polynomial of degree at most 2 times the first derivative, which vanishes far outside. */
    private Interval slopeTimes(double x, UnaryOperator<Interval> polynomial) {
      return Math.abs(x) > FAR
          ? Jet.symmetric(NEGLIGIBLE)
          : polynomial.apply(Interval.of(x)).multiply(slopeAt(x));
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
    // sigma'' = (x^2 - 1) sigma, sigma''' = x (3 - x^2) sigma, at most 3, and sigma'''' = (x^4 - 6
    // x^2 + 3) sigma, at most 10, which is 0 where x^2 = 3 - sqrt 6 or 3 + sqrt 6.
    private final Pieces value = Pieces.of(this::valueAt).turning(0);
    private final Pieces first = Pieces.of(this::slopeAt).turning(-1, 1);
    private final Pieces second =
        Pieces.of(x -> bell(x, p -> p.subtract(1).multiply(p.add(1))))
            .turning(0)
            .turningNear(3, -1.7320508075688772, 1.7320508075688772);
    private final Pieces third =
        Pieces.of(x -> bell(x, p -> p.multiply(Interval.of(3).subtract(p.square()))))
            .turningNear(
                10,
                -2.3344142183389773,
                -0.7419637843027258,
                0.7419637843027258,
                2.3344142183389773);

    Gaussian() {
      // exp(-1/2), rounded up; |sigma''(0)| = 1
      super("gaussian", analytic(0.6065306597126335, 1, false), Accuracy.relative(8, 8), 0, 1);
    }

    @Override
    public Parity parity() {
      return Parity.EVEN;
    }

    @Override
    Jet jet(Interval x) {
      return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
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
    // With the density p: sigma'' = (2 - x^2) p, sigma''' = x (x^2 - 4) p, at most 2, and sigma''''
    // = -(x^4 - 7 x^2 + 4) p, at most 5, which is 0 where x^2 = (7 -+ sqrt 33)/2. So sigma' falls
    // from 0 up to x = -sqrt 2, rises to a number above 1 at sqrt 2 and falls to 1: it has one
    // zero,
    // where sigma turns.
    private final Pieces value =
        Pieces.of(this::valueAt)
            .between(0, Double.POSITIVE_INFINITY)
            .turningNear(1.13, -0.7517915246935645);
    private final Pieces first =
        Pieces.of(this::slopeAt)
            .between(0, 1)
            .turningNear(0.8, -1.4142135623730951, 1.4142135623730951);
    private final Pieces second =
        Pieces.of(x -> density(x, p -> Interval.of(2).subtract(p.square()))).turning(-2, 0, 2);
    private final Pieces third =
        Pieces.of(x -> density(x, p -> p.multiply(p.subtract(2)).multiply(p.add(2))))
            .turningNear(
                5,
                -2.5243377989621387,
                -0.7922869913932613,
                0.7922869913932613,
                2.5243377989621387);

    Gelu() {
      // sup sigma' = 1.1289041...; sigma''(0) = sqrt(2/pi), rounded up
      super(
          "gelu_erf",
          analytic(1.12891, 0.7978845608028655, false),
          Accuracy.termwise(24, 32, 1.13));
    }

    @Override
    Jet jet(Interval x) {
      return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
    }

    private static Interval density(double x, UnaryOperator<Interval> polynomial) {
      double c = ONE_OVER_SQRT_TWO_PI;
      return bell(x, polynomial).multiply(Interval.of(Rounding.below(c), Rounding.above(c)));
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
