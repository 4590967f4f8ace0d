package org.fullrank.io;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.fullrank.cancel.CancelledException;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * NumPy's {@code .npy} files.
 *
 * <p>Use this class and not ND4J's reader and writer: those return wrong values without an error
 * for Fortran order and for views, and big-endian files end the JVM (measured with 1.0.0-M2.1).
 *
 * <p><b>Reading</b> takes header versions 1 to 3, both byte orders and both index orders. {@code
 * f4} becomes {@code FLOAT} and {@code f8} {@code DOUBLE}, bit for bit, NaN and infinities
 * included; {@code f2}, {@code i1} to {@code i8}, {@code u1} to {@code u8} and {@code b1} become
 * {@code DOUBLE}, exactly: an integer beyond 2^53 in size is refused rather than rounded. A 0-d
 * array becomes {@code [1]}. Nothing is allocated for the values before the length of the file was
 * found to be what the header promises.
 *
 * <p><b>Writing</b> emits version 1.0, row-major, little-endian {@code <f8} or {@code <f4}, the
 * same bytes as {@code numpy.save} for a C-order array; views, transposes and Fortran order come
 * out right.
 *
 * <p>Both need about one Java array of doubles of the same length besides the tensor.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The
 *     format</a>
 */
public final class Npy {
  private static final int CHUNK = 1 << 18;

  private Npy() {}

  /**
   * Reads a file.
   *
   * @param file an {@code .npy} file, a regular one
   * @return a new row-major array, {@code FLOAT} for {@code f4} and {@code DOUBLE} otherwise
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the content is not an array as described above, or has more
   *     values than the memory of this JVM can hold; the message says what was expected, what was
   *     found, and where
   */
  public static INDArray read(Path file) throws IOException {
    InputFiles.requireRegular(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(channel, channel.size(), file.toString());
    } catch (ClosedByInterruptException e) {
      throw InputFiles.cancelled("Reading " + file, e);
    }
  }

  /**
   * The shape of the array in a file, from the header and the length of the file alone.
   *
   * @param file an {@code .npy} file, a regular one
   * @return the dimensions of the array that {@link #read(Path)} gives
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if header and length are not those of such a file
   */
  public static long[] shape(Path file) throws IOException {
    InputFiles.requireRegular(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return NpyPreamble.read(channel, channel.size(), file.toString(), Integer.MAX_VALUE)
          .header()
          .shape();
    } catch (ClosedByInterruptException e) {
      throw InputFiles.cancelled("Reading " + file, e);
    }
  }

  /**
   * Reads a stream to its end, such as a class path resource or the entry of an archive. The stream
   * is held in memory, at most 2 GiB.
   *
   * @param in the bytes of one {@code .npy} file; not closed
   * @param where name of the stream for error messages
   * @return as {@link #read(Path)}
   * @throws IOException if the stream cannot be read
   * @throws IllegalArgumentException as {@link #read(Path)}
   */
  public static INDArray read(InputStream in, String where) throws IOException {
    // Enough for every header, which says how much more is worth reading.
    byte[] start = in.readNBytes(NpyPreamble.MOST_BYTES);
    byte[] more = new byte[0];
    if (start.length == NpyPreamble.MOST_BYTES) {
      long end =
          NpyPreamble.readStart(channel(start), start.length, where, Integer.MAX_VALUE).dataEnd();
      InputFiles.requireMemory(end, where);
      // One byte more than promised, to notice that there are trailing ones.
      more = in.readNBytes((int) Math.max(1, end + 1 - start.length));
    }
    InputStream all =
        new SequenceInputStream(new ByteArrayInputStream(start), new ByteArrayInputStream(more));
    return read(Channels.newChannel(all), (long) start.length + more.length, where);
  }

  private static ReadableByteChannel channel(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }

  private static INDArray read(ReadableByteChannel in, long size, String where) throws IOException {
    NpyPreamble preamble = NpyPreamble.read(in, size, where, Integer.MAX_VALUE);
    NpyHeader header = preamble.header();
    InputFiles.requireMemory(header.count() * Double.BYTES, where);
    double[] values = values(in, header, size, preamble.dataStart(), where);
    boolean single = header.kind() == 'f' && header.itemSize() == 4;
    return Tensors.of(
        single ? DataType.FLOAT : DataType.DOUBLE,
        header.fortran() ? NpyValues.rowMajor(values, header.shape()) : values,
        header.shape());
  }

  private static double[] values(
      ReadableByteChannel in, NpyHeader header, long size, long dataStart, String where)
      throws IOException {
    double[] values = new double[(int) header.count()];
    int item = header.itemSize();
    int perChunk = CHUNK / item;
    for (int first = 0; first < values.length; first += perChunk) {
      int n = Math.min(perChunk, values.length - first);
      ByteBuffer chunk =
          NpyPreamble.fill(in, n * item, size, dataStart + (long) first * item, where);
      chunk.order(header.order());
      if (header.kind() == 'f' && item == 8) {
        chunk.asDoubleBuffer().get(values, first, n);
      } else {
        for (int i = 0; i < n; i++) {
          values[first + i] = NpyValues.next(chunk, header, first + i, where);
        }
      }
    }
    return values;
  }

  /**
   * Writes a file, replacing what was there as a whole, see {@link AtomicFile}.
   *
   * @param file the file
   * @param array {@code DOUBLE} or {@code FLOAT}, of any order, stride and offset
   * @throws IOException if the file cannot be written; it is as it was before then
   * @throws IllegalArgumentException if the array is empty or of another type; no file is made then
   */
  public static void write(Path file, INDArray array) throws IOException {
    requireWritable(array, file.toString());
    AtomicFile.write(file, out -> write(out, array));
  }

  /**
   * The SHA-256 of the bytes that {@link #write(Path, INDArray)} writes, for names and sums.
   *
   * @param array as in {@link #write(Path, INDArray)}
   * @return 64 hexadecimal digits
   * @throws IllegalArgumentException if the array is empty or of another type
   * @throws CancelledException if this thread is interrupted; its flag stays set
   */
  public static String sha256(INDArray array) {
    requireWritable(array, "npy sum");
    MessageDigest digest = TensorFiles.newSha256();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      write(out, array);
    } catch (ClosedByInterruptException e) {
      throw InputFiles.cancelled("The sum of an array", e);
    } catch (IOException e) {
      throw new UncheckedIOException("a stream to nowhere does not fail", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Writes to a stream.
   *
   * @param out receives the bytes of one {@code .npy} file; not closed
   * @param array as in {@link #write(Path, INDArray)}
   * @throws IOException if the stream cannot be written
   * @throws IllegalArgumentException if the array is empty or of another type
   */
  public static void write(OutputStream out, INDArray array) throws IOException {
    requireWritable(array, "npy stream");
    write(Channels.newChannel(out), array);
    out.flush();
  }

  private static void requireWritable(INDArray array, String where) {
    TensorChecks.requireOpen(where, array);
    if (array.isEmpty()) {
      throw new IllegalArgumentException(where + ": expected values but got an empty array");
    }
    TensorChecks.requireReal(where, array.dataType());
  }

  private static void write(WritableByteChannel out, INDArray array) throws IOException {
    boolean single = array.dataType() == DataType.FLOAT;
    writeAll(out, ByteBuffer.wrap(NpyHeader.encode(single ? "<f4" : "<f8", array.shape())));
    double[] values = Tensors.toDoubles(array);
    int item = single ? 4 : 8;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int first = 0; first < values.length; first += CHUNK / item) {
      int n = Math.min(CHUNK / item, values.length - first);
      chunk.clear();
      if (single) {
        for (int i = 0; i < n; i++) {
          chunk.putFloat((float) values[first + i]);
        }
        chunk.flip();
      } else {
        chunk.asDoubleBuffer().put(values, first, n);
        chunk.limit(n * 8);
      }
      writeAll(out, chunk);
    }
  }

  private static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
