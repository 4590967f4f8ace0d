package org.fullrank.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.fullrank.cancel.CancelledException;

/** Checks of files from elsewhere, before they are read and before memory is taken for them. */
final class InputFiles {
  private InputFiles() {}

  /** Refuses folders, pipes, which block, and devices, which may never end. Links are followed. */
  static void requireRegular(Path file) throws IOException {
    require(file, Files.readAttributes(file, BasicFileAttributes.class));
  }

  /** As {@link #requireRegular}, and refuses links, which may lead out of a folder. */
  static void requirePlain(Path file) throws IOException {
    require(file, Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
  }

  private static void require(Path file, BasicFileAttributes found) throws IOException {
    if (!found.isRegularFile()) {
      String got =
          found.isSymbolicLink()
              ? "a symbolic link"
              : found.isDirectory() ? "a folder" : "something else, such as a pipe or a device";
      throw new FileSystemException(
          file.toString(), null, "expected a regular file but got " + got);
    }
  }

  /** An interrupt closes the channel that is in use, such as that of a file that is read. */
  static CancelledException cancelled(String what, ClosedByInterruptException e) {
    return new CancelledException(
        what
            + " was cancelled, since the calling thread is interrupted. It left no result;"
            + " Thread.interrupted() clears the flag before another attempt.",
        e);
  }

  /** Refuses what no array can hold, and what cannot fit the heap even if it were empty. */
  static void requireMemory(long bytes, String where) {
    long most = Runtime.getRuntime().maxMemory();
    if (bytes / Double.BYTES > Integer.MAX_VALUE - 8 || bytes > most) {
      throw new IllegalArgumentException(
          where
              + ": expected content that fits the memory of this JVM, "
              + (most >> 20)
              + " MiB (-Xmx), in arrays of fewer than 2^31 - 8 numbers, but it needs "
              + (bytes >> 20)
              + " MiB");
    }
  }
}
