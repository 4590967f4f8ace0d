package org.fullrank.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The list of finished tiles beside a {@link SymmetricNpyFile}: a few lines that say which matrix
 * it is about, then one record of {@link #RECORD} bytes per tile.
 *
 * <p>A record is five hexadecimal numbers of eight digits: row and column of the tile, the CRC-32C
 * of its bytes and of those of its mirror image, and the CRC-32C of the 35 characters before. A
 * record that does not fit its own checksum is not there; what follows the last whole record, which
 * is what a kill leaves, is cut off. Of two records for a tile the later one counts.
 *
 * <p>The file is held as an {@link ExclusiveFile} as long as it is open, so that nobody else fills
 * the same matrix, in this program or in another.
 */
final class TileManifest implements AutoCloseable {
  static final int RECORD = 45;

  private static final int CHECKED = RECORD - 9 - 1;
  private static final int BATCH = 4096;

  private final ExclusiveFile list;
  private final FileChannel channel;
  private final int first;
  private long end;

  private TileManifest(ExclusiveFile list, int first, long end) {
    this.list = list;
    this.channel = list.channel();
    this.first = first;
    this.end = end;
  }

  /** Receives a record. */
  @FunctionalInterface
  interface Reader {
    void take(int row, int column, int crc, int mirrorCrc);
  }

  /**
   * Opens or creates a manifest, and locks it.
   *
   * @param expected whole lines, how it begins
   * @param file what it is about: made after these lines, so without them it is somebody else's
   * @throws IllegalArgumentException if it begins with other lines, or {@code file} is foreign
   * @throws IOException if it cannot be read or written, or is open already
   */
  static TileManifest open(Path path, byte[] expected, Path file) throws IOException {
    if (Files.exists(file) && !Files.exists(path)) {
      throw foreign(path, file);
    }
    ExclusiveFile list = ExclusiveFile.open(path, "fill this matrix");
    try {
      FileChannel channel = list.channel();
      // Room to show the lines of another header.
      ByteBuffer start = ByteBuffer.allocate(expected.length + 8192);
      readFully(channel, start, 0);
      byte[] found = Arrays.copyOf(start.array(), start.position());
      if (found.length >= expected.length
          && Arrays.equals(found, 0, expected.length, expected, 0, expected.length)) {
        long records = (channel.size() - expected.length) / RECORD;
        long end = expected.length + records * RECORD;
        if (end < channel.size() && Files.isWritable(path)) {
          channel.truncate(end);
        }
        return new TileManifest(list, expected.length, end);
      }
      if (!Arrays.equals(
          found, 0, found.length, expected, 0, Math.min(found.length, expected.length))) {
        throw differs(path, new String(expected, UTF_8), new String(found, UTF_8));
      }
      if (Files.exists(file)) {
        throw foreign(path, file);
      }
      // New, or its creator was killed while it wrote these lines.
      writeFully(channel, ByteBuffer.wrap(expected), 0);
      return new TileManifest(list, expected.length, expected.length);
    } catch (IOException | RuntimeException | Error e) {
      list.close();
      throw e;
    }
  }

  private static IllegalArgumentException foreign(Path path, Path file) {
    return new IllegalArgumentException(
        file
            + ": expected no file, or one with its list of tiles "
            + path.getFileName()
            + ", but got another file, which is not overwritten");
  }

  private static IllegalArgumentException differs(Path path, String expected, String found) {
    String[] want = expected.split("\n", -1);
    String[] got = found.split("\n", want.length);
    StringBuilder s = new StringBuilder();
    for (int i = 0; i + 1 < want.length; i++) {
      String line = i < got.length ? got[i] : "";
      if (!line.equals(want[i])) {
        s.append(s.isEmpty() ? "" : "; ")
            .append("expected '")
            .append(want[i])
            .append("' but got '");
        s.append(line.replaceAll("\\P{Print}", "?")).append("'");
      }
    }
    return new IllegalArgumentException(
        path + ": " + s + "; to begin anew, remove this file and the one it is about");
  }

  /** Gives all sound records to {@code reader}, in the order they were written. */
  void read(Reader reader) throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(RECORD * BATCH);
    for (long at = first; at < end; at += batch.capacity()) {
      batch.clear().limit((int) Math.min(batch.capacity(), end - at));
      readFully(channel, batch, at);
      for (int i = 0; i + RECORD <= batch.position(); i += RECORD) {
        record(new String(batch.array(), i, RECORD, US_ASCII), reader);
      }
    }
  }

  private static void record(String line, Reader reader) {
    String[] fields = line.split(" ", -1);
    int[] numbers = new int[5];
    if (fields.length != numbers.length || !line.endsWith("\n")) {
      return;
    }
    fields[4] = fields[4].substring(0, fields[4].length() - 1);
    for (int i = 0; i < numbers.length; i++) {
      if (!fields[i].matches("[0-9a-f]{8}")) {
        return;
      }
      numbers[i] = Integer.parseUnsignedInt(fields[i], 16);
    }
    if (numbers[4] == crc(line.substring(0, CHECKED))) {
      reader.take(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
  }

  /** Adds a record with one write. One thread at a time. */
  void append(int row, int column, int crc, int mirrorCrc) throws IOException {
    String text = hex(row) + " " + hex(column) + " " + hex(crc) + " " + hex(mirrorCrc);
    String line = text + " " + hex(crc(text)) + "\n";
    // The position moves on only after success: the next record replaces half a one.
    try {
      writeFully(channel, ByteBuffer.wrap(line.getBytes(US_ASCII)), end);
    } catch (NonWritableChannelException e) {
      throw new AccessDeniedException(
          list.path().toString(), null, "the matrix is unfinished and its list may not be written");
    }
    end += RECORD;
  }

  private static String hex(int x) {
    String digits = Integer.toHexString(x);
    return "0".repeat(8 - digits.length()) + digits;
  }

  private static int crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(US_ASCII));
    return (int) crc.getValue();
  }

  private static void readFully(FileChannel channel, ByteBuffer to, long position)
      throws IOException {
    long at = position;
    while (to.hasRemaining()) {
      int got = channel.read(to, at);
      if (got < 0) {
        return;
      }
      at += got;
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer from, long position)
      throws IOException {
    long at = position;
    while (from.hasRemaining()) {
      at += channel.write(from, at);
    }
  }

  @Override
  public void close() throws IOException {
    list.close();
  }
}
