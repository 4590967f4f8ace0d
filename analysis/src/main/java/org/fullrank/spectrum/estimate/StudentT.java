package org.fullrank.spectrum.estimate;

/**
 * Quantiles of Student's t distribution with an integer number of degrees of freedom, from the
 * closed form of its distribution function (Abramowitz and Stegun, 26.7.3 and 26.7.4), to about
 * {@code 1e-9} relative.
 */
final class StudentT {
  /** The closed form has one term for every two degrees; beyond, the normal limit is close. */
  private static final int MAX_DEGREES = 2000;

  private StudentT() {}

  /** The {@code t} with {@code P(|T| <= t) = level}. */
  static double twoSided(double level, int degrees) {
    int nu = Math.min(degrees, MAX_DEGREES);
    double lo = 0;
    double hi = 1;
    while (inside(hi, nu) < level) {
      if (hi > 1e12) {
        return Double.POSITIVE_INFINITY;
      }
      hi *= 2;
    }
    for (int i = 0; i < 200 && hi - lo > 1e-10 * hi; i++) {
      double mid = 0.5 * (lo + hi);
      if (inside(mid, nu) < level) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return hi;
  }

  /** {@code P(|T| <= t)} for {@code nu} degrees of freedom. */
  static double inside(double t, int nu) {
    double angle = Math.atan2(t, Math.sqrt(nu));
    double sine = Math.sin(angle);
    double cosine = Math.cos(angle);
    boolean odd = nu % 2 == 1;
    double term = odd ? cosine : 1;
    double sum = nu == 1 ? 0 : term;
    for (int k = odd ? 3 : 2; k <= nu - 2; k += 2) {
      term *= cosine * cosine * (k - 1) / k;
      sum += term;
    }
    return odd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
  }
}
