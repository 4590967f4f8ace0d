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
public final class GramTile implements AutoCloseable {
  private final TileBuffers buffers;
  private long row;
  private long column;
  private int rows;
  private int columns;
  private int outputs = 1;
  private boolean symmetric;

  private GramTile(TileBuffers buffers) {
    this.buffers = buffers;
  }

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
    return new GramTile(
        type == DataType.DOUBLE ? new DoubleTileBuffers(size) : new FloatTileBuffers(size));
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
  public void start(
      long newRow,
      int newRows,
      long newColumn,
      int newColumns,
      int newOutputs,
      boolean newSymmetric) {
    long entries = entries(newRows, newColumns, newOutputs);
    if (newRows < 1 || newColumns < 1 || newOutputs < 1 || entries > buffers.capacity()) {
      throw new IllegalArgumentException(
          "Gram tile expects 1 to "
              + buffers.capacity()
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
    buffers.clear((int) entries);
  }

  /** Too many for a long are too many for any tile. */
  private static long entries(long rows, long columns, long outputs) {
    double estimate = (double) rows * columns * outputs * outputs;
    return estimate > Integer.MAX_VALUE ? Long.MAX_VALUE : rows * columns * outputs * outputs;
  }

  /**
   * Adds a term.
   *
   * @param a left inputs {@code [n, d]}, or null for {@code G G'^T} alone
   * @param b right inputs {@code [n', d]}, null if {@code a} is
   * @param g left cotangents {@code [n k, e]}
   * @param h right cotangents {@code [n' k, e]}
   */
  public void add(@Nullable INDArray a, @Nullable INDArray b, INDArray g, INDArray h) {
    if ((a == null) != (b == null)) {
      throw new IllegalArgumentException(
          "Gram tile expects left and right inputs, or none, but got one of them");
    }
    require("cotangents", g, row * outputs, (long) rows * outputs);
    require("cotangents", h, column * outputs, (long) columns * outputs);
    requireEqualWidth(g, h);
    int height = rows * outputs;
    int width = columns * outputs;
    if (a == null || b == null) {
      buffers.outer(g, row * outputs, height, h, column * outputs, width, symmetric);
      buffers.addOuter(height * width);
      return;
    }
    require("inputs", a, row, rows);
    require("inputs", b, column, columns);
    requireEqualWidth(a, b);
    buffers.inner(a, row, rows, b, column, columns, symmetric);
    if (outputs > 1) {
      buffers.expandInner(rows, columns, outputs);
    }
    buffers.outer(g, row * outputs, height, h, column * outputs, width, symmetric);
    buffers.addProduct(height * width);
  }

  private void require(String what, INDArray x, long from, long count) {
    TensorChecks.requireRank(what, x, 2);
    TensorChecks.requireType(what, buffers.type(), x);
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
  public void finish(TileSink sink, long firstRow, long firstColumn, boolean mirrored) {
    int height = rows * outputs;
    int width = columns * outputs;
    if (symmetric) {
      buffers.mirror(height);
    }
    if (!buffers.isFinite(height * width)) {
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
    buffers.write(sink, firstRow, firstColumn, height, width);
    if (mirrored && !symmetric) {
      buffers.writeTransposed(sink, firstRow, firstColumn, height, width);
    }
  }

  @Override
  public void close() {
    buffers.close();
  }
}
