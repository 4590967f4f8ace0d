package org.fullrank.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * A matrix in an {@code .npy} file that stays there: pieces of rows are read when they are asked
 * for. For matrices that are too large for memory; {@link Npy} reads all of one that is not.
 *
 * <p>The file must hold {@code f8} or {@code f4} in either byte order, row-major, with two
 * dimensions. {@code f4} is widened exactly. NaN and infinities are returned as they are.
 *
 * <p>Reading is by plain positioned reads and not by a mapping, so that the memory of the process
 * stays bounded; besides the target it takes 1 MiB for each thread that reads at the same time. An
 * interrupt of a reading thread closes the file, as always with {@link FileChannel}.
 */
public final class NpyMatrix implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  /** So that offsets in bytes fit a long with room. */
  private static final long MAX_COUNT = (1L << 59) - 1;

  private final Path file;
  private final FileChannel channel;
  private final NpyPreamble preamble;
  private final long size;
  private final FileTime modified;
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private final LongAdder bytesRead = new LongAdder();

  private NpyMatrix(
      Path file, FileChannel channel, NpyPreamble preamble, long size, FileTime modified) {
    this.file = file;
    this.channel = channel;
    this.preamble = preamble;
    this.size = size;
    this.modified = modified;
  }

  /**
   * Opens a file and checks its header and its length, not its values.
   *
   * @param file an {@code .npy} file, which must not be changed while it is open
   * @return the matrix; close it
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it does not hold such a matrix; the message says what was
   *     expected and what was found
   */
  public static NpyMatrix open(Path file) throws IOException {
    InputFiles.requireRegular(file);
    FileTime modified = Files.getLastModifiedTime(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      long size = channel.size();
      NpyPreamble preamble = NpyPreamble.read(channel, size, file.toString(), MAX_COUNT);
      NpyHeader header = preamble.header();
      if (header.kind() != 'f' || header.itemSize() == 2) {
        throw new IllegalArgumentException(
            file
                + ": expected a matrix of f8 or f4 values but got type "
                + header.kind()
                + header.itemSize()
                + "; convert with astype('<f8') before saving");
      }
      long[] shape = header.shape();
      if (shape.length != 2 || shape[0] > Integer.MAX_VALUE || shape[1] > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            file
                + ": expected a matrix of two dimensions below 2^31 but got shape "
                + Arrays.toString(shape));
      }
      if (header.fortran()) {
        throw new IllegalArgumentException(
            file
                + ": expected a row-major matrix but got Fortran order; save"
                + " numpy.ascontiguousarray(a), or a.T if it is symmetric");
      }
      return new NpyMatrix(file, channel, preamble, size, modified);
    } catch (ClosedByInterruptException e) {
      channel.close();
      throw InputFiles.cancelled("Reading " + file, e);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The number of rows.
   *
   * @return at least 1
   */
  public int rows() {
    return (int) preamble.header().shape()[0];
  }

  /**
   * The number of columns.
   *
   * @return at least 1
   */
  public int columns() {
    return (int) preamble.header().shape()[1];
  }

  /**
   * The number of bytes that {@link #read} has read so far.
   *
   * @return bytes of values, a value counted as often as it was read
   */
  public long bytesRead() {
    return bytesRead.sum();
  }

  /**
   * Copies neighbouring values of a row: {@code target[offset + j]} becomes the value at {@code
   * (row, first + j)}. Several threads may read at once.
   *
   * @param row number of the row
   * @param first number of the first column
   * @param count number of values
   * @param target receives them
   * @param offset where in the target
   * @throws IOException if the file cannot be read, or has become shorter
   * @throws IndexOutOfBoundsException if there are no such values or the target is too small
   */
  public void read(int row, int first, int count, double[] target, int offset) throws IOException {
    Objects.checkIndex(row, rows());
    Objects.checkFromIndexSize(first, count, columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    int item = preamble.header().itemSize();
    long position = preamble.dataStart() + ((long) row * columns() + first) * item;
    ByteBuffer free = buffers.poll();
    ByteBuffer buffer = free == null ? ByteBuffer.allocateDirect(CHUNK) : free;
    buffer.order(preamble.header().order());
    for (int done = 0; done < count; ) {
      int n = Math.min(CHUNK / item, count - done);
      buffer.clear().limit(n * item);
      while (buffer.hasRemaining()) {
        int got = channel.read(buffer, position);
        if (got < 0) {
          throw new IOException(
              file
                  + ": the file became shorter while it was read, it ends before byte "
                  + (position + 1));
        }
        position += got;
      }
      buffer.flip();
      if (item == 8) {
        buffer.asDoubleBuffer().get(target, offset + done, n);
      } else {
        for (int j = 0; j < n; j++) {
          target[offset + done + j] = buffer.getFloat(4 * j);
        }
      }
      bytesRead.add((long) n * item);
      done += n;
    }
    buffers.add(buffer);
  }

  /**
   * Checks that size and time of modification are still those of the opening: a cheap test, which
   * misses a program that sets the time, or that writes through a mapping to a page that was
   * changed before the opening.
   *
   * @throws IOException if they are not, or if the file is gone
   */
  public void requireUnchanged() throws IOException {
    if (channel.size() != size || !Files.getLastModifiedTime(file).equals(modified)) {
      throw new IOException(file + ": the file was changed while it was read");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
