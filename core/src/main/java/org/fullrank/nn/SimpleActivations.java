package org.fullrank.nn;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.DoubleFunction;
import org.fullrank.rigor.Interval;

/**
 * The identity, sine and cosine. {@link Math#sin} and {@link Math#cos} are documented to be within
 * one unit in the last place, which is at most {@code 2u} of the result ({@code u = 2^-53}).
 */
final class SimpleActivations {
  private SimpleActivations() {}

  /**
   * Encloses the sine or the cosine over an interval, whose slope is the cosine or minus the sine.
   *
   * <p>An interval shorter than 3.14 has at most one zero of the slope, since these are {@code pi}
   * apart. If the slope certainly has one sign at both ends there is none, because it changes its
   * sign at a zero; if the signs differ there is one, where the value is 1 if it has risen on the
   * left and -1 if it has fallen. If the sign at an end is not certain, the slope there is tiny: a
   * zero would be next to that end, and the value there has the sign that it has at the end. No
   * argument is reduced here.
   */
  private static Interval wave(
      Interval x, DoubleFunction<Interval> value, DoubleFunction<Interval> slope) {
    Interval all = Interval.of(-1, 1);
    double width = x.width();
    if (!(width < 6.28)) {
      return all;
    }
    if (!(width < 3.14)) {
      double mid = x.mid();
      Interval left = wave(Interval.of(x.lo(), mid), value, slope);
      return left.hull(wave(Interval.of(mid, x.hi()), value, slope));
    }
    Interval range = value.apply(x.lo());
    if (x.lo() < x.hi()) {
      Interval to = value.apply(x.hi());
      int before = sign(slope.apply(x.lo()));
      int after = sign(slope.apply(x.hi()));
      if (before == 0) {
        range = range.hull(Interval.of(range.mid() > 0 ? 1 : -1));
      }
      if (after == 0) {
        range = range.hull(Interval.of(to.mid() > 0 ? 1 : -1));
      }
      if (before * after < 0) {
        range = range.hull(Interval.of(before));
      }
      range = range.hull(to);
    }
    return range.intersect(all);
  }

  /** The certain sign of all members, or 0. */
  private static int sign(Interval x) {
    return x.certainlyPositive() ? 1 : x.certainlyNegative() ? -1 : 0;
  }

  static final class Identity extends NamedActivation {
    Identity() {
      super("identity", new Regularity(1, 0, true, true, true, OptionalInt.of(1)), Accuracy.EXACT);
    }

    @Override
    public Parity parity() {
      return Parity.ODD;
    }

    @Override
    public boolean isPositivelyHomogeneous() {
      return true;
    }

    @Override
    public double value(double x) {
      return x;
    }

    @Override
    public double derivative(double x) {
      return 1;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    Jet jet(Interval x) {
      return new Jet(x, Interval.ONE, Interval.ZERO, Interval.ZERO);
    }

    @Override
    public void evaluate(float[] x, float[] value, float[] derivative) {
      System.arraycopy(x, 0, value, 0, x.length);
      Arrays.fill(derivative, 0, x.length, 1);
    }
  }

  static final class Sine extends NamedActivation {
    Sine() {
      super("sin", analytic(1, 1, false), Accuracy.relative(3, 3), -1, 1);
    }

    @Override
    public Parity parity() {
      return Parity.ODD;
    }

    @Override
    public double value(double x) {
      return Math.sin(x);
    }

    @Override
    public double derivative(double x) {
      return Math.cos(x);
    }

    @Override
    public double secondDerivative(double x) {
      return -Math.sin(x);
    }

    @Override
    Jet jet(Interval x) {
      Interval sine = wave(x, this::valueAt, this::slopeAt);
      Interval cosine = wave(x, this::slopeAt, t -> valueAt(t).negate());
      return new Jet(sine, cosine, sine.negate(), cosine.negate());
    }
  }

  static final class Cosine extends NamedActivation {
    Cosine() {
      super("cos", analytic(1, 1, false), Accuracy.relative(3, 3), -1, 1);
    }

    @Override
    public Parity parity() {
      return Parity.EVEN;
    }

    @Override
    public double value(double x) {
      return Math.cos(x);
    }

    @Override
    public double derivative(double x) {
      return -Math.sin(x);
    }

    @Override
    public double secondDerivative(double x) {
      return -Math.cos(x);
    }

    @Override
    Jet jet(Interval x) {
      Interval cosine = wave(x, this::valueAt, this::slopeAt);
      Interval sine = wave(x, t -> slopeAt(t).negate(), this::valueAt);
      return new Jet(cosine, sine.negate(), cosine.negate(), sine);
    }
  }
}
