package org.fullrank.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import org.fullrank.linalg.TensorChecks;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A symmetric matrix that is written tile by tile into one {@code .npy} file, for matrices that are
 * too large for memory and take too long to lose: after a kill the finished tiles are still there.
 *
 * <p>The file has shape {@code [order, order]} and type {@code <f8} or {@code <f4}, row-major; when
 * it is complete its bytes are those that {@link Npy#write} and {@code numpy.save} give, whatever
 * happened on the way. It has its full length from the beginning, most of it a hole where the file
 * system knows holes, and until it is complete it has no header, so that nobody takes it for the
 * matrix. It is divided into square tiles of {@code tile} rows, the last ones smaller. Units of
 * work are the tiles {@code (r, c)} with {@code r <= c}: compute one, write it together with its
 * mirror image ({@link #writeBlock}), then {@link #finish} it. Different tiles may be written and
 * finished by several threads at once.
 *
 * <p><b>Resuming.</b> {@link #finish} reads the tile and its mirror image back and adds a record
 * with their checksums (CRC-32C) to a list beside the file ({@link #manifest}). {@link #open} on an
 * unfinished file reads all finished tiles and counts only those whose bytes fit their checksums,
 * so that torn writes after a loss of power, or damaged bytes, are computed again. A checksum is
 * that of the bytes as they were read back: it guards what is stored, not how it was computed. What
 * the matrix is of is said by a text, {@code identity}, such as digests of data and parameters; a
 * file begun with another one is refused. Before the last record the system is asked to put
 * everything on the disk.
 *
 * <p><b>Memory</b> is that of a few buffers and some bytes per tile whatever the order is, because
 * reads and writes are plain and positioned: the pages of a mapping would count as memory of the
 * process and break that promise.
 *
 * <p><b>Interrupts.</b> An interrupt of a thread that is inside a call closes the file, as always
 * with {@link FileChannel}: that call throws {@link java.nio.channels.ClosedByInterruptException},
 * later ones {@link ClosedChannelException}. What is finished stays so; open the file again.
 */
public final class SymmetricNpyFile implements AutoCloseable {
  private static final int MAX_IDENTITY = 4096;

  private final TileGrid grid;
  private final TileStore store;
  private final TileManifest manifest;
  private final DataType type;
  private final BitSet finished;
  private int done;

  private SymmetricNpyFile(
      TileGrid grid, TileStore store, TileManifest manifest, DataType type, BitSet finished) {
    this.grid = grid;
    this.store = store;
    this.manifest = manifest;
    this.type = type;
    this.finished = finished;
    done = finished.cardinality();
  }

  /** Told how far the check of the finished tiles is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * {@code done} of {@code total} rows of tiles are checked. An exception thrown from here ends
     * the opening.
     *
     * @param done from 0 to {@code total}
     * @param total rows of tiles
     */
    void show(long done, long total);
  }

  /**
   * Creates a file, or opens one that was begun with the same arguments, finished or not.
   *
   * @param file the {@code .npy} file; one without a list of tiles beside it is never overwritten
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param order rows and columns of the matrix, at least 1
   * @param tile rows and columns of a tile, at least 1. A row of a tile is one write: let it have
   *     more bytes than a page of the file system, that is 1024 values. On ext4, order 5000, rows
   *     of 256 values took ten times as long as of 512 or 1024
   * @param identity what the matrix is of, one line of at most 4096 characters
   * @param progress told about the check of the finished tiles
   * @return the file, held against a second opening in this program and in others; close it. On
   *     POSIX systems the hold against other programs ends if this one reads the list of tiles by
   *     other means. A complete file is left as it is and need not be writable
   * @throws IOException if a file cannot be read or written, if the disk has too little room, or if
   *     the file is open already
   * @throws IllegalArgumentException if there is another file, or one begun with other arguments;
   *     the message says what differs
   */
  public static SymmetricNpyFile open(
      Path file, DataType type, int order, int tile, String identity, Progress progress)
      throws IOException {
    TensorChecks.requireReal("type", type);
    String descr = type == DataType.FLOAT ? "<f4" : "<f8";
    byte[] start = NpyHeader.encode(descr, new long[] {order, order});
    TileGrid grid = new TileGrid(order, tile, type == DataType.FLOAT ? 4 : 8, start.length);
    byte[] about =
        ("fullrank symmetric npy tiles 1\n"
                + ("shape " + order + " " + order + "\n")
                + ("type " + descr + "\n")
                + ("tile " + tile + "\n")
                + ("identity " + requireLine(identity) + "\n"))
            .getBytes(UTF_8);
    TileStore.requireRoom(file, grid);
    TileManifest manifest = TileManifest.open(manifest(file), about, file);
    try {
      TileStore store = TileStore.open(file, grid, start);
      try {
        BitSet sound = TileCheck.of(grid, store, manifest, progress);
        store.mark(sound.cardinality() == grid.total());
        return new SymmetricNpyFile(grid, store, manifest, type, sound);
      } catch (IOException | RuntimeException | Error e) {
        store.close();
        throw e;
      }
    } catch (IOException | RuntimeException | Error e) {
      manifest.close();
      throw e;
    }
  }

  /**
   * The list of finished tiles of a file, in the same folder. It may be removed when the file is
   * complete; to begin anew remove both.
   *
   * @param file the {@code .npy} file
   * @return its name with {@code .tiles} added
   */
  public static Path manifest(Path file) {
    return file.resolveSibling(file.getFileName() + ".tiles");
  }

  private static String requireLine(String identity) {
    if (identity.length() > MAX_IDENTITY || identity.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "identity expects one line of at most "
              + MAX_IDENTITY
              + " characters but got "
              + identity.length()
              + ": '"
              + Texts.printable(identity)
              + "'");
    }
    return identity;
  }

  /**
   * The number of rows, and of columns, of tiles.
   *
   * @return {@code order / tile}, rounded up
   */
  public int tiles() {
    return grid.tiles();
  }

  /**
   * The number of tiles to finish.
   *
   * @return {@code tiles() (tiles() + 1) / 2}
   */
  public int total() {
    return grid.total();
  }

  /**
   * The number of finished tiles.
   *
   * @return at most {@link #total()}
   */
  public synchronized int done() {
    return done;
  }

  /**
   * Whether every tile is finished.
   *
   * @return true if the file holds the matrix
   */
  public boolean isComplete() {
    return done() == total();
  }

  /**
   * Whether a tile is finished.
   *
   * @param r row of the tile
   * @param c column of the tile, at least r
   * @return true if so
   */
  public boolean isDone(int r, int c) {
    int index = grid.index(r, c);
    synchronized (this) {
      return finished.get(index);
    }
  }

  /**
   * Writes a block and its mirror image. Only its values on and above the diagonal of the matrix
   * are looked at, so that a product that computes one triangle is enough.
   *
   * @param row number of the first row of the block
   * @param column number of its first column, at least {@code row}
   * @param rows its rows
   * @param columns its columns
   * @param values of the type of the file, row-major, finite
   * @param offset of the first one
   * @param stride from one row to the next
   * @throws IOException if the disk is full, or the file cannot be written
   * @throws IllegalArgumentException if a value is not finite or not of the type of the file, if
   *     its tile is finished, or if the block begins below the diagonal
   * @throws IndexOutOfBoundsException if there is no such place, or there are no such values
   */
  public void writeBlock(
      int row, int column, int rows, int columns, double[] values, int offset, int stride)
      throws IOException {
    requireBlock(DataType.DOUBLE, row, column, rows, columns);
    Objects.checkFromIndexSize(offset, (rows - 1L) * stride + columns, (long) values.length);
    store.writeBlock(row, column, rows, columns, TileStore.Source.of(values), offset, stride);
  }

  /**
   * As {@link #writeBlock(int, int, int, int, double[], int, int)} for a file of {@code FLOAT}.
   *
   * @param row its first row
   * @param column number of its first column, at least {@code row}
   * @param rows its rows
   * @param columns its columns
   * @param values row-major, finite
   * @param offset of the first one
   * @param stride from one row to the next
   * @throws IOException if the disk is full, or the file cannot be written
   */
  public void writeBlock(
      int row, int column, int rows, int columns, float[] values, int offset, int stride)
      throws IOException {
    requireBlock(DataType.FLOAT, row, column, rows, columns);
    Objects.checkFromIndexSize(offset, (rows - 1L) * stride + columns, (long) values.length);
    store.writeBlock(row, column, rows, columns, TileStore.Source.of(values), offset, stride);
  }

  private void requireBlock(DataType of, int row, int column, int rows, int columns) {
    if (of != type || rows < 1 || columns < 1 || row > column) {
      throw new IllegalArgumentException(
          "a file of "
              + type
              + " expects a block of that type that begins on or above the diagonal but got "
              + (of + " [" + rows + ", " + columns + "] at (" + row + ", " + column + ")"));
    }
    grid.requireBlock(row, rows, column, columns);
    for (int r = row / grid.tile(); r <= (row + rows - 1) / grid.tile(); r++) {
      for (int c = column / grid.tile(); c <= (column + columns - 1) / grid.tile(); c++) {
        if (r <= c && isDone(r, c)) {
          throw new IllegalArgumentException(
              "expected values of unfinished tiles but tile (" + r + ", " + c + ") is finished");
        }
      }
    }
  }

  /**
   * Declares a tile and its mirror image to be written, and lists their checksums.
   *
   * @param r row of the tile
   * @param c column of the tile, at least r
   * @throws IOException if the file cannot be read, or its list not be written; for the last tile
   *     also if the path has no longer the file that was opened
   * @throws IllegalArgumentException if the tile is finished already
   */
  public void finish(int r, int c) throws IOException {
    int index = grid.index(r, c);
    int crc = store.checksum(r, c);
    int mirrorCrc = r == c ? crc : store.checksum(c, r);
    synchronized (this) {
      if (finished.get(index)) {
        throw new IllegalArgumentException("tile (" + r + ", " + c + ") cannot be finished again");
      }
      if (done + 1 == total()) {
        store.force();
        store.requireInPlace();
      }
      manifest.append(r, c, crc, mirrorCrc);
      finished.set(index);
      done++;
      if (done == total()) {
        store.mark(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      store.close();
    } finally {
      manifest.close();
    }
  }
}
