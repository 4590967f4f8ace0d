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
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** What a kill, damage or an interrupt leaves, and how it goes on from there. */
class SymmetricNpyFileResumingTest extends SymmetricNpyFiles {
  /** Bytes of a record of the list. */
  private static final int RECORD = 45;

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
