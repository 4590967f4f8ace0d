package org.fullrank.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Which of the listed tiles are in the file as listed. One pass over their bytes in the order of
 * the file: the checksums of a row of tiles grow side by side.
 */
final class TileCheck {
  private static final int CHUNK = 1 << 20;

  private final TileGrid grid;
  private final TileStore store;
  private final BitSet listed = new BitSet();
  private final BitSet sound;
  private final int[] crcs;
  private final int[] mirrorCrcs;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(CHUNK);

  private TileCheck(TileGrid grid, TileStore store, TileManifest manifest) throws IOException {
    this.grid = grid;
    this.store = store;
    crcs = new int[grid.total()];
    mirrorCrcs = new int[grid.total()];
    manifest.read(
        (r, c, crc, mirrorCrc) -> {
          if (r >= 0 && r <= c && c < grid.tiles()) {
            int index = grid.index(r, c);
            listed.set(index);
            crcs[index] = crc;
            mirrorCrcs[index] = mirrorCrc;
          }
        });
    sound = (BitSet) listed.clone();
  }

  /** The tiles that are as listed. */
  static BitSet of(
      TileGrid grid, TileStore store, TileManifest manifest, SymmetricNpyFile.Progress progress)
      throws IOException {
    TileCheck check = new TileCheck(grid, store, manifest);
    for (int r = 0; r < grid.tiles(); r++) {
      progress.show(r, grid.tiles());
      check.row(r);
    }
    progress.show(grid.tiles(), grid.tiles());
    return check.sound;
  }

  private int index(int r, int c) {
    return grid.index(Math.min(r, c), Math.max(r, c));
  }

  private void row(int r) throws IOException {
    if (IntStream.range(0, grid.tiles()).noneMatch(c -> listed.get(index(r, c)))) {
      return;
    }
    CRC32C[] sums = Stream.generate(CRC32C::new).limit(grid.tiles()).toArray(CRC32C[]::new);
    for (int i = grid.first(r); i < grid.first(r + 1); i++) {
      for (int c = 0; c < sums.length; ) {
        int end = c;
        while (end < sums.length && listed.get(index(r, end))) {
          end++;
        }
        if (end > c) {
          read(i, c, end, sums);
        }
        c = end + 1;
      }
    }
    for (int c = 0; c < sums.length; c++) {
      int index = index(r, c);
      int expected = r <= c ? crcs[index] : mirrorCrcs[index];
      if (listed.get(index) && (int) sums[c].getValue() != expected) {
        sound.clear(index);
      }
    }
  }

  /** The part of a row that belongs to neighbouring tiles, in reads as long as the buffer. */
  private void read(int row, int c0, int c1, CRC32C[] sums) throws IOException {
    int most = CHUNK / grid.item();
    int end = grid.first(c1);
    for (int column = grid.first(c0); column < end; column += most) {
      int count = Math.min(most, end - column);
      bytes.clear().limit(count * grid.item());
      store.readFully(bytes, grid.position(row, column));
      bytes.flip();
      for (int done = 0; done < count; ) {
        int c = (column + done) / grid.tile();
        int n = Math.min(count, grid.first(c + 1) - column) - done;
        bytes.limit((done + n) * grid.item());
        sums[c].update(bytes); // moves on to the limit
        done += n;
      }
    }
  }
}
