package org.fullrank.rigor.disk;

import java.io.IOException;

/**
 * Where the entries of a symmetric matrix come from when the matrix is too large for memory.
 *
 * <p>A source is read several times, by one thread at a time but not always the same one, and must
 * return the same doubles every time: a proof is about the entries that were returned. Nothing of
 * it is believed; finiteness and symmetry are checked by the reader, and every pass is held against
 * the first one by a digest of the entries.
 */
public interface SymmetricSource {
  /** Number of rows, at least 1. */
  int order();

  /**
   * Copies {@code count} neighbouring entries of a row: {@code target[offset + j] = A[row][first +
   * j]}.
   *
   * @throws IOException if they cannot be read
   */
  void read(int row, int first, int count, double[] target, int offset) throws IOException;

  /**
   * The matrix with these rows, which are not copied.
   *
   * @param rows {@code [n][n]}, n at least 1
   * @throws IllegalArgumentException if it is not square
   */
  static SymmetricSource ofRows(double[][] rows) {
    for (int i = 0; i < Math.max(1, rows.length); i++) {
      int length = rows.length == 0 ? 0 : rows[i].length;
      if (rows.length == 0 || length != rows.length) {
        throw new IllegalArgumentException(
            "SymmetricSource expects a square matrix but got "
                + rows.length
                + " rows and "
                + length
                + " entries in row "
                + i);
      }
    }
    return new SymmetricSource() {
      @Override
      public int order() {
        return rows.length;
      }

      @Override
      public void read(int row, int first, int count, double[] target, int offset) {
        System.arraycopy(rows[row], first, target, offset, count);
      }
    };
  }
}
