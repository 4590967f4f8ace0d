package org.fullrank.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Whose file it is: other identities, foreign files, other writers. */
class SymmetricNpyFileOwnerTest extends SymmetricNpyFiles {
  @Test
  void saysWhatDiffers() throws IOException {
    open(DataType.DOUBLE, 6, 2).close();
    byte[] before = Files.readAllBytes(file());
    String[][] cases = {
      {"DOUBLE", "7", "2", IDENTITY, "shape 7 7", "shape 6 6"},
      {"FLOAT", "6", "2", IDENTITY, "type <f4", "type <f8"},
      {"DOUBLE", "6", "3", IDENTITY, "tile 3", "tile 2"},
      {"DOUBLE", "6", "2", "other data", "identity other data", "identity " + IDENTITY},
      {"DOUBLE", "6", "2", IDENTITY + "x", IDENTITY + "x'", IDENTITY + "'"},
      {"DOUBLE", "6", "2", "n", "identity n'", IDENTITY},
    };
    for (String[] c : cases) {
      assertThatThrownBy(
              () ->
                  SymmetricNpyFile.open(
                          file(),
                          DataType.valueOf(c[0]),
                          Integer.parseInt(c[1]),
                          Integer.parseInt(c[2]),
                          c[3],
                          (done, total) -> {})
                      .close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gram.npy.tiles")
          .hasMessageContaining(c[4])
          .hasMessageContaining(c[5])
          .hasMessageContaining("remove");
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  @Test
  void leavesForeignFilesAlone() throws IOException {
    byte[] foreign = atOnce(DataType.DOUBLE, 6);
    Files.write(file(), foreign);
    for (int k : new int[] {-1, 0, 10}) {
      if (k >= 0) {
        Files.write(list(), Arrays.copyOf("fullrank symmetric".getBytes(US_ASCII), k));
      }
      assertThatThrownBy(() -> open(DataType.DOUBLE, 6, 2).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not overwritten");
      assertThat(Files.exists(list())).isEqualTo(k >= 0);
      assertThat(Files.readAllBytes(file())).isEqualTo(foreign);
    }
    Files.delete(file());
    Files.delete(list());
    open(DataType.DOUBLE, 6, 2).close();
    byte[] longer = Arrays.copyOf(Files.readAllBytes(file()), foreign.length + 1);
    for (byte[] other : new byte[][] {longer, Arrays.copyOf(longer, foreign.length - 1)}) {
      Files.write(file(), other);
      assertThatThrownBy(() -> open(DataType.DOUBLE, 6, 2).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(foreign.length + " bytes")
          .hasMessageContaining(other.length + " bytes");
      assertThat(Files.readAllBytes(file())).isEqualTo(other);
    }
    Files.write(list(), "something else".getBytes(US_ASCII));
    assertThatThrownBy(() -> open(DataType.DOUBLE, 6, 2).close())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Files.readString(list())).isEqualTo("something else");
  }

  @Test
  void isFilledByOneAtATime() throws IOException {
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      assertThatThrownBy(() -> open(DataType.DOUBLE, 6, 2).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("open already");
      fill(f, DataType.DOUBLE, 6, 2);
      Npy.read(file()).close();
      // On POSIX systems the refused opening gives the lock up, unless it opens nothing; so does a
      // reader of the matrix that opens the list.
      assertThat(ExclusiveFileTest.other(list())).isEqualTo("refused");
    }
    open(DataType.DOUBLE, 6, 2).close();
  }

  @Test
  void leavesACompleteFileAsItIs() throws IOException {
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      fill(f, DataType.DOUBLE, 6, 2);
    }
    FileTime past = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(file(), past);
    Files.setLastModifiedTime(list(), past);
    // As root every file may be written; what counts there is that nothing is.
    assertThat(file().toFile().setWritable(false)).isTrue();
    assertThat(list().toFile().setWritable(false)).isTrue();
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      assertThat(f.isComplete()).isTrue();
    }
    assertThat(Files.getLastModifiedTime(file())).isEqualTo(past);
    assertThat(Files.getLastModifiedTime(list())).isEqualTo(past);
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(DataType.DOUBLE, 6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"removed", "replaced", "moved"})
  void noticesThatItsFileIsGone(String what) throws IOException {
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      List<int[]> tiles = missing(f);
      int[] last = tiles.remove(tiles.size() - 1);
      for (int[] t : tiles) {
        write(f, DataType.DOUBLE, 6, 2, t[0], t[1]);
        f.finish(t[0], t[1]);
      }
      write(f, DataType.DOUBLE, 6, 2, last[0], last[1]);
      if (what.equals("moved")) {
        Files.move(file(), folder.resolve("moved.npy"));
      } else {
        byte[] bytes = Files.readAllBytes(file());
        Files.delete(file());
        if (what.equals("replaced")) {
          // Not at the place of the removed one, which may be used again.
          Files.write(folder.resolve("other"), bytes);
          Files.move(folder.resolve("other"), file());
        }
      }
      assertThatThrownBy(() -> f.finish(last[0], last[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("gram.npy")
          .hasMessageContaining("moved, removed or replaced");
      assertThat(f.isComplete()).isFalse();
    }
  }
}
