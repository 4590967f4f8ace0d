package org.fullrank.oracle;

import static java.math.BigInteger.ONE;
import static java.math.BigInteger.ZERO;

import java.math.BigInteger;

/**
 * Elementary functions in fixed point with {@value #BITS} binary places (540 decimal ones), by
 * Taylor series. An integer {@code n} stands for {@code n / 2^BITS}; the absolute error is a few
 * thousand units of the last place.
 */
public final class FixedPoint {
  /** Binary places. */
  public static final int BITS = 1792;

  /** The number 1. */
  public static final BigInteger UNIT = ONE.shiftLeft(BITS);

  /** The number pi. */
  public static final BigInteger PI = machin();

  private FixedPoint() {}

  /** Exact: every double has at most 1074 binary places. */
  public static BigInteger of(double x) {
    int exponent = Math.max(Math.getExponent(x), Double.MIN_EXPONENT);
    BigInteger mantissa = BigInteger.valueOf((long) Math.scalb(Math.scalb(x, -exponent), 52));
    return mantissa.shiftLeft(BITS + exponent - 52);
  }

  /** {@code p / q}. */
  public static BigInteger ratio(long p, long q) {
    return UNIT.multiply(BigInteger.valueOf(p)).divide(BigInteger.valueOf(q));
  }

  /** {@code a b}. */
  public static BigInteger times(BigInteger a, BigInteger b) {
    return a.multiply(b).shiftRight(BITS);
  }

  /** {@code a / b}. */
  public static BigInteger over(BigInteger a, BigInteger b) {
    return a.shiftLeft(BITS).divide(b);
  }

  /** The square root of {@code a >= 0}. */
  public static BigInteger sqrt(BigInteger a) {
    return a.shiftLeft(BITS).sqrt();
  }

  /** {@code exp(-a)}, {@code a >= 0}. */
  public static BigInteger expNeg(BigInteger a) {
    if (a.compareTo(UNIT.multiply(BigInteger.valueOf(2000))) > 0) {
      return ZERO;
    }
    // exp(-a) = exp(-a/2^k)^(2^k) with a/2^k < 2^-20; the 2^k-fold error is far below 2^-1700.
    int k = Math.max(0, a.bitLength() - BITS + 20);
    BigInteger small = a.shiftRight(k);
    BigInteger term = UNIT;
    BigInteger sum = UNIT;
    for (int n = 1; term.signum() != 0; n++) {
      term = times(term, small).divide(BigInteger.valueOf(n));
      sum = n % 2 == 1 ? sum.subtract(term) : sum.add(term);
    }
    for (int i = 0; i < k; i++) {
      sum = times(sum, sum);
    }
    return sum;
  }

  /** {@code exp(a)}, {@code a >= 0}, with a small relative error. */
  public static BigInteger expPositive(BigInteger a) {
    int k = Math.max(0, a.bitLength() - BITS + 20);
    BigInteger small = a.shiftRight(k);
    BigInteger term = UNIT;
    BigInteger sum = UNIT;
    for (int n = 1; term.signum() != 0; n++) {
      term = times(term, small).divide(BigInteger.valueOf(n));
      sum = sum.add(term);
    }
    for (int i = 0; i < k; i++) {
      sum = times(sum, sum);
    }
    return sum;
  }

  /** {@code ln(1 + e) = 2 artanh(e/(2 + e))}, {@code 0 <= e <= 1}. */
  public static BigInteger log1p(BigInteger e) {
    BigInteger z = over(e, UNIT.shiftLeft(1).add(e));
    BigInteger z2 = times(z, z);
    BigInteger sum = ZERO;
    BigInteger power = z;
    for (int n = 1; power.signum() != 0; n += 2) {
      sum = sum.add(power.divide(BigInteger.valueOf(n)));
      power = times(power, z2);
    }
    return sum.shiftLeft(1);
  }

  /** {@code 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1)/(2n+1)!!}, all terms positive. */
  public static BigInteger erf(BigInteger x) {
    BigInteger square = times(x, x);
    if (square.compareTo(UNIT.multiply(BigInteger.valueOf(1500))) > 0) {
      return x.signum() > 0 ? UNIT : UNIT.negate();
    }
    BigInteger term = x.abs();
    BigInteger sum = term;
    for (int n = 1; term.signum() != 0; n++) {
      term = times(term, square).shiftLeft(1).divide(BigInteger.valueOf(2L * n + 1));
      sum = sum.add(term);
    }
    BigInteger erf = over(over(sum.shiftLeft(1), expPositive(square)), sqrt(PI));
    return x.signum() < 0 ? erf.negate() : erf;
  }

  /** {@code sin(x)}. */
  public static BigInteger sin(BigInteger x) {
    BigInteger twoPi = PI.shiftLeft(1);
    BigInteger r = x.mod(twoPi);
    if (r.compareTo(PI) > 0) {
      r = r.subtract(twoPi);
    }
    BigInteger square = times(r, r);
    BigInteger term = r;
    BigInteger sum = r;
    for (long n = 2; term.abs().compareTo(ONE) > 0; n += 2) {
      term = times(term, square).negate().divide(BigInteger.valueOf(n * (n + 1)));
      sum = sum.add(term);
    }
    return sum;
  }

  private static BigInteger machin() {
    return arctanInverse(5).shiftLeft(2).subtract(arctanInverse(239)).shiftLeft(2);
  }

  private static BigInteger arctanInverse(int q) {
    BigInteger power = UNIT.divide(BigInteger.valueOf(q));
    BigInteger sum = ZERO;
    for (int n = 1; power.signum() != 0; n += 2) {
      BigInteger term = power.divide(BigInteger.valueOf(n));
      sum = n % 4 == 1 ? sum.add(term) : sum.subtract(term);
      power = power.divide(BigInteger.valueOf((long) q * q));
    }
    return sum;
  }
}
