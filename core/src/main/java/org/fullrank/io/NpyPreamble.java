package org.fullrank.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * What an {@code .npy} file says before its values.
 *
 * @param header type, order and shape
 * @param dataStart offset of the first value in bytes
 */
record NpyPreamble(NpyHeader header, long dataStart) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 20;

  /** No preamble is longer. */
  static final int MOST_BYTES = 12 + MAX_HEADER;

  /** Where the file ends, if it is as long as it says. */
  long dataEnd() {
    return dataStart + header.count() * header.itemSize();
  }

  /**
   * Reads up to the first value, and compares the size of the file with what is promised.
   *
   * @param maxCount largest number of values, at most {@code 2^60}
   */
  static NpyPreamble read(ReadableByteChannel in, long size, String where, long maxCount)
      throws IOException {
    NpyPreamble preamble = readStart(in, size, where, maxCount);
    long expected = preamble.dataEnd();
    if (size != expected) {
      throw new IllegalArgumentException(
          where
              + ": expected "
              + expected
              + " bytes for shape "
              + Arrays.toString(preamble.header.shape())
              + " of "
              + preamble.header.itemSize()
              + "-byte values but got "
              + size
              + (size < expected ? " (truncated)" : " (trailing bytes)"));
    }
    return preamble;
  }

  /** As {@link #read}, but the file or stream may be longer or shorter than promised. */
  static NpyPreamble readStart(ReadableByteChannel in, long size, String where, long maxCount)
      throws IOException {
    ByteBuffer start = fill(in, 8, size, 0, where);
    byte[] magic = new byte[6];
    start.get(magic);
    int major = start.get();
    int minor = start.get();
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IllegalArgumentException(
          where
              + ": expected an .npy file, which starts with \\x93NUMPY, but got the bytes "
              + Arrays.toString(magic));
    }
    if (major < 1 || major > 3 || minor != 0) {
      throw new IllegalArgumentException(
          where + ": expected npy version 1.0, 2.0 or 3.0 but got " + major + "." + minor);
    }
    int lengthBytes = major == 1 ? 2 : 4;
    ByteBuffer length = fill(in, lengthBytes, size, 8, where);
    long headerLength = major == 1 ? length.getShort() & 0xffffL : length.getInt() & 0xffffffffL;
    if (headerLength > MAX_HEADER) {
      throw new IllegalArgumentException(
          where + ": expected an npy header of at most 1 MiB but got " + headerLength + " bytes");
    }
    byte[] text = new byte[(int) headerLength];
    fill(in, text.length, size, 8 + lengthBytes, where).get(text);
    NpyHeader header = NpyHeader.parse(text, where, maxCount);
    long dataStart = 8 + lengthBytes + headerLength;
    return new NpyPreamble(header, dataStart);
  }

  /** The next bytes of a file of this size, little-endian. */
  static ByteBuffer fill(ReadableByteChannel in, int bytes, long size, long offset, String where)
      throws IOException {
    if (offset + bytes > size) {
      throw new IllegalArgumentException(
          where
              + ": expected at least "
              + (offset + bytes)
              + " bytes but got "
              + size
              + " (truncated)");
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw new IOException(where + ": the file became shorter while it was read");
      }
    }
    return buffer.flip();
  }
}
