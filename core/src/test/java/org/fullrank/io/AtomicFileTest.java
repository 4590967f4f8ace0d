package org.fullrank.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class AtomicFileTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static void half(java.nio.channels.WritableByteChannel out) throws IOException {
    out.write(ByteBuffer.wrap("new, but only".getBytes(US_ASCII)));
  }

  @Test
  void replacesAsAWhole() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, "one, and much longer than what follows");
    AtomicFile.write(file, "two");
    assertThat(file).hasContent("two");
    assertThat(names()).containsExactly("a.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "program", "memory"})
  void keepsTheOldFileWhateverFails(String what) throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, "old");
    AtomicFile.Content failing =
        out -> {
          half(out);
          assertThat(file).hasContent("old");
          switch (what) {
            case "disk" -> throw new IOException("No space left on device");
            case "program" -> throw new UncheckedIOException(new IOException("a bug"));
            default -> throw new OutOfMemoryError("Java heap space");
          }
        };
    assertThatThrownBy(() -> AtomicFile.write(file, failing))
        .satisfies(
            e -> {
              if (what.equals("disk")) {
                assertThat(e)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("No space left on device");
              }
            });
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  /** A device that is always full: the error of the system is passed on with the name. */
  @Test
  void namesTheFileOnAFullDisk() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full) && Files.isWritable(full));
    Path link = Files.createSymbolicLink(folder.resolve("m.npy"), full);
    assertThatThrownBy(() -> Npy.write(link, Tensors.filled(DataType.DOUBLE, 1, 3)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("m.npy")
        .hasMessageContaining("No space left");
    assertThat(Files.isRegularFile(full)).isFalse();
  }

  /** A part without a holder is what a kill leaves; one that is being written stays. */
  @Test
  void tidiesUpWhatAKillLeft() throws IOException {
    Path left = Files.writeString(folder.resolve(".fullrank-1234.part"), "half of a file");
    Path other = Files.writeString(folder.resolve("fullrank-1234.part"), "somebody else's");
    AtomicFile.write(
        folder.resolve("outer.txt"),
        out -> {
          half(out);
          AtomicFile.write(folder.resolve("inner.txt"), "inner");
          // On POSIX systems the tidying up gives the lock up if it opens this part.
          String part = names().get(0);
          assertThat(part).matches("\\.fullrank-.{36}\\.part");
          assertThat(ExclusiveFileTest.other(folder.resolve(part))).isEqualTo("refused");
          out.write(ByteBuffer.wrap(" a part".getBytes(US_ASCII)));
        });
    assertThat(left).doesNotExist();
    assertThat(other).exists();
    assertThat(folder.resolve("outer.txt")).hasContent("new, but only a part");
    assertThat(names()).containsExactly("fullrank-1234.part", "inner.txt", "outer.txt");
  }

  @Test
  void keepsPermissionsAndLinks() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a.txt"));
    AtomicFile.write(link, "new");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    assertThatThrownBy(() -> AtomicFile.write(loop, "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("loop");
  }

  @Test
  void writesIntoAPipe() throws Exception {
    Path pipe = pipe(folder.resolve("pipe"));
    CompletableFuture<String> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    AtomicFile.write(pipe, "through");
    assertThat(reader.get()).isEqualTo("through");
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  static Path pipe(Path path) throws Exception {
    boolean made;
    try {
      made = new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      made = false;
    }
    assumeTrue(made, "this system has no mkfifo");
    return path;
  }

  @Test
  void refusesFoldersAndMissingFolders() {
    assertThatThrownBy(() -> AtomicFile.write(folder, "x"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("a folder");
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/a.txt"), "x"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("a.txt");
    assertThat(folder).isEmptyDirectory();
  }
}
