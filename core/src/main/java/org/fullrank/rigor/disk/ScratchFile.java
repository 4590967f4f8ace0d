package org.fullrank.rigor.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.fullrank.rigor.kernel.Tiles;

/**
 * The factor on disk, in slabs of {@link Tiles#DEPTH} columns one after the other; a slab is its
 * rows from the diagonal down, whole rows, in the byte order of the machine.
 *
 * <p>The file is created with a name of its own, readable by its owner only. Where the system can
 * (Linux, macOS) it is removed from the folder at once, so that not even a killed process leaves it
 * behind; elsewhere when it is closed. One thread at a time.
 */
final class ScratchFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final int order;
  private long bytesRead;
  private long bytesWritten;

  private ScratchFile(Path path, FileChannel channel, int order) {
    this.path = path;
    this.channel = channel;
    this.order = order;
    int size = (int) Math.min(TiledPlan.BUFFER_BYTES, bytes(order));
    buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  /**
   * A new file in {@code folder}.
   *
   * @throws IOException if it cannot be made, or if the disk has less room than the factor needs
   */
  static ScratchFile create(Path folder, int order) throws IOException {
    long needed = bytes(order);
    long room = Files.getFileStore(folder).getUsableSpace();
    if (room < needed) {
      throw new IOException(
          "the scratch file of order "
              + order
              + " expects "
              + needed
              + " free bytes in "
              + folder
              + " but there are "
              + room);
    }
    Path path = folder.resolve("fullrank-" + UUID.randomUUID() + ".scratch");
    // Made and opened in one step: there is no moment at which a kill leaves a closed file behind.
    return new ScratchFile(
        path,
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE),
            ownerOnly(folder)),
        order);
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) throws IOException {
    return Files.getFileStore(folder).supportsFileAttributeView("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Bytes of the slabs of a factor. */
  static long bytes(int order) {
    return slabStart(order, order);
  }

  /** Where the slab with first column {@code k0} starts; or the end, for {@code k0 = order}. */
  private static long slabStart(int order, int k0) {
    int depth = Tiles.DEPTH;
    long slabs = k0 / depth;
    // Slabs of whole depth: sum of (order - k0) depth over the earlier ones.
    long doubles = depth * (slabs * order - depth * (slabs * (slabs - 1) / 2));
    long rest = k0 - slabs * depth;
    return 8 * (doubles + rest * rest);
  }

  /** Writes rows {@code first <= i < end} of the slab at {@code k0} from {@code rows[i - base]}. */
  void write(int k0, int first, int end, double[][] rows, int base) throws IOException {
    int depth = Math.min(Tiles.DEPTH, order - k0);
    long position = slabStart(order, k0) + 8L * (first - k0) * depth;
    int batch = buffer.capacity() / (8 * depth);
    for (int i = first; i < end; i += batch) {
      int count = Math.min(batch, end - i);
      buffer.clear();
      DoubleBuffer doubles = buffer.asDoubleBuffer();
      for (int r = 0; r < count; r++) {
        doubles.put(rows[i + r - base], 0, depth);
      }
      buffer.limit(8 * count * depth);
      try {
        while (buffer.hasRemaining()) {
          position += channel.write(buffer, position);
        }
      } catch (IOException e) {
        throw new IOException(
            "writing the scratch file "
                + path
                + " failed at byte "
                + position
                + " of "
                + bytes(order)
                + "; is the disk full?",
            e);
      }
      bytesWritten += buffer.limit();
    }
  }

  /** Reads rows {@code first <= i < end} of the slab at {@code k0} into {@code rows[i - base]}. */
  void read(int k0, int first, int end, double[][] rows, int base) throws IOException {
    int depth = Math.min(Tiles.DEPTH, order - k0);
    long position = slabStart(order, k0) + 8L * (first - k0) * depth;
    int batch = buffer.capacity() / (8 * depth);
    for (int i = first; i < end; i += batch) {
      int count = Math.min(batch, end - i);
      buffer.clear().limit(8 * count * depth);
      while (buffer.hasRemaining()) {
        int got = channel.read(buffer, position);
        if (got < 0) {
          throw new EOFException(
              "the scratch file "
                  + path
                  + " ends at byte "
                  + position
                  + " but more was written: somebody has truncated it");
        }
        position += got;
      }
      bytesRead += buffer.limit();
      buffer.flip();
      DoubleBuffer doubles = buffer.asDoubleBuffer();
      for (int r = 0; r < count; r++) {
        doubles.get(rows[i + r - base], 0, depth);
      }
    }
  }

  long bytesRead() {
    return bytesRead;
  }

  long bytesWritten() {
    return bytesWritten;
  }

  /** For the test that somebody truncates it. */
  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
