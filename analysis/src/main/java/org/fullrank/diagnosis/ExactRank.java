package org.fullrank.diagnosis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rank of a small stored matrix in exact arithmetic, by fraction-free elimination of its rows
 * as integers (Bareiss 1968), and one vanishing combination of rows if there is one.
 *
 * <p>Cost: about {@code n w min(n, w)} products of numbers of {@code 53 min(n, w)} bits and more
 * for spread exponents, so only small matrices are taken: {@link #isFeasible}.
 */
final class ExactRank {
  /** Of the matrix with an identity beside it. */
  private static final long MAX_ENTRIES = 20_000;

  /** Exponents further apart make the integers too long. */
  private static final int MAX_SPREAD = 120;

  private final int rank;
  private final List<Long> dependent;

  private ExactRank(int rank, List<Long> dependent) {
    this.rank = rank;
    this.dependent = dependent;
  }

  int rank() {
    return rank;
  }

  /** Rows of a vanishing combination with nonzero coefficients; empty at full row rank. */
  List<Long> dependent() {
    return dependent;
  }

  static boolean isFeasible(double[][] rows) {
    int lowest = Integer.MAX_VALUE;
    int highest = Integer.MIN_VALUE;
    for (double[] row : rows) {
      for (double x : row) {
        if (x != 0) {
          lowest = Math.min(lowest, Math.getExponent(x));
          highest = Math.max(highest, Math.getExponent(x));
        }
      }
    }
    return (long) rows.length * (rows.length + rows[0].length) <= MAX_ENTRIES
        && (highest < lowest || highest - lowest <= MAX_SPREAD);
  }

  static ExactRank of(double[][] rows) {
    int n = rows.length;
    int w = rows[0].length;
    // Columns w .. w + n - 1 record which combination of the original rows each row is.
    BigInteger[][] a = new BigInteger[n][];
    int unit = smallestUnit(rows);
    for (int i = 0; i < n; i++) {
      a[i] = new BigInteger[w + n];
      for (int j = 0; j < w + n; j++) {
        a[i][j] = j < w ? integer(rows[i][j], unit) : j == w + i ? BigInteger.ONE : BigInteger.ZERO;
      }
    }
    BigInteger previous = BigInteger.ONE;
    int rank = 0;
    for (int column = 0; column < w && rank < n; column++) {
      int pivot = rank;
      while (pivot < n && a[pivot][column].signum() == 0) {
        pivot++;
      }
      if (pivot == n) {
        continue;
      }
      BigInteger[] swap = a[rank];
      a[rank] = a[pivot];
      a[pivot] = swap;
      for (int i = rank + 1; i < n; i++) {
        BigInteger factor = a[i][column];
        for (int j = column; j < w + n; j++) {
          a[i][j] =
              a[rank][column]
                  .multiply(a[i][j])
                  .subtract(factor.multiply(a[rank][j]))
                  .divide(previous);
        }
      }
      previous = a[rank][column];
      rank++;
    }
    List<Long> dependent = new ArrayList<>();
    if (rank < n) {
      for (int i = 0; i < n; i++) {
        if (a[rank][w + i].signum() != 0) {
          dependent.add((long) i);
        }
      }
    }
    return new ExactRank(rank, dependent);
  }

  private static int smallestUnit(double[][] rows) {
    return Arrays.stream(rows)
        .flatMapToDouble(Arrays::stream)
        .filter(x -> x != 0)
        .mapToInt(ExactRank::unitOf)
        .min()
        .orElse(0);
  }

  private static int unitOf(double x) {
    return Math.max(Math.getExponent(x), Double.MIN_EXPONENT) - 52;
  }

  private static BigInteger integer(double x, int unit) {
    if (x == 0) {
      return BigInteger.ZERO;
    }
    long mantissa = (long) Math.scalb(x, -unitOf(x));
    return BigInteger.valueOf(mantissa).shiftLeft(unitOf(x) - unit);
  }
}
