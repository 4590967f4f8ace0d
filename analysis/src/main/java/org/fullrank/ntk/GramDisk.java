package org.fullrank.ntk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The room on a disk and its speed.
 *
 * @param secondsPerByte to write a byte and to read it back; 0 if there was no room to try
 * @param room free bytes, with those of a file that is to be overwritten
 */
record GramDisk(double secondsPerByte, long room) {
  /** Bytes of a file before its numbers. */
  static final long HEADER = 128;

  static final GramDisk NONE = new GramDisk(0, Long.MAX_VALUE);

  /** A probe takes at most this, and this part of the room. */
  private static final int PROBE = 32 << 20;

  private static final int PART = 8;
  private static final int BLOCK = 1 << 16;

  /** Of the folder of a file, which may be there already. */
  static GramDisk of(Path file) throws IOException {
    Path folder = folder(file);
    long room = Files.getFileStore(folder).getUsableSpace();
    long probe = Math.min(PROBE, room / PART / BLOCK * BLOCK);
    double seconds = probe == 0 ? 0 : secondsPerByte(folder, probe);
    return new GramDisk(seconds, room + (Files.isRegularFile(file) ? Files.size(file) : 0));
  }

  /** Why a file of that size cannot be written, and what to do; empty if it can. */
  String refusal(long bytes) {
    return bytes <= room
        ? ""
        : "The folder has room for "
            + GramPlan.mebibytes(room)
            + ": free some, or choose another disk. ";
  }

  static Path folder(Path file) throws NoSuchFileException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          file.toString(), null, "expected a file in an existing folder but got " + folder);
    }
    return folder;
  }

  /** Others may fill the disk meanwhile: then there is no speed, but still a plan. */
  private static double secondsPerByte(Path folder, long bytes) throws IOException {
    Path probe;
    try {
      probe = Files.createTempFile(folder, "fullrank", ".probe");
    } catch (AccessDeniedException e) {
      throw new IOException("cannot write into the folder " + folder, e);
    }
    try (FileChannel channel =
        FileChannel.open(
            probe,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
      new SplittableRandom(1).nextBytes(buffer.array());
      long start = System.nanoTime();
      for (long at = 0; at < bytes; at += BLOCK) {
        buffer.clear();
        try {
          channel.write(buffer, at);
        } catch (IOException e) {
          return 0;
        }
      }
      for (long at = 0; at < bytes; at += BLOCK) {
        buffer.clear();
        channel.read(buffer, at);
      }
      return (System.nanoTime() - start) * 1e-9 / bytes;
    }
  }
}
