package org.fullrank.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyMatrixTest {
  @TempDir Path folder;

  private Path write(String descr, String fortran, String shape, byte[] values) throws IOException {
    String header =
        "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + "}";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\1\0".getBytes(ISO_8859_1));
    out.write(header.length() & 0xff);
    out.write(header.length() >> 8);
    out.writeBytes(header.getBytes(ISO_8859_1));
    out.writeBytes(values);
    return Files.write(folder.resolve("a.npy"), out.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f8", ">f8", "<f4", ">f4"})
  void readsPiecesOfRows(String descr) throws IOException {
    // Rows longer than the buffer, so that a piece takes several reads.
    int rows = 3;
    int columns = 300_001;
    boolean single = descr.endsWith("4");
    ByteBuffer b = ByteBuffer.allocate(rows * columns * (single ? 4 : 8));
    b.order(descr.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    for (int i = 0; i < rows * columns; i++) {
      double v = i == 7 ? Double.NaN : i == 8 ? -0.0 : 0.1 * i - 3;
      if (single) {
        b.putFloat((float) v);
      } else {
        b.putDouble(v);
      }
    }
    Path file = write(descr, "False", "(3, 300001)", b.array());
    try (NpyMatrix m = NpyMatrix.open(file)) {
      assertThat(m.rows()).isEqualTo(rows);
      assertThat(m.columns()).isEqualTo(columns);
      for (int[] piece : new int[][] {{0, 0, columns}, {2, 5, 299_996}, {1, 17, 1}, {2, 0, 0}}) {
        double[] got = new double[piece[2] + 2];
        m.read(piece[0], piece[1], piece[2], got, 1);
        assertThat(got[0]).isZero();
        assertThat(got[piece[2] + 1]).isZero();
        for (int j = 0; j < piece[2]; j++) {
          int i = piece[0] * columns + piece[1] + j;
          double v = i == 7 ? Double.NaN : i == 8 ? -0.0 : 0.1 * i - 3;
          double expected = single ? (float) v : v;
          if (Double.compare(got[j + 1], expected) != 0) {
            assertThat(got[j + 1]).as("value %d", i).isEqualTo(expected);
          }
        }
      }
      assertThat(m.bytesRead()).isEqualTo((300_001L + 299_996 + 1) * (single ? 4 : 8));
      m.requireUnchanged();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<f8 | True  | (2, 2)     | row-major     | Fortran order",
        "<i8 | False | (2, 2)     | f8 or f4      | i8",
        "<f2 | False | (2, 8)     | f8 or f4      | f2",
        "<f8 | False | (4,)       | two dim       | [4]",
        "<f8 | False | (1, 2, 2)  | two dim       | [1, 2, 2]",
        "<f8 | False | (2, 3)     | bytes for     | truncated",
        "<f8 | False | (1, 2)     | bytes for     | trailing",
        "<f4 | False | (3000000000, 1) | bytes for | truncated",
        "<f4 | False | (1, 999999999999999999) | fewer than 2^59 elements | 999999999999999999",
        "<c8 | False | (2, 2)     | a real type   | <c8",
      })
  void refusesWhatIsNoRowMajorMatrix(
      String descr, String fortran, String shape, String expected, String got) throws IOException {
    Path file = write(descr, fortran, shape, new byte[32]);
    assertThatThrownBy(() -> NpyMatrix.open(file).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.npy")
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void takesShapesThatNpyCannot() throws IOException {
    // 2^31 values: the length of the file is compared before anything is read.
    Path file = write("<f8", "False", "(65536, 32768)", new byte[8]);
    assertThatThrownBy(() -> NpyMatrix.open(file).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 17179869")
        .hasMessageContaining("truncated");
  }

  @Test
  void noticesThatTheFileHasChanged() throws IOException {
    Path file = write("<f8", "False", "(2, 2)", new byte[32]);
    try (NpyMatrix m = NpyMatrix.open(file)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(12_000));
      assertThatThrownBy(m::requireUnchanged)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("changed");
    }
    try (NpyMatrix m = NpyMatrix.open(file)) {
      FileTime time = Files.getLastModifiedTime(file);
      Files.write(file, new byte[1], StandardOpenOption.APPEND);
      Files.setLastModifiedTime(file, time);
      assertThatThrownBy(m::requireUnchanged).hasMessageContaining("changed");
    }
    Path again = write("<f8", "False", "(2, 2)", new byte[32]);
    try (NpyMatrix m = NpyMatrix.open(again)) {
      Files.write(again, new byte[60]);
      assertThatThrownBy(() -> m.read(1, 1, 1, new double[1], 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("shorter");
    }
  }

  @Test
  void refusesIndicesOutside() throws IOException {
    Path file = write("<f8", "False", "(2, 2)", new byte[32]);
    try (NpyMatrix m = NpyMatrix.open(file)) {
      double[] target = new double[2];
      for (int[] bad : new int[][] {{-1, 0, 1, 0}, {2, 0, 1, 0}, {0, 1, 2, 0}, {0, 0, 2, 1}}) {
        assertThatThrownBy(() -> m.read(bad[0], bad[1], bad[2], target, bad[3]))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
    assertThatThrownBy(() -> NpyMatrix.open(folder.resolve("none.npy")).close())
        .isInstanceOf(NoSuchFileException.class);
  }
}
