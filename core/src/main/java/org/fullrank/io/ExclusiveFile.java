package org.fullrank.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open file that has one holder at a time, in this program and in all others that ask in this
 * way. A kill of the holder ends the hold.
 *
 * <p>Other programs are kept out by a lock of the system. On POSIX systems such a lock belongs to
 * the process, and the closing of any other channel to the same file gives it up. For that reason a
 * list of the files held in this program is asked before a channel is opened. Code that reads a
 * held file by other means in the same program still gives up the lock against other programs;
 * nothing in Java can prevent that.
 */
final class ExclusiveFile implements AutoCloseable {
  /** Real paths and keys of the files held in this program. */
  private static final Set<Object> HELD = new HashSet<>();

  private final Path path;
  private final FileChannel channel;
  private final Path realPath;
  private final Object key;
  private boolean closed;

  private ExclusiveFile(Path path, FileChannel channel, Path realPath, Object key) {
    this.path = path;
    this.channel = channel;
    this.realPath = realPath;
    this.key = key;
  }

  /**
   * Opens a file, or creates it empty, and holds it. The channel reads and writes, or only reads if
   * the file may not be written.
   *
   * @param purpose completes "expected to be the only one to" in the message
   * @throws IOException if the file cannot be opened, is held already, or the file system has no
   *     locks
   */
  static ExclusiveFile open(Path path, String purpose) throws IOException {
    ExclusiveFile file = tryOpen(path, true);
    if (file == null) {
      throw new IOException(
          path + ": expected to be the only one to " + purpose + " but it is open already");
    }
    return file;
  }

  /**
   * As {@link #open}, or null if it is held already.
   *
   * @param needsLock whether a file system without locks is an error
   */
  static @Nullable ExclusiveFile tryOpen(Path path, boolean needsLock) throws IOException {
    synchronized (HELD) {
      if (!Files.exists(path)) {
        // Nobody can hold what does not exist, so that closing this channel gives up no lock.
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      }
      try {
        InputFiles.requireRegular(path);
        return hold(path, needsLock);
      } catch (NoSuchFileException removed) {
        // Its holder had it until now.
        return null;
      }
    }
  }

  private static @Nullable ExclusiveFile hold(Path path, boolean needsLock) throws IOException {
    Path realPath = path.toRealPath();
    Object key = key(path);
    if (HELD.contains(realPath) || HELD.contains(key)) {
      return null;
    }
    boolean writable = Files.isWritable(path);
    FileChannel channel =
        writable
            ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : FileChannel.open(path, StandardOpenOption.READ);
    boolean held = false;
    try {
      // Between the opening and the lock another program may have removed or replaced the file.
      held = lock(channel, !writable, needsLock) && key.equals(key(path));
    } finally {
      if (!held) {
        channel.close();
      }
    }
    if (!held) {
      return null;
    }
    HELD.add(realPath);
    HELD.add(key);
    return new ExclusiveFile(path, channel, realPath, key);
  }

  private static boolean lock(FileChannel channel, boolean shared, boolean needsLock)
      throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      if (needsLock) {
        throw e;
      }
      return true;
    }
  }

  /** What tells files apart: the key of the file system, or the real path where it has none. */
  static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  /** The path that was opened. */
  Path path() {
    return path;
  }

  /** The open channel, which {@link #close} closes. */
  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (!closed) {
        closed = true;
        try {
          channel.close();
        } finally {
          HELD.remove(realPath);
          HELD.remove(key);
        }
      }
    }
  }
}
