package org.fullrank.io;

import java.util.Objects;

/**
 * A square matrix in square tiles, and where its values are in a file.
 *
 * @param order rows of the matrix
 * @param tile rows of a tile, except the last one
 * @param item bytes of a value
 * @param start offset of the first value in bytes
 */
record TileGrid(int order, int tile, int item, int start) {
  /** So that offsets in bytes fit a long with room, as in {@link NpyMatrix}. */
  private static final int MAX_ORDER = 759_250_124;

  TileGrid {
    if (order < 1 || order > MAX_ORDER) {
      throw new IllegalArgumentException("order expects 1 to " + MAX_ORDER + " but got " + order);
    }
    long side = tile < 1 ? Integer.MAX_VALUE : (order + (long) tile - 1) / tile;
    if (side * (side + 1) / 2 > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "tile expects a positive number with fewer than 2^31 tiles of order "
              + order
              + " but got "
              + tile);
    }
  }

  /** Rows of tiles. */
  int tiles() {
    return (int) ((order + (long) tile - 1) / tile);
  }

  /** Tiles on and above the diagonal. */
  int total() {
    long side = tiles();
    return (int) (side * (side + 1) / 2);
  }

  /** Number of a tile on or above the diagonal. */
  int index(int r, int c) {
    if (r < 0 || c < r || c >= tiles()) {
      throw new IndexOutOfBoundsException(
          "expected a tile (r, c) with 0 <= r <= c < "
              + tiles()
              + " but got ("
              + r
              + ", "
              + c
              + ")");
    }
    return (int) (r * (long) tiles() - r * (r - 1L) / 2 + (c - r));
  }

  /** First row of a row of tiles; the order, for the number after the last one. */
  int first(int r) {
    return (int) Math.min(order, r * (long) tile);
  }

  /** Offset of a value in bytes. */
  long position(int row, int column) {
    return start + (row * (long) order + column) * item;
  }

  /** Bytes of the file. */
  long bytes() {
    return start + (long) order * order * item;
  }

  void requireBlock(int row, int rows, int column, int columns) {
    Objects.checkFromIndexSize(row, rows, order);
    Objects.checkFromIndexSize(column, columns, order);
  }
}
