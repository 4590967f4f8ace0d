package org.fullrank.nn;

import org.fullrank.rigor.Interval;

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
  /** Beyond this {@code x^2 exp(-|x|)} is below {@link #NEGLIGIBLE}. */
  private static final double VANISHED = 750;

  private static final double NEGLIGIBLE = 1e-300;

  /** {@code s (1 - s)} from {@link #slope}, within 8u. */
  private static final Accuracy SLOPE = Accuracy.relative(8, 8);

  private SigmoidFamily() {}

  static final class Sigmoid extends NamedActivation {
    // With h = tanh(x/2) and d = sigma' = (1 - h^2)/4: sigma'' = -d h, sigma''' = d (3 h^2 - 1)/2,
    // at most 1/4, and sigma'''' = -d h (1 - 12 d), at most 1/2, where 12 d = 3 (1 - h^2). Hence
    // sigma' turns at 0, sigma'' where h^2 = 1/3, sigma''' at 0 and where h^2 = 2/3.
    private final Pieces value = Pieces.of(this::valueAt).between(0, 1);
    private final Pieces first = Pieces.of(this::slopeAt).turning(0);
    private final Pieces second =
        Pieces.of(x -> slopeAt(x).multiply(tanhHalf(x)).negate())
            .turningNear(0.25, -1.3169578969248168, 1.3169578969248168);
    private final Pieces third =
        Pieces.of(this::thirdAt)
            .turning(0)
            .turningNear(0.5, -2.2924316695611777, 2.2924316695611777);

    Sigmoid() {
      // 1/(6 sqrt 3), rounded up
      super("sigmoid", analytic(0.25, 0.09622504486493764, true), Accuracy.relative(8, 12), 0, 1);
    }

    @Override
    Jet jet(Interval x) {
      return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
    }

    private Interval thirdAt(double x) {
      return slopeAt(x).multiply(tanhHalf(x).square().multiply(3).subtract(1)).multiply(0.5);
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
    // With y = x/2, h = tanh y, d = 1 - h^2 = 4 s (1 - s):
    //   sigma'    = (1 + h + y d)/2,
    //   sigma''   = d (1 - y h)/2, at most 1/2,
    //   sigma'''  = d (y (3 h^2 - 1) - 3 h)/4, at most 1 since d |y| < 1/2,
    //   sigma'''' = d (3 h^2 - 1 + y h (2 - 3 h^2))/2, at most 1.5.
    // sigma' turns where y h = 1, once on either side because y h grows from 0. So sigma' falls
    // from 0, rises from a negative number to one above 1 and falls to 1: it has one zero, where
    // sigma turns. sigma'' turns at 0 and, for y > 0, where y = 3 h/(3 h^2 - 1): not where
    // 3 h^2 <= 1: there y (3 h^2 - 1) <= 0 < 3 h, and once beyond, because the left side grows
    // and the right side falls. sigma''' turns, for y > 0, where 3 h^2 - 1 + y h (2 - 3 h^2) = 0:
    // not for 1/3 <=
    // h^2 <= 2/3, where one term is positive and none negative; once for h^2 < 1/3, where both
    // terms grow, the second because its derivative is h (2 - 3 h^2) - y d (9 h^2 - 2), at least
    // 0.57 - 0.52 for 9 h^2 > 2 and positive else; and once for h^2 > 2/3, where y h grows and
    // (3 h^2 - 1)/(3 h^2 - 2) falls.
    private final Pieces value =
        Pieces.of(this::valueAt)
            .between(0, Double.POSITIVE_INFINITY)
            .turningNear(1.1, -1.2784645427610737);
    private final Pieces first =
        Pieces.of(this::slopeAt)
            .between(0, 1)
            .turningNear(0.5, -2.3993572805154675, 2.3993572805154675);
    private final Pieces second =
        Pieces.of(Silu::secondAt).turning(0).turningNear(1, -3.435840993535111, 3.435840993535111);
    private final Pieces third =
        Pieces.of(Silu::thirdAt)
            .turningNear(
                1.5,
                -4.429235100557228,
                -1.0319582417807491,
                1.0319582417807491,
                4.429235100557228);

    Silu() {
      // sup sigma' = 1.0998393...; sigma''(0) = 1/2
      super("silu", analytic(1.09984, 0.5, false), Accuracy.termwise(8, 16, 1.1));
    }

    @Override
    Jet jet(Interval x) {
      return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
    }

    private static Interval secondAt(double x) {
      if (Math.abs(x) > VANISHED) {
        return Jet.symmetric(NEGLIGIBLE);
      }
      Interval y = Interval.of(x).multiply(0.5);
      Interval bracket = Interval.ONE.subtract(y.multiply(tanhHalf(x)));
      return slopeOf(x).multiply(2).multiply(bracket);
    }

    private static Interval thirdAt(double x) {
      if (Math.abs(x) > VANISHED) {
        return Jet.symmetric(NEGLIGIBLE);
      }
      Interval y = Interval.of(x).multiply(0.5);
      Interval h = tanhHalf(x);
      Interval bracket = y.multiply(h.square().multiply(3).subtract(1)).subtract(h.multiply(3));
      return slopeOf(x).multiply(bracket);
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

  /**
   * Encloses {@code tanh(x/2)}, from {@code expm1}, which is documented to be within 1 ulp: 2u, or
   * the smallest number.
   */
  static Interval tanhHalf(double x) {
    double a = Math.abs(x);
    Interval e = new Accuracy(2 * Accuracy.U, Double.MIN_VALUE, 0, 0).value(Math.expm1(-a));
    Interval h = e.negate().divide(e.add(2));
    return x < 0 ? h.negate() : h;
  }

  /** Encloses {@code s (1 - s)} at one number. */
  static Interval slopeOf(double x) {
    return SLOPE.value(slope(Math.exp(-Math.abs(x))));
  }

  static double sigmoid(double x, double e) {
    return (x < 0 ? e : 1) / (1 + e);
  }

  static double slope(double e) {
    double d = 1 + e;
    return e / (d * d);
  }
}
