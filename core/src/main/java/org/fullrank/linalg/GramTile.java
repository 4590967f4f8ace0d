package org.fullrank.linalg;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Buffers for one tile of {@code K = sum_l (A_l A'_l^T) o (G_l G'_l^T)} at a time: two products
 * into buffers that stay in the cache, then one pass that multiplies them entry by entry and adds.
 *
 * <p>A tile covers {@code rows} samples of the left factors and {@code columns} samples of the
 * right ones. {@code A} has a row for each sample, {@code G} has {@code k}: row {@code i * k + c}
 * for sample {@code i} and output {@code c}, so the tile is {@code [rows k, columns k]}.
 *
 * <p><b>Rounding.</b> An entry is {@code fl(q p + s)} (one fused multiply-add) for each term in the
 * order given, from 0, {@code q} and {@code p} being inner products of the BLAS, all in the type of
 * the factors. <b>Cost.</b> {@code 2 rows columns (d_A + k^2 d_G)} operations and a pass over
 * {@code rows columns k^2} numbers for each term; of a tile on the diagonal of a symmetric Gram the
 * products are half of that. Not for several threads at once.
 */
public abstract class GramTile implements AutoCloseable {
  private long row;
  private long column;
  private int rows;
  private int columns;
  private int outputs = 1;
  private boolean symmetric;

  GramTile() {}

  /**
   * Buffers for tiles of at most a number of entries.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param entries largest {@code rows columns k^2}
   * @return a tile, which the caller closes
   */
  public static GramTile of(DataType type, long entries) {
    TensorChecks.requireReal("tile", type);
    int size = Tensors.length(entries);
    return type == DataType.DOUBLE ? new DoubleGramTile(size) : new FloatGramTile(size);
  }

  /**
   * Memory of a tile.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param entries largest number of entries
   * @return bytes off the heap; on the heap it takes three times as much
   */
  public static long bytes(DataType type, long entries) {
    return Math.multiplyExact(entries, (long) type.width());
  }

  /**
   * Begins a tile of zeros.
   *
   * @param newRow first sample of the left factors
   * @param newRows number of them
   * @param newColumn first sample of the right factors
   * @param newColumns number of them
   * @param newOutputs k
   * @param newSymmetric whether left and right factors are the same arrays and the tile lies on the
   *     diagonal
   */
  public final void start(
      long newRow,
      int newRows,
      long newColumn,
      int newColumns,
      int newOutputs,
      boolean newSymmetric) {
    long entries = (long) newRows * newColumns * newOutputs * newOutputs;
    if (newRows < 1 || newColumns < 1 || newOutputs < 1 || entries > capacity()) {
      throw new IllegalArgumentException(
          "Gram tile expects 1 to "
              + capacity()
              + " entries but got "
              + newRows
              + " x "
              + newColumns
              + " samples of "
              + newOutputs
              + " outputs");
    }
    if (newSymmetric && (newRow != newColumn || newRows != newColumns)) {
      throw new IllegalArgumentException("a symmetric Gram tile expects equal rows and columns");
    }
    row = newRow;
    rows = newRows;
    column = newColumn;
    columns = newColumns;
    outputs = newOutputs;
    symmetric = newSymmetric;
    clear((int) entries);
  }

  /**
   * Adds a term.
   *
   * @param a left inputs {@code [n, d]}, or null for {@code G G'^T} alone
   * @param b right inputs {@code [n', d]}, null if {@code a} is
   * @param g left cotangents {@code [n k, e]}
   * @param h right cotangents {@code [n' k, e]}
   */
  public final void add(@Nullable INDArray a, @Nullable INDArray b, INDArray g, INDArray h) {
    require("cotangents", g, row * outputs, (long) rows * outputs);
    require("cotangents", h, column * outputs, (long) columns * outputs);
    requireEqualWidth(g, h);
    int height = rows * outputs;
    int width = columns * outputs;
    if (a == null || b == null) {
      outer(g, row * outputs, height, h, column * outputs, width, symmetric);
      addOuter(height * width);
      return;
    }
    require("inputs", a, row, rows);
    require("inputs", b, column, columns);
    requireEqualWidth(a, b);
    inner(a, row, rows, b, column, columns, symmetric);
    if (outputs > 1) {
      expandInner(rows, columns, outputs);
    }
    outer(g, row * outputs, height, h, column * outputs, width, symmetric);
    addProduct(height * width);
  }

  private void require(String what, INDArray x, long from, long count) {
    TensorChecks.requireRank(what, x, 2);
    TensorChecks.requireType(what, type(), x);
    TensorChecks.requireRange(what, from, from + count, x.size(0));
    if (!TensorViews.isContiguous(x)) {
      throw new IllegalArgumentException(
          what + " of a Gram tile expect row-major order but got " + TensorChecks.describe(x));
    }
  }

  private static void requireEqualWidth(INDArray x, INDArray y) {
    if (x.size(1) != y.size(1)) {
      throw new IllegalArgumentException(
          "Gram tile expects factors of equal width but got "
              + TensorChecks.describe(x)
              + " and "
              + TensorChecks.describe(y));
    }
  }

  /**
   * Ends the tile: writes it where it belongs, and if it is off the diagonal of a symmetric Gram
   * its transpose to the mirrored place.
   *
   * @param sink takes the rows
   * @param firstRow number of its first row there
   * @param firstColumn number of its first column there
   * @param mirrored whether to write the transpose as well
   * @throws IllegalArgumentException if an entry is not finite
   */
  public final void finish(TileSink sink, long firstRow, long firstColumn, boolean mirrored) {
    int height = rows * outputs;
    int width = columns * outputs;
    if (symmetric) {
      mirror(height);
    }
    if (!isFinite(height * width)) {
      throw new IllegalArgumentException(
          "computed Gram matrix expects finite values but got NaN or infinity in rows "
              + firstRow
              + " to "
              + (firstRow + height - 1)
              + ", columns "
              + firstColumn
              + " to "
              + (firstColumn + width - 1)
              + ": the network overflows on these samples");
    }
    write(sink, firstRow, firstColumn, height, width);
    if (mirrored && !symmetric) {
      writeTransposed(sink, firstRow, firstColumn, height, width);
    }
  }

  abstract DataType type();

  abstract int capacity();

  abstract void clear(int entries);

  /** {@code q = A B^T}; only the upper triangle if symmetric. */
  abstract void inner(
      INDArray a, long i, int rows, INDArray b, long j, int columns, boolean symmetric);

  /** {@code p = G H^T}; only the upper triangle if symmetric. */
  abstract void outer(
      INDArray g, long i, int rows, INDArray h, long j, int columns, boolean symmetric);

  /** Repeats every entry of {@code q} k times in both directions. */
  abstract void expandInner(int rows, int columns, int k);

  /** {@code s += p}. */
  abstract void addOuter(int entries);

  /** {@code s += q p}. */
  abstract void addProduct(int entries);

  /** Copies the upper triangle of {@code s} to the lower one. */
  abstract void mirror(int order);

  abstract boolean isFinite(int entries);

  abstract void write(TileSink sink, long row, long column, int height, int width);

  abstract void writeTransposed(TileSink sink, long row, long column, int height, int width);

  @Override
  public abstract void close();
}
