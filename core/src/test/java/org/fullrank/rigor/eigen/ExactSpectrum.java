package org.fullrank.rigor.eigen;

import java.math.BigInteger;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;

/**
 * Test oracle: numbers of eigenvalues of a symmetric matrix of doubles below a double, exactly. All
 * roots of the characteristic polynomial are real, so by Descartes the positive ones are as many as
 * its coefficients change sign. Shares no code with the bounds. For orders up to about 12.
 */
final class ExactSpectrum {
  private final BigInteger[] polynomial;
  private final int exponent;

  private ExactSpectrum(BigInteger[] polynomial, int exponent) {
    this.polynomial = polynomial;
    this.exponent = exponent;
  }

  /** Characteristic polynomial by Faddeev and LeVerrier. */
  static ExactSpectrum of(double[][] rows) {
    ExactMatrix exact = ExactMatrix.of(rows);
    BigInteger[][] a = exact.integers();
    int n = a.length;
    BigInteger[] c = new BigInteger[n + 1]; // c[j] belongs to x^(n - j)
    c[0] = BigInteger.ONE;
    BigInteger[][] m = new BigInteger[n][n];
    for (BigInteger[] row : m) {
      java.util.Arrays.fill(row, BigInteger.ZERO);
    }
    for (int k = 1; k <= n; k++) {
      for (int i = 0; i < n; i++) {
        m[i][i] = m[i][i].add(c[k - 1]);
      }
      m = multiply(a, m);
      BigInteger trace = BigInteger.ZERO;
      for (int i = 0; i < n; i++) {
        trace = trace.add(m[i][i]);
      }
      c[k] = trace.negate().divide(BigInteger.valueOf(k));
    }
    return new ExactSpectrum(c, exact.exponent());
  }

  /** Whether eigenvalue number {@code i}, 0 the smallest, is in the interval. */
  boolean contains(int i, Interval x) {
    return (Double.isInfinite(x.lo()) || countBelow(x.lo(), false) <= i)
        && (Double.isInfinite(x.hi()) || countBelow(x.hi(), true) > i);
  }

  /** Number of eigenvalues less than {@code s}, or at most that. */
  int countBelow(double s, boolean orEqual) {
    BigInteger[] q = shifted(s);
    int n = q.length - 1;
    int zeros = 0;
    while (zeros < n && q[n - zeros].signum() == 0) {
      zeros++;
    }
    int changes = 0;
    int sign = 1;
    for (BigInteger x : q) {
      if (x.signum() != 0 && x.signum() != sign) {
        changes++;
        sign = x.signum();
      }
    }
    return n - changes - (orEqual ? 0 : zeros);
  }

  /** The polynomial of {@code A - s I}, up to a power of two. */
  private BigInteger[] shifted(double s) {
    int n = polynomial.length - 1;
    BigInteger[] q = polynomial.clone();
    if (s == 0) {
      return q;
    }
    java.math.BigDecimal exact = new java.math.BigDecimal(s);
    int e = Math.min(exponent, Math.max(Math.getExponent(s), Double.MIN_EXPONENT) - 52);
    BigInteger root = scaled(exact, e);
    for (int j = 0; j <= n; j++) {
      q[j] = q[j].shiftLeft((exponent - e) * j);
    }
    for (int pass = 0; pass < n; pass++) {
      for (int j = 1; j <= n - pass; j++) {
        q[j] = q[j].add(root.multiply(q[j - 1]));
      }
    }
    return q;
  }

  /** {@code x / 2^e}, an integer. */
  private static BigInteger scaled(java.math.BigDecimal x, int e) {
    java.math.BigDecimal power = java.math.BigDecimal.valueOf(2).pow(Math.abs(e));
    return (e < 0 ? x.multiply(power) : x.divide(power)).toBigIntegerExact();
  }

  private static BigInteger[][] multiply(BigInteger[][] a, BigInteger[][] b) {
    int n = a.length;
    BigInteger[][] c = new BigInteger[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        BigInteger s = BigInteger.ZERO;
        for (int k = 0; k < n; k++) {
          s = s.add(a[i][k].multiply(b[k][j]));
        }
        c[i][j] = s;
      }
    }
    return c;
  }
}
