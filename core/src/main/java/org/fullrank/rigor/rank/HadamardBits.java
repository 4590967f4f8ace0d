package org.fullrank.rigor.rank;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * How many bits the minors of a stored matrix can have: rows and columns are scaled by powers of
 * two so that all entries are integers, which keeps zero minors zero, and Hadamard's inequality
 * bounds a minor by the product of the norms of its rows, or columns. Exact integer arithmetic.
 */
final class HadamardBits {
  private final long[] rows;
  private final long[] columns;

  private HadamardBits(long[] rows, long[] columns) {
    this.rows = rows;
    this.columns = columns;
  }

  static HadamardBits of(double[][] m) {
    int n = m.length;
    int w = m[0].length;
    int[] rowUnit = new int[n];
    int[] columnUnit = new int[w];
    Arrays.fill(rowUnit, Integer.MAX_VALUE);
    Arrays.fill(columnUnit, Integer.MAX_VALUE);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        if (m[i][j] != 0) {
          rowUnit[i] = Math.min(rowUnit[i], unit(m[i][j]));
        }
      }
      for (int j = 0; j < w; j++) {
        if (m[i][j] != 0) {
          columnUnit[j] = Math.min(columnUnit[j], unit(m[i][j]) - rowUnit[i]);
        }
      }
    }
    BigInteger[] rowSquares = new BigInteger[n];
    BigInteger[] columnSquares = new BigInteger[w];
    Arrays.fill(rowSquares, BigInteger.ZERO);
    Arrays.fill(columnSquares, BigInteger.ZERO);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        if (m[i][j] != 0) {
          long odd = odd(m[i][j]);
          int shift = unit(m[i][j]) - rowUnit[i] - columnUnit[j];
          BigInteger square = BigInteger.valueOf(odd).pow(2).shiftLeft(2 * shift);
          rowSquares[i] = rowSquares[i].add(square);
          columnSquares[j] = columnSquares[j].add(square);
        }
      }
    }
    return new HadamardBits(lengths(rowSquares), lengths(columnSquares));
  }

  /** {@code b} with {@code minor^2 < 2^b} for every minor of this order. */
  long ofSquaredMinor(int order) {
    return Math.min(largest(rows, order), largest(columns, order));
  }

  private static long largest(long[] sorted, int count) {
    long sum = 0;
    for (int k = 0; k < count; k++) {
      sum += sorted[sorted.length - 1 - k];
    }
    return sum;
  }

  private static long[] lengths(BigInteger[] x) {
    return Arrays.stream(x).mapToLong(BigInteger::bitLength).sorted().toArray();
  }

  /** The exponent of the lowest bit that is set. */
  private static int unit(double x) {
    int exponent = Math.max(Math.getExponent(x), Double.MIN_EXPONENT) - 52;
    return exponent + Long.numberOfTrailingZeros(mantissa(x));
  }

  private static long odd(double x) {
    return mantissa(x) >> Long.numberOfTrailingZeros(mantissa(x));
  }

  private static long mantissa(double x) {
    long bits = Double.doubleToRawLongBits(x);
    long fraction = bits & 0xfffffffffffffL;
    return Math.abs(x) < Double.MIN_NORMAL ? fraction : fraction | 1L << 52;
  }
}
