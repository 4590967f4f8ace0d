package org.fullrank.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Test oracle: a symmetric matrix of binary fractions in exact integer arithmetic, {@code
 * 2^exponent} times integers, with exact tests of definiteness by fraction-free elimination. Shares
 * no code with the bounds.
 */
public final class ExactMatrix {
  private final BigInteger[][] entries;
  private final int exponent;

  private ExactMatrix(BigInteger[][] entries, int exponent) {
    this.entries = entries;
    this.exponent = exponent;
  }

  /** The matrix of these doubles, square or not. */
  public static ExactMatrix of(double[][] rows) {
    int lowest = Integer.MAX_VALUE;
    for (double[] row : rows) {
      for (double x : row) {
        if (x != 0) {
          lowest = Math.min(lowest, exponentOf(x));
        }
      }
    }
    lowest = lowest == Integer.MAX_VALUE ? 0 : lowest;
    BigInteger[][] entries = new BigInteger[rows.length][rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        entries[i][j] = integer(rows[i][j], lowest);
      }
    }
    return new ExactMatrix(entries, lowest);
  }

  /** The matrix of these binary fractions, given as exact decimals. */
  public static ExactMatrix of(BigDecimal[][] rows) {
    int scale = 0;
    for (BigDecimal[] row : rows) {
      for (BigDecimal x : row) {
        scale = Math.max(scale, x.scale());
      }
    }
    BigDecimal unit = BigDecimal.valueOf(2).pow(scale);
    BigInteger[][] entries = new BigInteger[rows.length][rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        entries[i][j] = rows[i][j].multiply(unit).toBigIntegerExact();
      }
    }
    return new ExactMatrix(entries, -scale);
  }

  /** This times its transpose. */
  public ExactMatrix gram() {
    int n = entries.length;
    BigInteger[][] g = new BigInteger[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        BigInteger s = BigInteger.ZERO;
        for (int k = 0; k < entries[0].length; k++) {
          s = s.add(entries[i][k].multiply(entries[j][k]));
        }
        g[i][j] = s;
        g[j][i] = s;
      }
    }
    return new ExactMatrix(g, 2 * exponent);
  }

  /** The integers; not to be written. */
  public BigInteger[][] integers() {
    return entries;
  }

  /** The matrix is {@code 2^exponent} times the integers. */
  public int exponent() {
    return exponent;
  }

  /** Entry as a decimal, exactly. */
  public BigDecimal entry(int i, int j) {
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal x = new BigDecimal(entries[i][j]);
    return exponent >= 0 ? x.multiply(two.pow(exponent)) : x.divide(two.pow(-exponent));
  }

  /** {@code A - s I}. */
  public ExactMatrix minus(double s) {
    return s == 0 ? this : minus(integer(s, exponentOf(s)), exponentOf(s));
  }

  /** {@code A - s^2 I}. */
  public ExactMatrix minusSquare(double s) {
    return s == 0 ? this : minus(integer(s, exponentOf(s)).pow(2), 2 * exponentOf(s));
  }

  /** {@code A + s^2 I}. */
  public ExactMatrix plusSquare(double s) {
    return s == 0 ? this : minus(integer(s, exponentOf(s)).pow(2).negate(), 2 * exponentOf(s));
  }

  private ExactMatrix minus(BigInteger s, int sExponent) {
    int common = Math.min(exponent, sExponent);
    BigInteger shift = s.shiftLeft(sExponent - common);
    int n = entries.length;
    BigInteger[][] b = new BigInteger[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        b[i][j] = entries[i][j].shiftLeft(exponent - common);
      }
      b[i][i] = b[i][i].subtract(shift);
    }
    return new ExactMatrix(b, common);
  }

  /** {@code -A}. */
  public ExactMatrix negate() {
    int n = entries.length;
    BigInteger[][] b = new BigInteger[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        b[i][j] = entries[i][j].negate();
      }
    }
    return new ExactMatrix(b, exponent);
  }

  /** Whether the smallest eigenvalue is at least {@code s} (which may be infinite). */
  public boolean lambdaMinAtLeast(double s) {
    return s == Double.NEGATIVE_INFINITY || minus(s).definiteness() >= 0;
  }

  /** Whether the smallest eigenvalue is at most {@code s} (which may be infinite). */
  public boolean lambdaMinAtMost(double s) {
    return s == Double.POSITIVE_INFINITY || minus(s).definiteness() <= 0;
  }

  /** Whether the smallest eigenvalue is between these numbers. */
  public boolean lambdaMinIn(double lo, double hi) {
    return lambdaMinAtLeast(lo) && lambdaMinAtMost(hi);
  }

  /** Whether the largest eigenvalue is between these numbers. */
  public boolean lambdaMaxIn(double lo, double hi) {
    return negate().lambdaMinIn(-hi, -lo);
  }

  /** The largest double that is not above the smallest eigenvalue. */
  public double lambdaMinRoundedDown() {
    if (definiteness() == 0) {
      return 0;
    }
    double lo = -1;
    while (!lambdaMinAtLeast(lo)) {
      lo *= 16;
    }
    double hi = 1;
    while (lambdaMinAtLeast(hi)) {
      hi *= 16;
    }
    while (Math.nextUp(lo) < hi) {
      double mid = middle(lo, hi);
      if (lambdaMinAtLeast(mid)) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return lo;
  }

  /** 1 positive definite, 0 positive semidefinite and singular, -1 has a negative eigenvalue. */
  public int definiteness() {
    int n = entries.length;
    BigInteger[][] a = new BigInteger[n][];
    for (int i = 0; i < n; i++) {
      a[i] = entries[i].clone();
    }
    BigInteger previous = BigInteger.ONE;
    for (int k = 0; k < n; k++) {
      int pivot = -1;
      for (int i = k; i < n; i++) {
        if (a[i][i].signum() < 0) {
          return -1;
        }
        if (a[i][i].signum() > 0 && pivot < 0) {
          pivot = i;
        }
      }
      if (pivot < 0) {
        for (int i = k; i < n; i++) {
          for (int j = k; j < n; j++) {
            if (a[i][j].signum() != 0) {
              return -1;
            }
          }
        }
        return 0;
      }
      swap(a, k, pivot);
      for (int i = k + 1; i < n; i++) {
        for (int j = k + 1; j <= i; j++) {
          a[i][j] = a[k][k].multiply(a[i][j]).subtract(a[i][k].multiply(a[j][k])).divide(previous);
        }
      }
      for (int i = k + 1; i < n; i++) {
        for (int j = k + 1; j < i; j++) {
          a[j][i] = a[i][j];
        }
      }
      previous = a[k][k];
    }
    return 1;
  }

  private static void swap(BigInteger[][] a, int i, int j) {
    BigInteger[] row = a[i];
    a[i] = a[j];
    a[j] = row;
    for (BigInteger[] r : a) {
      BigInteger x = r[i];
      r[i] = r[j];
      r[j] = x;
    }
  }

  /** Halves the number of doubles between, not the distance. */
  private static double middle(double lo, double hi) {
    long a = order(lo);
    long b = order(hi);
    long mid = Math.floorDiv(a, 2) + Math.floorDiv(b, 2) + (a & b & 1);
    return Double.longBitsToDouble(mid >= 0 ? mid : Long.MIN_VALUE - mid);
  }

  private static long order(double x) {
    long bits = Double.doubleToLongBits(x);
    return bits >= 0 ? bits : Long.MIN_VALUE - bits;
  }

  private static int exponentOf(double x) {
    return Math.max(Math.getExponent(x), Double.MIN_EXPONENT) - 52;
  }

  private static BigInteger integer(double x, int unit) {
    if (x == 0) {
      return BigInteger.ZERO;
    }
    long bits = Double.doubleToLongBits(x);
    long mantissa = bits & 0xfffffffffffffL;
    if (Math.getExponent(x) >= Double.MIN_EXPONENT) {
      mantissa |= 0x10000000000000L;
    }
    BigInteger magnitude = BigInteger.valueOf(mantissa).shiftLeft(exponentOf(x) - unit);
    return x < 0 ? magnitude.negate() : magnitude;
  }
}
