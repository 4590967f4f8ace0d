package org.fullrank.nn;

import java.util.function.UnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

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

  /** Beyond {@link #UNDERFLOW} derivatives of order 2 and 3 are below this. */
  private static final double NEGLIGIBLE = 1e-300;

  /** Length of the pieces into which wide intervals are cut where the function bends. */
  private static final double STEP = 0x1p-4;

  private static final SigmoidFamily.Sigmoid SIGMOID = new SigmoidFamily.Sigmoid();

  // With v = w/2 and h = tanh v: sigma' = (1 + h) (1 + x v' (1 - h))/2. For x = -p < 0 the second
  // factor is 1 - p v'(p) (1 + tanh v(p)), which falls as p grows: sigma' has one zero, where sigma
  // turns. sigma'' = (1 - h^2) (c (1 + 6 b x^2) - x h v'^2) with v' = c (1 + 3 b x^2), at most 0.8
  // (the smoothness). It is 0 where c x h (1 + 3 b x^2)^2/(1 + 6 b x^2) = 1, once for x > 0,
  // because
  // x h grows and so does (1 + 3 y)^2/(1 + 6 y), whose derivative is 18 y (1 + 3 y)/(1 + 6 y)^2:
  // sigma' turns there and at the mirrored point.
  private final Pieces value =
      Pieces.of(this::valueAt)
          .between(0, Double.POSITIVE_INFINITY)
          .turningNear(1.13, -0.7524614220710163);
  private final Pieces first =
      Pieces.of(this::slopeAt)
          .between(0, 1)
          .turningNear(0.8, -1.4185040087908283, 1.4185040087908283);

  GeluTanh() {
    // sup sigma' = 1.1289931...; sigma''(0) = sqrt(2/pi), rounded up
    super("gelu_tanh", analytic(1.129, 0.7978845608028655, false), Accuracy.termwise(12, 32, 1.13));
  }

  @Override
  Jet jet(Interval x) {
    return new Jet(
        value.over(x), first.over(x), byPieces(x, GeluTanh::second), byPieces(x, GeluTanh::third));
  }

  /** The hull over pieces, because the formulas are wide over wide intervals. */
  private static Interval byPieces(Interval x, UnaryOperator<Interval> formula) {
    Interval far = Jet.symmetric(NEGLIGIBLE);
    Interval middle = Jet.symmetric(UNDERFLOW);
    if (!x.intersects(middle)) {
      return far;
    }
    Interval core = x.intersect(middle);
    double from = core.lo();
    Interval range = formula.apply(Interval.of(from, Math.min(core.hi(), next(from))));
    for (from = next(from); from < core.hi(); from = next(from)) {
      range = range.hull(formula.apply(Interval.of(from, Math.min(core.hi(), next(from)))));
    }
    return middle.contains(x) ? range : range.hull(far);
  }

  /** The end of a piece, greater than its beginning. */
  private static double next(double from) {
    if (from < -6 || from >= 6) {
      return from < -8 ? -8 : from < -6 ? -6 : from < 8 ? 8 : 2 * UNDERFLOW;
    }
    return from + STEP;
  }

  /** {@code (1 - h^2) (v' + x v''/2 - x h v'^2)}. */
  private static Interval second(Interval x) {
    Interval square = x.square();
    Interval slope = slope(square, 1.5);
    Interval turn = x.multiply(tanh(x)).multiply(slope.square());
    return bell(x).multiply(slope(square, 3).subtract(turn));
  }

  /** {@code (1 - h^2) (x v'^3 (3 h^2 - 1) + 12 b c x - 3 h v' (v' + x v''))}. */
  private static Interval third(Interval x) {
    Interval square = x.square();
    Interval slope = slope(square, 1.5);
    Interval h = tanh(x);
    Interval cubic = x.multiply(slope.square()).multiply(slope);
    Interval bracket =
        cubic
            .multiply(h.square().multiply(3).subtract(1))
            .add(neighbours(D).multiply(x).multiply(6))
            .subtract(h.multiply(3).multiply(slope).multiply(slope(square, 4.5)));
    return bell(x).multiply(bracket);
  }

  /** {@code c + factor * 2 b c x^2}: {@code v'} for 1.5. */
  private static Interval slope(Interval square, double factor) {
    return neighbours(C).multiply(0.5).add(square.multiply(neighbours(D)).multiply(factor));
  }

  /** {@code w}, which grows. */
  private static Interval inner(Interval x) {
    Interval least = inner(x.lo());
    return least.hull(inner(x.hi()));
  }

  private static Interval inner(double x) {
    Interval point = Interval.of(x);
    return point.multiply(neighbours(C).add(point.square().multiply(neighbours(D))));
  }

  /** {@code h}, which grows. */
  private static Interval tanh(Interval x) {
    Interval w = inner(x);
    return SigmoidFamily.tanhHalf(w.lo()).hull(SigmoidFamily.tanhHalf(w.hi()));
  }

  /** {@code 1 - h^2}. */
  private static Interval bell(Interval x) {
    return SIGMOID.enclose(inner(x)).first().multiply(4);
  }

  /** A constant that was rounded to nearest. */
  private static Interval neighbours(double constant) {
    return Interval.of(Rounding.below(constant), Rounding.above(constant));
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
