package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExclusiveFileTest {
  @TempDir Path folder;

  /** Another program that tries to lock a file. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
        System.out.println(channel.tryLock() == null ? "refused" : "locked");
      }
    }
  }

  /** What another program gets that tries to lock the file. */
  static String other(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** By its path, a relative one, a symbolic link and a hard link: nothing frees the lock. */
  @Test
  void refusalsDoNotFreeTheLock() throws IOException {
    Path file = folder.resolve("a");
    Path link = folder.resolve("symbolic");
    Path hard = folder.resolve("hard");
    try (ExclusiveFile held = ExclusiveFile.open(file, "test")) {
      Files.createSymbolicLink(link, file);
      Files.createLink(hard, file);
      Path dotted = folder.resolve("../" + folder.getFileName() + "/./a");
      for (Path path : new Path[] {file, dotted, link, hard}) {
        assertThatThrownBy(() -> ExclusiveFile.open(path, "test"))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("expected to be the only one to test but it is open already");
      }
      assertThat(other(file)).isEqualTo("refused");
      assertThat(held.channel().isOpen()).isTrue();
    }
    assertThat(other(file)).isEqualTo("locked");
    ExclusiveFile.open(hard, "test").close();
  }

  @Test
  void closingTwiceDoesNotFreeTheNextHold() throws IOException {
    Path file = folder.resolve("a");
    ExclusiveFile first = ExclusiveFile.open(file, "test");
    first.close();
    try (ExclusiveFile second = ExclusiveFile.open(file, "test")) {
      first.close();
      assertThatThrownBy(() -> ExclusiveFile.open(file, "test")).isInstanceOf(IOException.class);
      assertThat(second.path()).isEqualTo(file);
    }
  }

  @Test
  void wantsARegularFile() {
    assertThatThrownBy(() -> ExclusiveFile.open(folder, "test"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a regular file");
    assertThatThrownBy(() -> ExclusiveFile.open(folder.resolve("no/a"), "test"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no");
  }
}
