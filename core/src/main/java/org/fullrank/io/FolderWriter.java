package org.fullrank.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.cancel.CancelledException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes tensors and an index that names them into a folder, such that the folder holds at any time
 * either the former state or the new one, whatever fails and whenever the program is killed.
 *
 * <p>A tensor file is named by its content, so that no file of the former state is written over.
 * {@link #commit} moves the index into place after all tensors; {@link #close} then removes the
 * tensors that only the replaced index named, or, without a commit, the new ones. No other file is
 * ever removed. A file {@code .fullrank.lock} lists the names in question for as long as the writer
 * is open: after a kill the next writer reads the list and tidies up. The same file keeps other
 * writers out, in this program and, on file systems with locks, in others.
 */
public final class FolderWriter implements AutoCloseable {
  private static final String LOCK = ".fullrank.lock";
  private static final String NAME = "[A-Za-z0-9._-]{1,200}-[0-9a-f]{16}\\.npy";
  private static final Pattern QUOTED = Pattern.compile("\"(" + NAME + ")\"");
  private static final int DIGITS = 16;

  private final Path folder;
  private final Path index;
  private final ExclusiveFile lock;

  /** Named by the former index, or written since. */
  private final Set<String> candidates = new LinkedHashSet<>();

  private FolderWriter(Path folder, String index, ExclusiveFile lock) {
    this.folder = folder;
    this.index = folder.resolve(index);
    this.lock = lock;
  }

  /**
   * Begins to write.
   *
   * @param folder made if it is missing
   * @param index name of the file that names the tensors
   * @return the writer; close it
   * @throws IOException if somebody else writes into the folder, or it cannot be written
   */
  public static FolderWriter open(Path folder, String index) throws IOException {
    Files.createDirectories(folder);
    ExclusiveFile lock = ExclusiveFile.tryOpen(folder.resolve(LOCK), false);
    if (lock == null) {
      throw new IOException(
          folder
              + ": expected to be the only one to write into this folder but somebody else writes"
              + " into it at this moment; nothing was changed");
    }
    FolderWriter writer = new FolderWriter(folder, index, lock);
    try {
      writer.candidates.addAll(names(writer.listed()));
      writer.removeUnused();
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Writes a tensor.
   *
   * @param prefix how its name begins: letters, digits, dots, underscores and hyphens
   * @param tensor {@code DOUBLE} or {@code FLOAT}
   * @return the name of the file: the prefix, a hyphen, the first 16 digits of the SHA-256 of the
   *     file, and {@code .npy}
   * @throws IOException if it cannot be written
   * @throws CancelledException if this thread is interrupted before the tensor is written
   */
  public String put(String prefix, INDArray tensor) throws IOException {
    String name = prefix + "-" + Npy.sha256(tensor).substring(0, DIGITS) + ".npy";
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "a tensor file expects a prefix of at most 200 letters, digits and ._- but got '"
              + Texts.printable(prefix)
              + "'");
    }
    note(Set.of(name));
    Npy.write(folder.resolve(name), tensor);
    return name;
  }

  /**
   * Moves the index into place, which makes the new state the valid one.
   *
   * @param text names the tensors, each in double quotes
   * @throws IOException if it cannot be written; the former state is the valid one then
   */
  public void commit(String text) throws IOException {
    note(indexed());
    AtomicFile.write(index, text);
  }

  /** Puts names on the list, before anything happens to their files. */
  private void note(Set<String> names) throws IOException {
    candidates.addAll(names);
    StringBuilder lines = new StringBuilder();
    names.forEach(name -> lines.append('"').append(name).append("\"\n"));
    FileChannel channel = lock.channel();
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(US_ASCII));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, channel.size());
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "writing " + index + " failed and left it as it was: " + e.getMessage(), e);
    }
  }

  /** For the test that an interrupt closes it. */
  FileChannel channel() {
    return lock.channel();
  }

  /** The list, by the channel that holds the lock: closing another one would give the lock up. */
  private byte[] listed() throws IOException {
    return Channels.newInputStream(lock.channel().position(0)).readAllBytes();
  }

  private Set<String> indexed() throws IOException {
    try {
      InputFiles.requireRegular(index);
      return names(Files.readAllBytes(index));
    } catch (NoSuchFileException e) {
      return Set.of();
    }
  }

  /** The names in a file that are of the form of this class, in quotes. */
  private static Set<String> names(byte[] file) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = QUOTED.matcher(new String(file, ISO_8859_1));
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** True if nothing is left to remove. */
  private boolean removeUnused() throws IOException {
    Set<String> used = indexed();
    boolean clean = true;
    for (String name : candidates) {
      if (!used.contains(name)) {
        try {
          Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
          // The state is written all the same; the list stays, for the next writer to try again.
          clean = false;
        }
      }
    }
    return clean;
  }

  /**
   * Tidies up and lets others write. After an interrupt has closed the lock file, somebody else may
   * write already: then nothing is removed, and the next writer tidies up as after a kill.
   */
  @Override
  public void close() throws IOException {
    try (lock) {
      if (lock.channel().isOpen() && removeUnused()) {
        Files.deleteIfExists(lock.path());
      }
    }
  }
}
