package org.fullrank.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SymmetricNpyFileTest {
  private static final String IDENTITY = "network 1a2b, data 3c4d";
  private static final int RECORD = 45;

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("gram.npy");
  }

  private Path list() {
    return folder.resolve("gram.npy.tiles");
  }

  private SymmetricNpyFile open(DataType type, int order, int tile) throws IOException {
    return SymmetricNpyFile.open(file(), type, order, tile, IDENTITY, (done, total) -> {});
  }

  /** Entries that both types hold, different in all places but mirror images. */
  private static double entry(int i, int j) {
    return 0.25 * (Math.min(i, j) + 1000.0 * Math.max(i, j)) - 7;
  }

  private static INDArray matrix(DataType type, int n) {
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        v[i * n + j] = entry(i, j);
      }
    }
    return Tensors.of(type, v, n, n);
  }

  /** The bytes of one write of the whole matrix. */
  private byte[] atOnce(DataType type, int n) throws IOException {
    Path other = folder.resolve("at-once.npy");
    try (INDArray a = matrix(type, n)) {
      Npy.write(other, a);
    }
    return Files.readAllBytes(other);
  }

  /** A tile with rubbish below the diagonal, around it and between its rows. */
  private static void write(SymmetricNpyFile f, DataType type, int n, int tile, int r, int c)
      throws IOException {
    int rows = Math.min(n, (r + 1) * tile) - r * tile;
    int columns = Math.min(n, (c + 1) * tile) - c * tile;
    int stride = columns + 3;
    double[] v = new double[2 + rows * stride];
    Arrays.fill(v, Double.NaN);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        if (r * tile + i <= c * tile + j) {
          v[2 + i * stride + j] = entry(r * tile + i, c * tile + j);
        }
      }
    }
    if (type == DataType.DOUBLE) {
      f.writeBlock(r * tile, c * tile, rows, columns, v, 2, stride);
    } else {
      float[] single = new float[v.length];
      for (int k = 0; k < v.length; k++) {
        single[k] = (float) v[k];
      }
      f.writeBlock(r * tile, c * tile, rows, columns, single, 2, stride);
    }
  }

  private static List<int[]> missing(SymmetricNpyFile f) {
    List<int[]> tiles = new ArrayList<>();
    for (int r = 0; r < f.tiles(); r++) {
      for (int c = r; c < f.tiles(); c++) {
        if (!f.isDone(r, c)) {
          tiles.add(new int[] {r, c});
        }
      }
    }
    return tiles;
  }

  private static void fill(SymmetricNpyFile f, DataType type, int n, int tile) throws IOException {
    for (int[] t : missing(f)) {
      write(f, type, n, tile, t[0], t[1]);
      f.finish(t[0], t[1]);
    }
  }

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

  /** A kill after every number of tiles, in the middle of the next one and of its record. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void goesOnAfterAKill(DataType type) throws IOException {
    for (int killed = 0; killed < 10; killed += type == DataType.FLOAT ? 3 : 1) {
      Files.deleteIfExists(file());
      Files.deleteIfExists(list());
      // One of them each: a file that is completed waits for the disk.
      goesOn(type, killed, new int[] {0, 1, 35, RECORD - 1}[killed % 4]);
    }
  }

  private void goesOn(DataType type, int killed, int bytesOfRecord) throws IOException {
    int n = 13;
    int tile = 4;
    byte[] expected = atOnce(type, n);
    int[] next;
    long records;
    try (SymmetricNpyFile f = open(type, n, tile)) {
      List<int[]> tiles = missing(f);
      for (int[] t : tiles.subList(0, killed)) {
        write(f, type, n, tile, t[0], t[1]);
        f.finish(t[0], t[1]);
      }
      records = Files.size(list());
      next = tiles.get(killed);
      write(f, type, n, tile, next[0], next[1]);
      if (killed < 9) {
        f.finish(next[0], next[1]);
        try (FileChannel c = FileChannel.open(list(), StandardOpenOption.WRITE)) {
          c.truncate(records + bytesOfRecord);
        }
      }
    }
    // Of the tile that was being written the last row is still the hole.
    int item = type == DataType.FLOAT ? 4 : 8;
    int row = Math.min(n, (next[0] + 1) * tile) - 1;
    byte[] torn = Files.readAllBytes(file());
    int at = torn.length - item * (n * n - row * n - next[1] * tile);
    Arrays.fill(
        torn, at, at + item * (Math.min(n, (next[1] + 1) * tile) - next[1] * tile), (byte) 0);
    Files.write(file(), torn);
    try (SymmetricNpyFile f = open(type, n, tile)) {
      assertThat(f.done()).isEqualTo(killed);
      assertThat(f.isDone(next[0], next[1])).isFalse();
      fill(f, type, n, tile);
      assertThat(f.isComplete()).isTrue();
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(expected);
    assertThat(Files.size(list())).isEqualTo(records + (10L - killed) * RECORD);
  }

  private void flip(long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file());
    bytes[(int) at] ^= 1;
    Files.write(file(), bytes);
  }

  @Test
  void noticesEveryDamagedByte() throws IOException {
    int n = 7;
    int tile = 3;
    byte[] expected = atOnce(DataType.DOUBLE, n);
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, tile)) {
      fill(f, DataType.DOUBLE, n, tile);
    }
    int start = expected.length - 8 * n * n;
    for (int k = 0; k < n * n; k++) {
      flip(start + 8L * k + k % 8);
      int r = k / n / tile;
      int c = k % n / tile;
      try (SymmetricNpyFile f = open(DataType.DOUBLE, n, tile)) {
        assertThat(f.done()).isEqualTo(f.total() - 1);
        assertThat(f.isDone(Math.min(r, c), Math.max(r, c))).as("value %d", k).isFalse();
        assertThat(f.isComplete()).isFalse();
      }
      assertThatThrownBy(() -> NpyMatrix.open(file()).close())
          .hasMessageContaining("expected an .npy file");
      // The bytes are what counts, not what an earlier check found.
      flip(start + 8L * k + k % 8);
      open(DataType.DOUBLE, n, tile).close();
      assertThat(Files.readAllBytes(file())).isEqualTo(expected);
    }
    // Killed between the last record and the header.
    Files.write(file(), new byte[start]);
    Files.write(
        file(),
        "unfinished matrix, see the list of its tiles".getBytes(US_ASCII),
        StandardOpenOption.WRITE);
    Files.write(
        file(), Arrays.copyOfRange(expected, start, expected.length), StandardOpenOption.APPEND);
    open(DataType.DOUBLE, n, tile).close();
    assertThat(Files.readAllBytes(file())).isEqualTo(expected);
    for (int k = 0; k < start; k++) {
      flip(k);
      assertThatThrownBy(() -> open(DataType.DOUBLE, n, tile).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another header");
      flip(k);
    }
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, tile)) {
      assertThat(f.isComplete()).isTrue();
    }
  }

  @Test
  void noticesEveryDamagedByteOfTheList() throws IOException {
    int n = 7;
    int tile = 3;
    try (SymmetricNpyFile f = open(DataType.FLOAT, n, tile)) {
      fill(f, DataType.FLOAT, n, tile);
    }
    byte[] good = Files.readAllBytes(list());
    int lines = good.length - 6 * RECORD;
    for (int k = 0; k < good.length; k++) {
      byte[] bad = good.clone();
      bad[k] ^= 4;
      Files.write(list(), bad);
      if (k < lines) {
        assertThatThrownBy(() -> open(DataType.FLOAT, n, tile).close())
            .isInstanceOf(IllegalArgumentException.class);
        continue;
      }
      try (SymmetricNpyFile f = open(DataType.FLOAT, n, tile)) {
        assertThat(f.done()).isEqualTo(5);
        List<int[]> missing = missing(f);
        int index = (k - lines) / RECORD;
        assertThat(missing.get(0))
            .containsExactly(
                index < 3 ? 0 : index < 5 ? 1 : 2, new int[] {0, 1, 2, 1, 2, 2}[index]);
      }
    }
  }

  /** The format, written down a second time. */
  @Test
  void listsTilesInThisFormat() throws IOException {
    try (SymmetricNpyFile f = open(DataType.FLOAT, 5, 3)) {
      write(f, DataType.FLOAT, 5, 3, 0, 1);
      f.finish(0, 1);
    }
    byte[] bytes = Files.readAllBytes(file());
    int start = bytes.length - 4 * 25;
    CRC32C tile = new CRC32C();
    for (int i = 0; i < 3; i++) {
      tile.update(bytes, start + 4 * (5 * i + 3), 8);
    }
    CRC32C mirror = new CRC32C();
    for (int i = 3; i < 5; i++) {
      mirror.update(bytes, start + 4 * 5 * i, 12);
    }
    String record =
        String.format("00000000 00000001 %08x %08x", tile.getValue(), mirror.getValue());
    CRC32C own = new CRC32C();
    own.update(record.getBytes(US_ASCII));
    assertThat(Files.readString(list(), UTF_8))
        .isEqualTo(
            "fullrank symmetric npy tiles 1\nshape 5 5\ntype <f4\ntile 3\nidentity "
                + (IDENTITY + "\n" + record + String.format(" %08x\n", own.getValue())));
    assertThat(SymmetricNpyFile.manifest(file())).isEqualTo(list());
  }

  @Test
  void theLaterOfTwoRecordsCounts() throws IOException {
    int n = 4;
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, 4)) {
      fill(f, DataType.DOUBLE, n, 4);
    }
    long size = Files.size(list());
    flip(Files.size(file()) - 1);
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, 4)) {
      assertThat(f.done()).isZero();
      f.writeBlock(0, 0, n, n, new double[n * n], 0, n);
      f.finish(0, 0);
    }
    assertThat(Files.size(list())).isEqualTo(size + RECORD);
    try (SymmetricNpyFile f = open(DataType.DOUBLE, n, 4)) {
      assertThat(f.isComplete()).isTrue();
    }
  }

  @Test
  void createsWhatAKillLeftUnfinished() throws IOException {
    open(DataType.DOUBLE, 6, 2).close();
    byte[] header = Files.readAllBytes(list());
    byte[] values = Files.readAllBytes(file());
    // Killed while the lines of the list, then the header of the file, were written.
    for (int k = 0; k <= header.length; k++) {
      Files.deleteIfExists(file());
      Files.write(list(), Arrays.copyOf(header, k));
      open(DataType.DOUBLE, 6, 2).close();
      assertThat(Files.readAllBytes(list())).isEqualTo(header);
      assertThat(Files.readAllBytes(file())).isEqualTo(values);
    }
    int start = values.length - 8 * 36;
    for (int k = 0; k <= start; k++) {
      Files.write(file(), Arrays.copyOf(values, k));
      open(DataType.DOUBLE, 6, 2).close();
      assertThat(Files.readAllBytes(file())).isEqualTo(values);
    }
    // Somebody removed the file but not the list.
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      fill(f, DataType.DOUBLE, 6, 2);
    }
    Files.delete(file());
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      assertThat(f.done()).isZero();
      fill(f, DataType.DOUBLE, 6, 2);
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(DataType.DOUBLE, 6));
  }

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
  void tellsHowFarTheCheckIs() throws IOException {
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      fill(f, DataType.DOUBLE, 6, 2);
    }
    List<String> seen = new ArrayList<>();
    SymmetricNpyFile.open(
            file(), DataType.DOUBLE, 6, 2, IDENTITY, (done, total) -> seen.add(done + "/" + total))
        .close();
    assertThat(seen).containsExactly("0/3", "1/3", "2/3", "3/3");
    assertThatThrownBy(
            () ->
                SymmetricNpyFile.open(
                    file(),
                    DataType.DOUBLE,
                    6,
                    2,
                    IDENTITY,
                    (done, total) -> {
                      throw new IllegalStateException("enough");
                    }))
        .hasMessage("enough");
    open(DataType.DOUBLE, 6, 2).close(); // nothing is left locked
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptClosesItButLosesNothingFinished(boolean whileFinishing) throws IOException {
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      write(f, DataType.DOUBLE, 6, 2, 0, 0);
      f.finish(0, 0);
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                if (whileFinishing) {
                  f.finish(0, 1);
                } else {
                  write(f, DataType.DOUBLE, 6, 2, 0, 1);
                }
              })
          .isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(() -> write(f, DataType.DOUBLE, 6, 2, 0, 1))
          .isInstanceOf(ClosedChannelException.class);
    }
    try (SymmetricNpyFile f = open(DataType.DOUBLE, 6, 2)) {
      assertThat(f.done()).isEqualTo(1);
      fill(f, DataType.DOUBLE, 6, 2);
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(atOnce(DataType.DOUBLE, 6));
  }
}
