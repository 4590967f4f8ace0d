package org.fullrank.rigor.disk;

import org.fullrank.rigor.kernel.Tiles;

/**
 * A digest of the bits of a lower triangle that is read in pieces, so that a later pass can tell
 * whether it was given the same ones. It is taken from the doubles that a computation goes on with,
 * not from a second reading.
 *
 * <p>There are 128 bits for every band of {@link #WIDTH} columns: the sum over the rows of a hash
 * of the row number and of the entries of the row in the band. Rows may therefore come in any
 * order, but a row of a band only whole. Four lanes work side by side, each with two words: the
 * first takes up an entry by an exclusive or, a rotation and a multiplication by an odd number, a
 * bijection of the word and of the entry, so that one changed entry changes it for certain; the
 * second adds up the states of the first, rotated. Changes that know nothing of the hash stay
 * unseen with a probability of about {@code 2^-128}. It has no key, so that somebody who wants to
 * deceive it can.
 *
 * <p>Cost: about 2 ns per entry. One thread at a time.
 */
final class EntryDigest {
  /** Columns of a band. */
  static final int WIDTH = Tiles.DEPTH;

  // Odd, from the fractional parts of the golden ratio and of the square roots of small primes.
  private static final long P = 0x9e3779b97f4a7c15L;
  private static final long Q = 0xbb67ae8584caa73bL;
  private static final long R = 0x3c6ef372fe94f82bL;
  private static final long S = 0xa54ff53a5f1d36f1L;

  private final long[] first;
  private final long[] second;

  /** Of nothing, for a matrix of this order. */
  EntryDigest(int order) {
    int bands = (order + WIDTH - 1) / WIDTH;
    first = new long[bands];
    second = new long[bands];
  }

  /**
   * Takes up what lies on and below the diagonal among neighbouring entries of a row.
   *
   * @param row number of the row
   * @param from first column, where a band begins
   * @param count up to the end of a band, or to the diagonal or beyond it
   * @param values the entries, that of column {@code from} first
   */
  void add(int row, int from, int count, double[] values) {
    int end = Math.min(from + count, row + 1);
    if (from % WIDTH != 0 || (end % WIDTH != 0 && end < row + 1)) {
      throw new IllegalStateException(
          "expected whole bands of "
              + WIDTH
              + " columns but got "
              + from
              + " to "
              + (from + count));
    }
    for (int column = from; column < end; column += WIDTH) {
      int at = column - from;
      addPiece(row, column / WIDTH, values, at, at + Math.min(WIDTH, end - column));
    }
  }

  private void addPiece(int row, int band, double[] values, int begin, int end) {
    long a0 = P + row * R;
    long a1 = Q - row * S;
    long a2 = R ^ row * P;
    long a3 = S ^ row * Q;
    long b0 = ~a1;
    long b1 = ~a2;
    long b2 = ~a3;
    long b3 = ~a0;
    int i = begin;
    for (; i + 3 < end; i += 4) {
      a0 = Long.rotateLeft(a0 ^ Double.doubleToRawLongBits(values[i]), 29) * P;
      a1 = Long.rotateLeft(a1 ^ Double.doubleToRawLongBits(values[i + 1]), 29) * P;
      a2 = Long.rotateLeft(a2 ^ Double.doubleToRawLongBits(values[i + 2]), 29) * P;
      a3 = Long.rotateLeft(a3 ^ Double.doubleToRawLongBits(values[i + 3]), 29) * P;
      b0 = Long.rotateLeft(b0, 31) + a0;
      b1 = Long.rotateLeft(b1, 31) + a1;
      b2 = Long.rotateLeft(b2, 31) + a2;
      b3 = Long.rotateLeft(b3, 31) + a3;
    }
    for (; i < end; i++) {
      a0 = Long.rotateLeft(a0 ^ Double.doubleToRawLongBits(values[i]), 29) * P;
      b0 = Long.rotateLeft(b0, 31) + a0;
    }
    // Odd multipliers: a difference in one lane alone cannot vanish.
    first[band] += mixed(a0 * P + a1 * Q + a2 * R + a3 * S);
    second[band] += mixed(b0 * S + b1 * P + b2 * Q + b3 * R);
  }

  /** A bijection that spreads every bit over the word (Steele, Lea, Flood 2014). */
  private static long mixed(long word) {
    long z = word;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * The first column of a band that differs from the other digest, among the columns from {@code
   * from}, where a band begins, to {@code to}; or -1.
   */
  int difference(EntryDigest other, int from, int to) {
    for (int column = from; column < to; column += WIDTH) {
      int band = column / WIDTH;
      if (first[band] != other.first[band] || second[band] != other.second[band]) {
        return column;
      }
    }
    return -1;
  }
}
