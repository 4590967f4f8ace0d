package org.fullrank.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of a {@link GramTile} in one type: a sum {@code s}, and products {@code p} and
 * {@code q}, each of at most {@link #capacity()} numbers. Arguments are checked by the caller.
 */
interface TileBuffers extends AutoCloseable {
  DataType type();

  int capacity();

  /** {@code s = 0}. */
  void clear(int entries);

  /** {@code q = A B^T}; only the upper triangle if symmetric. */
  void inner(INDArray a, long i, int rows, INDArray b, long j, int columns, boolean symmetric);

  /** {@code p = G H^T}; only the upper triangle if symmetric. */
  void outer(INDArray g, long i, int rows, INDArray h, long j, int columns, boolean symmetric);

  /** Repeats every entry of {@code q} k times in both directions. */
  void expandInner(int rows, int columns, int k);

  /** {@code s += p}. */
  void addOuter(int entries);

  /** {@code s += q p}. */
  void addProduct(int entries);

  /** Copies the upper triangle of {@code s} to the lower one. */
  void mirror(int order);

  boolean isFinite(int entries);

  void write(TileSink sink, long row, long column, int height, int width);

  void writeTransposed(TileSink sink, long row, long column, int height, int width);

  @Override
  void close();
}
