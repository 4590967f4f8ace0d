package org.fullrank.kernel;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The power series of the normalised dual of ReLU (arc-cosine kernel of order 1, Cho and Saul
 * 2009), {@code kappa(r) = (sqrt(1 - r^2) + r (pi - acos r)) / pi = sum_q c_q r^q}: {@code c_0 = 1
 * / pi}, {@code c_1 = 1/2}, {@code c_2 = 1 / (2 pi)}, {@code c_(q+2) = c_q (q - 1)^2 / ((q + 1) (q
 * + 2))} for even q, else 0. All are non-negative, {@code sum c_q = kappa(1) = 1} and {@code sum q
 * c_q = kappa'(1) = 1}. They are twice the squared Hermite coefficients.
 */
final class ReluSeries {
  /** {@code Math.PI} is the largest double below pi. */
  private final Interval[] c;

  private ReluSeries(Interval[] c) {
    this.c = c;
  }

  /** The coefficients up to {@code terms}, at least 2. */
  static ReluSeries of(int terms) {
    Interval[] c = new Interval[terms + 1];
    c[0] = Interval.ONE.divide(new Interval(Math.PI, Rounding.above(Math.PI)));
    c[1] = Interval.of(0.5);
    c[2] = c[0].multiply(0.5);
    for (int q = 3; q <= terms; q++) {
      double p = q - 2;
      c[q] =
          q % 2 == 1
              ? Interval.ZERO
              : c[q - 2].multiply((p - 1) * (p - 1)).divide((p + 1) * (p + 2));
    }
    return new ReluSeries(c);
  }

  int terms() {
    return c.length - 1;
  }

  /** A lower bound of the smallest eigenvalue of {@code kappa(R)}. */
  double lambdaMin(HadamardPowers powers) {
    return sum(powers, false);
  }

  /** A lower bound of the smallest eigenvalue of {@code R o kappa'(R)}. */
  double lambdaMinOfDerivative(HadamardPowers powers) {
    return sum(powers, true);
  }

  private double sum(HadamardPowers powers, boolean derivative) {
    Interval sum = Interval.ZERO;
    Interval rest = Interval.ONE;
    for (int q = derivative ? 1 : 0; q < c.length; q++) {
      Interval weight = derivative ? c[q].multiply(q) : c[q];
      sum = sum.add(weight.multiply(powers.lower(q)));
      rest = rest.subtract(weight);
    }
    // All coefficients that are left have this sum, and their powers at least the last bound.
    Interval tail = Interval.of(Math.max(rest.lo(), 0)).multiply(powers.lower(c.length));
    return Math.max(sum.add(tail).lo(), 0);
  }

  /**
   * An upper bound of {@code |kappa(r)|}, which is {@code kappa(r) >= 0}.
   *
   * @param upper an upper bound of r in {@code [-1, 1]}
   * @param magnitude an upper bound of {@code |r|} in {@code [0, 1]}
   */
  double atMost(double upper, double magnitude) {
    double sum = Rounding.addUp(c[0].hi(), Rounding.multiplyUp(c[1].hi(), upper));
    double square = Rounding.multiplyUp(magnitude, magnitude);
    double power = 1;
    Interval rest = Interval.ONE.subtract(c[0]).subtract(c[1]);
    for (int q = 2; q < c.length; q += 2) {
      power = Rounding.multiplyUp(power, square);
      sum = Rounding.addUp(sum, Rounding.multiplyUp(c[q].hi(), power));
      rest = rest.subtract(c[q]);
    }
    sum = Rounding.addUp(sum, Rounding.multiplyUp(Math.max(rest.hi(), 0), power));
    return Math.min(sum, 1);
  }
}
