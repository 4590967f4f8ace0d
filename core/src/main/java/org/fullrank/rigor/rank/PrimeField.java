package org.fullrank.rigor.rank;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.rounding.FloatingPoint;

/**
 * Exact arithmetic modulo a prime {@code 2^48 < p < 2^49} in doubles, residues balanced: {@code |x|
 * <= 0.501 p}, and 0 is the only representative of its class.
 *
 * <p>A product is split as {@code a b = h + l} with a fused multiply-add; {@code q} is the integer
 * next to {@code h / p}, off by less than {@code 0.54}, because {@code |h / p| < 2^47} carries a
 * relative error below {@code 2^-51}. So {@code h - q p} is an integer below {@code 2^49} in
 * magnitude and one fused multiply-add gives it exactly; {@code |l| <= 2^44}, and the remaining
 * sums are integers below {@code 2^51}, exact. The loop has no branch and no call, so it is
 * vectorised.
 */
final class PrimeField {
  /** Adding and subtracting rounds {@code |x| < 2^51} to the nearest integer. */
  private static final double ROUNDER = 0x1.8p52;

  private static final int LOWEST_EXPONENT = -1074;

  /** Enough to decide primality below {@code 3.4e14 = 2^48.3}, and with 23 to {@code 3.8e18}. */
  private static final int[] WITNESSES = {2, 3, 5, 7, 11, 13, 17, 19, 23};

  private final long prime;
  private final double p;
  private final double inverse;
  private final double[] powers;

  PrimeField(long prime) {
    if (prime <= 1L << 48 || prime >= 1L << 49) {
      throw new IllegalArgumentException(
          "PrimeField expects a prime between 2^48 and 2^49 but got " + prime);
    }
    this.prime = prime;
    this.p = prime;
    this.inverse = 1 / p;
    // 2^-1074 to 2^971, all units of doubles.
    powers = new double[971 - LOWEST_EXPONENT + 1];
    double half = balanced((prime + 1) / 2);
    powers[-LOWEST_EXPONENT] = 1;
    for (int k = -LOWEST_EXPONENT; k > 0; k--) {
      powers[k - 1] = multiply(powers[k], half);
    }
    for (int k = -LOWEST_EXPONENT + 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], 2);
    }
  }

  /** A prime drawn uniformly from those between {@code 2^48} and {@code 2^49}. */
  static long randomPrime(SplittableRandom random) {
    while (true) {
      long candidate = (1L << 48) + 1 + 2 * random.nextLong(1L << 47);
      if (isPrime(candidate)) {
        return candidate;
      }
    }
  }

  /** Miller's test with the witnesses that decide it in this range (Jaeschke; Jiang, Deng). */
  static boolean isPrime(long odd) {
    for (int small = 3; small < 100; small += 2) {
      if (odd % small == 0) {
        return odd == small;
      }
    }
    BigInteger n = BigInteger.valueOf(odd);
    BigInteger minusOne = n.subtract(BigInteger.ONE);
    int s = minusOne.getLowestSetBit();
    BigInteger d = minusOne.shiftRight(s);
    for (int witness : WITNESSES) {
      BigInteger x = BigInteger.valueOf(witness).modPow(d, n);
      boolean passes = x.equals(BigInteger.ONE) || x.equals(minusOne);
      for (int k = 1; k < s && !passes; k++) {
        x = x.multiply(x).mod(n);
        passes = x.equals(minusOne);
      }
      if (!passes) {
        return false;
      }
    }
    return true;
  }

  /** The residue of a finite double, a dyadic rational. */
  double residue(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int biased = (int) (bits >>> 52) & 0x7ff;
    long mantissa = (bits & 0xfffffffffffffL) | (biased == 0 ? 0 : 1L << 52);
    int unit = Math.max(biased, 1) - 1075;
    double r = multiply(balanced(mantissa % prime), powers[unit - LOWEST_EXPONENT]);
    return bits < 0 ? 0 - r : r;
  }

  /** The product of two residues. */
  double multiply(double a, double b) {
    double[] y = {0};
    subtractMultiple(-a, new double[] {b}, y, 0, 1, p, inverse);
    return y[0];
  }

  /** The reciprocal of a residue that is not 0. */
  double reciprocal(double a) {
    BigInteger n = BigInteger.valueOf(prime);
    return balanced(BigInteger.valueOf((long) a).modInverse(n).longValueExact());
  }

  /**
   * Gaussian elimination; destroys the matrix of residues.
   *
   * @return the numbers of the rows that gave pivots; their count is the rank
   */
  int[] eliminate(double[][] a) {
    FloatingPoint.requireIeee();
    int n = a.length;
    int w = a[0].length;
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    int rank = 0;
    for (int c = 0; c < w && rank < n; c++) {
      Cancellation.check("An elimination modulo a prime");
      int pivot = rank;
      while (pivot < n && a[pivot][c] == 0) {
        pivot++;
      }
      if (pivot == n) {
        continue;
      }
      double[] row = a[pivot];
      a[pivot] = a[rank];
      a[rank] = row;
      int number = order[pivot];
      order[pivot] = order[rank];
      order[rank] = number;
      double head = reciprocal(row[c]);
      for (int i = rank + 1; i < n; i++) {
        if (a[i][c] != 0) {
          subtractMultiple(multiply(a[i][c], head), row, a[i], c, w, p, inverse);
        }
      }
      rank++;
    }
    return java.util.Arrays.copyOf(order, rank);
  }

  /** {@code y - f x} modulo p, for {@code from <= j < to}. */
  private static void subtractMultiple(
      double f, double[] x, double[] y, int from, int to, double p, double inverse) {
    for (int j = from; j < to; j++) {
      double b = x[j];
      double h = f * b;
      double l = Math.fma(f, b, -h);
      double q = (h * inverse + ROUNDER) - ROUNDER;
      double t = Math.fma(-q, p, h) + l;
      double s = y[j] - t;
      double k = (s * inverse + ROUNDER) - ROUNDER;
      y[j] = Math.fma(-k, p, s);
    }
  }

  private double balanced(long residue) {
    return residue > prime / 2 ? residue - prime : residue;
  }
}
