package org.fullrank.io;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/** Positioned reads and writes of the values of a tiled file; several threads at once. */
final class TileStore implements AutoCloseable {
  /** Of a piece that one call of the system reads or writes. */
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final Object key;
  private final TileGrid grid;
  private final byte[] header;

  private TileStore(Path file, FileChannel channel, TileGrid grid, byte[] header)
      throws IOException {
    this.file = file;
    this.key = ExclusiveFile.key(file);
    this.channel = channel;
    this.grid = grid;
    this.header = header;
  }

  /** Enough room, before anything is created. */
  static void requireRoom(Path file, TileGrid grid) throws IOException {
    long size = Files.exists(file) ? Files.size(file) : -1;
    if (size < grid.bytes()) {
      Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
      long room = Files.getFileStore(folder).getUsableSpace();
      if (room < grid.bytes()) {
        throw new IOException(
            file
                + ": expected "
                + grid.bytes()
                + " free bytes for a matrix of order "
                + grid.order()
                + " but there are "
                + room);
      }
    }
  }

  /**
   * Creates the file, or opens it; it has its full length afterwards. A file that may not be
   * written is opened for reading, which is enough if it is complete.
   *
   * @param header what a complete file begins with
   */
  static TileStore open(Path file, TileGrid grid, byte[] header) throws IOException {
    if (Files.exists(file)) {
      InputFiles.requireRegular(file);
    }
    FileChannel channel =
        Files.exists(file) && !Files.isWritable(file)
            ? FileChannel.open(file, StandardOpenOption.READ)
            : FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      TileStore store = new TileStore(file, channel, grid, header);
      store.prepare();
      return store;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private void prepare() throws IOException {
    long size = channel.size();
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(size, header.length));
    readFully(start, 0);
    byte[] found = start.array();
    boolean same =
        Arrays.equals(found, Arrays.copyOf(header, found.length))
            || Arrays.equals(found, Arrays.copyOf(unfinished(), found.length));
    if (!same || (size > found.length && size != grid.bytes())) {
      throw new IllegalArgumentException(
          file
              + ": expected the file that its list of tiles is about, of "
              + grid.bytes()
              + " bytes, but got "
              + (same ? size + " bytes" : "another header")
              + "; to begin anew, remove both");
    }
    if (size < grid.bytes()) {
      mark(false);
      // A file system that knows holes takes no room for what is before.
      writeFully(ByteBuffer.allocate(1), grid.bytes() - 1);
    }
  }

  /** Makes the file one that readers of {@code .npy} take, or one that they refuse. */
  void mark(boolean complete) throws IOException {
    byte[] wanted = complete ? header : unfinished();
    ByteBuffer found = ByteBuffer.allocate((int) Math.min(channel.size(), header.length));
    readFully(found, 0);
    // A file that is right already keeps its time of modification, and need not be writable.
    if (!Arrays.equals(found.array(), wanted)) {
      writeFully(ByteBuffer.wrap(wanted), 0);
    }
  }

  /** The file that was opened must still be the one at its path. */
  void requireInPlace() throws IOException {
    boolean same;
    try {
      same = ExclusiveFile.key(file).equals(key);
    } catch (NoSuchFileException e) {
      same = false;
    }
    if (!same) {
      throw new IOException(
          file
              + ": expected the file that was opened but it was moved, removed or replaced while it"
              + " was written; open it again to go on with what is there now");
    }
  }

  private byte[] unfinished() {
    byte[] text = "unfinished matrix, see the list of its tiles".getBytes(US_ASCII);
    return Arrays.copyOf(text, header.length);
  }

  /** The values of an array that lie {@code step} apart, as bytes of the file. */
  @FunctionalInterface
  interface Source {
    /** Appends {@code count} values from index {@code at} on. */
    void put(ByteBuffer to, int at, int step, int count);

    static Source of(double[] values) {
      return (to, at, step, count) -> {
        for (int i = 0, k = at; i < count; i++, k += step) {
          to.putDouble(requireFinite(values[k], k));
        }
      };
    }

    static Source of(float[] values) {
      return (to, at, step, count) -> {
        for (int i = 0, k = at; i < count; i++, k += step) {
          to.putFloat((float) requireFinite(values[k], k));
        }
      };
    }

    private static double requireFinite(double x, int index) {
      if (!(Math.abs(x) <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "a Gram file expects finite values but got " + x + " at index " + index);
      }
      return x;
    }
  }

  /** The part of a block on and above the diagonal, and its mirror image. */
  void writeBlock(int row, int column, int rows, int columns, Source source, int at, int stride)
      throws IOException {
    ByteBuffer bytes = buffer(Math.max(rows, columns));
    for (int i = 0; i < rows; i++) {
      int skip = Math.max(0, row + i - column);
      if (skip < columns) {
        write(row + i, column + skip, columns - skip, source, at + i * stride + skip, 1, bytes);
      }
    }
    for (int j = 0; j < columns; j++) {
      // Without the value on the diagonal, which is written.
      int count = Math.min(rows, column + j - row);
      if (count > 0) {
        write(column + j, row, count, source, at + j, stride, bytes);
      }
    }
  }

  private void write(
      int row, int column, int count, Source source, int at, int step, ByteBuffer bytes)
      throws IOException {
    int most = bytes.capacity() / grid.item();
    for (int done = 0; done < count; done += most) {
      int n = Math.min(most, count - done);
      bytes.clear();
      source.put(bytes, at + done * step, step, n);
      writeFully(bytes.flip(), grid.position(row, column + done));
    }
  }

  private ByteBuffer buffer(int count) {
    int size = (int) Math.min(CHUNK, (long) count * grid.item());
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** CRC-32C of the bytes of a tile anywhere in the square, as they are in the file. */
  int checksum(int r, int c) throws IOException {
    CRC32C crc = new CRC32C();
    int from = grid.first(c);
    int count = grid.first(c + 1) - from;
    ByteBuffer bytes = buffer(count);
    int most = bytes.capacity() / grid.item();
    for (int row = grid.first(r); row < grid.first(r + 1); row++) {
      for (int done = 0; done < count; done += most) {
        bytes.clear().limit(Math.min(most, count - done) * grid.item());
        readFully(bytes, grid.position(row, from + done));
        crc.update(bytes.flip());
      }
    }
    return (int) crc.getValue();
  }

  void readFully(ByteBuffer to, long position) throws IOException {
    long at = position;
    while (to.hasRemaining()) {
      int got = channel.read(to, at);
      if (got < 0) {
        throw new IOException(file + ": the file became shorter, it ends before byte " + (at + 1));
      }
      at += got;
    }
  }

  void writeFully(ByteBuffer from, long position) throws IOException {
    long at = position;
    try {
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } catch (NonWritableChannelException e) {
      throw new AccessDeniedException(
          file.toString(), null, "the matrix is unfinished and its file may not be written");
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "writing "
              + file
              + " failed at byte "
              + at
              + " of "
              + grid.bytes()
              + "; is the disk full? Finished tiles stay finished: open the file again to go on",
          e);
    }
  }

  /** Asks the system to put everything on the disk. */
  void force() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
