package org.fullrank.diagnosis;

import java.math.BigInteger;

/** Dimensions of spaces of polynomials. */
final class Monomials {
  private Monomials() {}

  /** {@code C(d + D, D)} monomials of degree at most D in d variables; saturates. */
  static long count(int d, int degree) {
    BigInteger count = BigInteger.ONE;
    int top = Math.max(d, degree);
    for (int i = 1; i <= Math.min(d, degree); i++) {
      count = count.multiply(BigInteger.valueOf((long) top + i)).divide(BigInteger.valueOf(i));
      if (count.bitLength() > 31) {
        return Integer.MAX_VALUE;
      }
    }
    return count.longValueExact();
  }
}
