package org.fullrank.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes a file as a whole: afterwards its path has either all of the new content or what was there
 * before, whatever happens on the way, a kill, a full disk or a loss of power included.
 *
 * <p>The content goes into a new file {@code .fullrank-ID.part} of the same folder, is forced to
 * the disk, and is moved over the old file. Until then the disk holds both. A part that a killed
 * program left is removed when the next file is written into the folder; parts that are being
 * written are locked and stay.
 *
 * <p>The new file gets the permissions of the old one. Of a symbolic link the target is replaced; a
 * hard link to the old file keeps the old content. What is no regular file, such as a pipe or a
 * device, is written to directly.
 */
public final class AtomicFile {
  private static final String PREFIX = ".fullrank-";
  private static final String SUFFIX = ".part";

  /** So that a loop of links ends. */
  private static final int MAX_LINKS = 40;

  private AtomicFile() {}

  /** The content of a file. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all of it.
     *
     * @param out not to be closed
     * @throws IOException if it cannot be written
     */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /**
   * Writes a file, replacing what was there.
   *
   * @param file in an existing folder
   * @param text stored as UTF-8
   * @throws IOException as {@link #write(Path, Content)}
   */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(UTF_8));
  }

  /**
   * Writes a file, replacing what was there.
   *
   * @param file in an existing folder
   * @param bytes its content
   * @throws IOException as {@link #write(Path, Content)}
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(
        file,
        out -> {
          ByteBuffer rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            out.write(rest);
          }
        });
  }

  /**
   * Writes a file, replacing what was there.
   *
   * @param file in an existing folder
   * @param content what to write
   * @throws IOException if it cannot be written; the message names the file, and the file is as it
   *     was before. An interrupt gives a {@link java.nio.channels.ClosedByInterruptException},
   *     which has no message
   */
  public static void write(Path file, Content content) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "expected a file but got a folder");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      writeDirectly(file, content);
      return;
    }
    Path target = followed(file);
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          file.toString(), null, "expected a file in an existing folder but got " + folder);
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw new AccessDeniedException(file.toString(), null, "expected a file that may be written");
    }
    removeLeftParts(folder);
    try (ExclusiveFile part = newPart(folder)) {
      replace(target, part, content);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "writing " + file + " failed and left it as it was: " + e.getMessage(), e);
    }
    force(folder);
  }

  private static void writeDirectly(Path file, Content content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      content.writeTo(channel);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("writing " + file + " failed: " + e.getMessage(), e);
    }
  }

  private static Path followed(Path file) throws IOException {
    Path at = file;
    for (int i = 0; Files.isSymbolicLink(at); i++) {
      if (i == MAX_LINKS) {
        throw new FileSystemException(file.toString(), null, "expected a file but got many links");
      }
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    return at;
  }

  private static ExclusiveFile newPart(Path folder) throws IOException {
    while (true) {
      // Null if another program has just taken it for one that was left.
      ExclusiveFile part =
          ExclusiveFile.tryOpen(folder.resolve(PREFIX + UUID.randomUUID() + SUFFIX), false);
      if (part != null) {
        return part;
      }
    }
  }

  private static void replace(Path target, ExclusiveFile part, Content content) throws IOException {
    boolean moved = false;
    try {
      content.writeTo(part.channel());
      part.channel().force(true);
      if (Files.exists(target)) {
        keepPermissions(target, part.path());
      }
      Files.move(part.path(), target, StandardCopyOption.ATOMIC_MOVE);
      moved = true;
    } finally {
      if (!moved) {
        Files.deleteIfExists(part.path());
      }
    }
  }

  private static void keepPermissions(Path from, Path to) throws IOException {
    try {
      Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
    } catch (UnsupportedOperationException e) {
      // Other systems let a new file inherit from its folder.
    }
  }

  private static void removeLeftParts(Path folder) {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path path : parts) {
        try (ExclusiveFile part = ExclusiveFile.tryOpen(path, true)) {
          if (part != null) {
            Files.deleteIfExists(path);
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // What cannot be tidied up does not keep the new file from being written.
    }
  }

  /**
   * Asks the system to put the names of a folder on the disk, where the system can.
   *
   * @param folder an existing folder
   * @throws IOException if the disk fails
   */
  static void force(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return; // not every system opens folders
    }
    try (channel) {
      channel.force(true);
    }
  }
}
