package org.fullrank.nn;

/**
 * The error function and its complement in plain Java.
 *
 * <p><b>Method.</b> For {@code |x| < 1}: {@code erf(x) = x + x R(x^2)}, {@code R} of degree 12.
 * Beyond: {@code erfc(x) = exp(-x^2) (1 + 2x)^-1 Q(t)}, {@code t} an affine function of {@code 1/(x
 * + 3.75)}, {@code Q} of degree 20; the factor {@code (1 + 2x) exp(x^2) erfc(x)} varies only
 * between 1.13 and 1.29 (Shepherd and Laframboise, Math. Comp. 36, 1981). Both polynomials
 * interpolate in Chebyshev nodes and were fitted with 60 digits: {@code R} on {@code [0, 1]},
 * {@code Q} on {@code [0.5, 28]}. {@code exp(-x^2)} carries the rounding error of {@code x^2}
 * along, which would otherwise be amplified {@code x^2} times.
 *
 * <p><b>Error</b>, with {@code u = 2^-53} and {@link Math#exp} within one unit in the last place
 * (2u). {@code erf}: {@code x R} is at most 0.16 of {@code x}, so the result is within 2u (two
 * roundings, polynomial 2e-17); for {@code |x| >= 1}, {@code erfc <= 0.158} reduces its error.
 * Stated: relative error at most 4u. {@code erfc}, {@code x >= 0.75}: exponential 2u + 2u
 * (correction, product), {@code Q} 2u (its terms beyond the first sum to 0.18 of it, fit error
 * 5e-17), {@code 1 + 2x} u, quotient and product 2u; {@code x < 0.75}: {@code 1 - erf}, amplified
 * 2.5 times. Stated: relative error at most 10u, for results in the subnormal range at most one
 * subnormal unit more. Tests compare with 540-digit series.
 */
public final class Erf {
  /** Beyond this, {@code exp(-x^2)} is below half the smallest positive double. */
  private static final double UNDERFLOW = 27.5;

  // Interpolant of erf(sqrt(s))/sqrt(s) - 1 on [0, 1].
  private static final double[] R = {
    0.1283791670955126,
    -0.3761263890318375,
    0.11283791670954879,
    -0.026866170645076792,
    0.0052239776248180145,
    -0.000854832698083379,
    0.0001205533111164271,
    -1.4925595266831182e-05,
    1.6461000484121368e-06,
    -1.6350312701054695e-07,
    1.4659775274047436e-08,
    -1.1372848856791674e-09,
    5.957176147748911e-11
  };

  // Interpolant of (1 + 2x) exp(x^2) erfc(x), x in [0.5, 28], in t in [-1, 1].
  private static final double[] Q = {
    1.2375775878742366,
    -0.1071803522357909,
    0.0020272665605592863,
    0.03681584375576391,
    -0.03718972455071917,
    0.02410715250439321,
    -0.011712710151302796,
    0.004324272748760361,
    -0.001135085305778634,
    0.00015601854384169738,
    2.0064067156319432e-05,
    -1.5087019191091344e-05,
    2.0449872547577244e-06,
    6.814869143246327e-07,
    -2.6507980636029576e-07,
    -1.7630748127593228e-08,
    2.3572426216581068e-08,
    -4.47007702579669e-10,
    -1.9177160247909564e-09,
    8.024533822941398e-11,
    1.1672259217177445e-10
  };

  private Erf() {}

  /**
   * {@code 2/sqrt(pi)} times the integral of {@code exp(-s^2)} from 0 to {@code x}.
   *
   * @param x any number; NaN gives NaN
   * @return the error function, within 4u relative
   */
  public static double erf(double x) {
    double a = Math.abs(x);
    if (a < 1) {
      return central(x);
    }
    if (a > 6) {
      return Math.signum(x);
    }
    return Math.copySign(1 - tail(a, expNegSquare(a)), x);
  }

  /**
   * {@code 1 - erf(x)} without cancellation.
   *
   * @param x any number; NaN gives NaN
   * @return the complementary error function, within 10u relative
   */
  public static double erfc(double x) {
    if (x < 0.75) {
      return 1 - erf(x);
    }
    return x > UNDERFLOW ? 0 : tail(x, expNegSquare(x));
  }

  /** {@code exp(-x^2)}, within 4u relative. */
  static double expNegSquare(double x) {
    if (Math.abs(x) > UNDERFLOW) {
      return 0;
    }
    double square = x * x;
    double rest = Math.fma(x, x, -square);
    double e = Math.exp(-square);
    return Math.fma(-e, rest, e);
  }

  /** {@code exp(-x^2/2)}, within 4u relative. */
  static double expNegHalfSquare(double x) {
    if (Math.abs(x) > 39) {
      return 0;
    }
    double half = 0.5 * x;
    double square = half * x;
    double rest = Math.fma(half, x, -square);
    double e = Math.exp(-square);
    return Math.fma(-e, rest, e);
  }

  /** {@code erfc(x)} for {@code x} in {@code [0.5, 28]}, given {@code exp(-x^2)}. */
  static double tail(double x, double expNegSquare) {
    double t = 1.309090909090909 - 9.813636363636364 / (x + 3.75);
    return expNegSquare * (polynomial(Q, t) + Q[0]) / (1 + 2 * x);
  }

  private static double central(double x) {
    double s = x * x;
    return Math.fma(x, polynomial(R, s) + R[0], x);
  }

  /** The polynomial of even degree without its constant term. */
  private static double polynomial(double[] coefficients, double t) {
    int degree = coefficients.length - 1;
    double t2 = t * t;
    // Even and odd parts: two chains run side by side.
    double even = coefficients[degree];
    double odd = coefficients[degree - 1];
    for (int i = degree - 2; i > 0; i -= 2) {
      even = Math.fma(even, t2, coefficients[i]);
      odd = Math.fma(odd, t2, coefficients[i - 1]);
    }
    return Math.fma(even, t2, t * odd);
  }
}
