package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The bytes of the matrix, and arguments. */
class SymmetricNpyFileTest extends SymmetricNpyFiles {
  @ParameterizedTest
  @CsvSource({
    "DOUBLE, 1, 1",
    "DOUBLE, 10, 3",
    "FLOAT, 10, 3",
    "FLOAT, 9, 3",
    "DOUBLE, 7, 100",
    "DOUBLE, 70, 1",
    "FLOAT, 300, 256"
  })
  void holdsTheBytesOfOneWrite(DataType type, int n, int tile) throws IOException {
    try (SymmetricNpyFile f = open(type, n, tile)) {
      int side = (n + tile - 1) / tile;
      assertThat(f.tiles()).isEqualTo(side);
      assertThat(f.total()).isEqualTo(side * (side + 1) / 2);
      assertThat(f.done()).isZero();
      assertThat(Files.size(file())).isEqualTo(atOnce(type, n).length);
      for (int[] t : missing(f)) {
        assertThat(f.isComplete()).isFalse();
        assertThatThrownBy(() -> Npy.read(file()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected an .npy file");
        write(f, type, n, tile, t[0], t[1]);
        f.finish(t[0], t[1]);
      }
      assertThat(f.isComplete()).isTrue();
      assertThat(f.done()).isEqualTo(f.total());
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(type, n));
    try (INDArray a = Npy.read(file());
        INDArray expected = matrix(type, n)) {
      assertThat(a.dataType()).isEqualTo(type);
      assertThat(Tensors.toDoubles(a)).containsExactly(Tensors.toDoubles(expected));
    }
    try (SymmetricNpyFile f = open(type, n, tile)) {
      assertThat(f.isComplete()).isTrue();
    }
  }

  @Test
  void takesRowsLongerThanItsBuffers() throws IOException {
    // A row of the one tile has 160 kB: several pieces on both ways.
    int n = 20_000;
    int rows = 3;
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, n)) {
      double[] v = new double[rows * n];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < n; j++) {
          v[i * n + j] = entry(i, j);
        }
      }
      f.writeBlock(0, 0, rows, n, v, 0, n);
      f.finish(0, 0);
    }
    double[] row = new double[n];
    try (NpyMatrix m = NpyMatrix.open(file())) {
      for (int i = 0; i < rows; i++) {
        m.read(i, 0, n, row, 0);
        for (int j = 0; j < n; j++) {
          if (row[j] != entry(i, j)) {
            assertThat(row[j]).as("(%d, %d)", i, j).isEqualTo(entry(i, j));
          }
        }
      }
      for (int j = 0; j < n; j += 97) {
        m.read(j, 0, rows, row, 0);
        for (int i = 0; i < rows; i++) {
          assertThat(row[i]).isEqualTo(entry(i, j));
        }
      }
    }
  }

  @Test
  void takesATileInBlocks() throws IOException {
    int n = 11;
    double[] all = new double[n * n];
    for (int k = 0; k < all.length; k++) {
      all[k] = entry(k / n, k % n);
    }
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, 8)) {
      // Strips that begin on the diagonal and cross it, across tiles.
      for (int row = 0; row < n; row += 3) {
        int rows = Math.min(3, n - row);
        f.writeBlock(row, row, rows, n - row, all, row * n + row, n);
      }
      for (int[] t : missing(f)) {
        f.finish(t[0], t[1]);
      }
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(DataType.DOUBLE, n));
  }

  @Test
  void wantsRoom() {
    assertThatThrownBy(() -> open(DataType.DOUBLE, 300_000_000, 1 << 20).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("720000000000000")
        .hasMessageContaining("free bytes");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesBadArguments() throws IOException {
    int[][] shapes = {{0, 2}, {-1, 2}, {759_250_125, 1 << 20}, {6, 0}, {6, -1}, {100_000, 1}};
    for (int[] s : shapes) {
      assertThatThrownBy(() -> open(DataType.DOUBLE, s[0], s[1]).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("but got " + (s[0] == 6 || s[0] == 100_000 ? s[1] : s[0]));
    }
    assertThatThrownBy(() -> open(DataType.INT32, 6, 2).close())
        .isInstanceOf(IllegalArgumentException.class);
    for (String bad : new String[] {"two\nlines", "\u0007", "x".repeat(4097)}) {
      assertThatThrownBy(
              () -> SymmetricNpyFile.open(file(), DataType.DOUBLE, 6, 2, bad, (d, t) -> {}).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one line");
    }
    assertThat(folder).isEmptyDirectory();
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      double[] v = new double[4];
      assertThatThrownBy(() -> f.writeBlock(0, 0, 2, 2, new float[4], 0, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("DOUBLE")
          .hasMessageContaining("FLOAT");
      assertThatThrownBy(() -> f.writeBlock(2, 0, 2, 2, v, 0, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("diagonal");
      assertThatThrownBy(() -> f.writeBlock(0, 0, 0, 2, v, 0, 2))
          .isInstanceOf(IllegalArgumentException.class);
      int[][] outside = {
        {-1, 0, 2, 2, 0, 2},
        {0, 5, 2, 2, 0, 2},
        {5, 5, 2, 1, 0, 1},
        {0, 0, 2, 2, 1, 2},
        {0, 0, 2, 2, -1, 2},
        {0, 0, 2, 2, 0, 3},
        {0, 0, 2, 2, 0, -2}
      };
      for (int[] b : outside) {
        assertThatThrownBy(() -> f.writeBlock(b[0], b[1], b[2], b[3], v, b[4], b[5]))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
        assertThatThrownBy(() -> f.writeBlock(0, 2, 2, 2, new double[] {1, 2, 3, bad}, 0, 2))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("finite")
            .hasMessageContaining(bad + " at index 3");
      }
      for (int[] t : new int[][] {{1, 0}, {-1, 0}, {0, 3}}) {
        assertThatThrownBy(() -> f.finish(t[0], t[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> f.isDone(t[0], t[1]))
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining("(" + t[0] + ", " + t[1] + ")");
      }
      fill(f, DataType.DOUBLE, 6, 2);
      assertThatThrownBy(() -> f.finish(0, 2)).hasMessageContaining("(0, 2)");
      assertThatThrownBy(() -> f.writeBlock(1, 3, 1, 1, v, 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tile (0, 1) is finished");
    }
    try (SymmetricNpyFile f =
        SymmetricNpyFile.open(
            folder.resolve("single.npy"), DataType.FLOAT, 6, 2, "", (d, t) -> {})) {
      assertThatThrownBy(() -> f.writeBlock(0, 0, 1, 1, new float[] {Float.NaN}, 0, 1))
          .hasMessageContaining("finite");
    }
  }

  @Test
  void severalThreadsFillIt() throws Exception {
    int n = 500;
    int tile = 17;
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, tile)) {
      List<int[]> tiles = missing(f);
      SplittableRandom random = new SplittableRandom(3);
      for (int k = tiles.size() - 1; k > 0; k--) {
        int other = random.nextInt(k + 1);
        int[] t = tiles.get(k);
        tiles.set(k, tiles.get(other));
        tiles.set(other, t);
      }
      List<Future<?>> all = new ArrayList<>();
      for (int[] t : tiles) {
        all.add(
            pool.submit(
                () -> {
                  write(f, DataType.DOUBLE, n, tile, t[0], t[1]);
                  f.finish(t[0], t[1]);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(f.isComplete()).isTrue();
    } finally {
      pool.shutdownNow();
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(DataType.DOUBLE, n));
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, tile)) {
      assertThat(f.isComplete()).isTrue();
    }
  }
}
