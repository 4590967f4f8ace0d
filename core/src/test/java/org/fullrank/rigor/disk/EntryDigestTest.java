package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The same bits give the same digest however they are read; other bits give another one. */
class EntryDigestTest {
  private static final int N = 300;
  private static final int WIDTH = EntryDigest.WIDTH;

  private final double[][] rows = new double[N][N];

  EntryDigestTest() {
    Random random = new Random(3);
    for (double[] row : rows) {
      for (int j = 0; j < N; j++) {
        row[j] = random.nextInt(4) == 0 ? 0 : random.nextGaussian();
      }
    }
  }

  private EntryDigest wholeRows() {
    EntryDigest digest = new EntryDigest(N);
    for (int i = 0; i < N; i++) {
      digest.add(i, 0, i + 1, rows[i]);
    }
    return digest;
  }

  @Test
  void doesNotDependOnTheOrderOfReading() {
    EntryDigest expected = wholeRows();
    List<int[]> pieces = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j += WIDTH) {
        pieces.add(new int[] {i, j});
      }
    }
    Collections.shuffle(pieces, new Random(5));
    EntryDigest shuffled = new EntryDigest(N);
    for (int[] piece : pieces) {
      int count = Math.min(WIDTH, N - piece[1]);
      double[] values = Arrays.copyOfRange(rows[piece[0]], piece[1], piece[1] + count);
      shuffled.add(piece[0], piece[1], count, values); // above the diagonal, too
    }
    assertThat(shuffled.difference(expected, 0, N)).isEqualTo(-1);
    assertThat(new EntryDigest(N).difference(expected, WIDTH, N)).isEqualTo(WIDTH);
  }

  private void requireSeen(EntryDigest before, int column, Runnable change, Runnable back) {
    change.run();
    assertThat(wholeRows().difference(before, 0, N)).isEqualTo(column / WIDTH * WIDTH);
    back.run();
  }

  private void flip(int i, int j, long mask) {
    rows[i][j] = Double.longBitsToDouble(Double.doubleToRawLongBits(rows[i][j]) ^ mask);
  }

  @Test
  void seesEveryBitOfAnEntry() {
    EntryDigest before = wholeRows();
    int[][] places = {{0, 0}, {299, 0}, {299, 299}, {200, 125}, {200, 126}, {200, 127}, {7, 3}};
    for (int[] p : places) {
      for (int bit = 0; bit < 64; bit++) {
        long mask = 1L << bit;
        requireSeen(before, p[1], () -> flip(p[0], p[1], mask), () -> flip(p[0], p[1], mask));
      }
    }
    assertThat(wholeRows().difference(before, 0, N)).isEqualTo(-1);
  }

  /** Differences in the leading bits only, such as 3 for 0, are the natural ones. */
  @Test
  void seesEqualChangesInTwoAndFourPlaces() {
    EntryDigest before = wholeRows();
    long[] masks = {
      Double.doubleToRawLongBits(3.0), Double.doubleToRawLongBits(-0.0), 1L << 62, 1L << 52, 1L
    };
    for (long mask : masks) {
      for (int i = 200; i < 202; i++) {
        int row = i;
        for (int j = 0; j < 117; j += 3) {
          int column = j;
          for (int distance : new int[] {1, 2, 3, 4, 5, 8}) {
            Runnable two =
                () -> {
                  flip(row, column, mask);
                  flip(row, column + distance, mask);
                };
            requireSeen(before, column, two, two);
            Runnable rows =
                () -> {
                  flip(row, column, mask);
                  flip(row + distance, column, mask);
                };
            requireSeen(before, column, rows, rows);
            Runnable four =
                () -> {
                  two.run();
                  flip(row + distance, column, mask);
                  flip(row + distance, column + distance, mask);
                };
            requireSeen(before, column, four, four);
          }
        }
      }
    }
  }

  @Test
  void seesWhatChangesPlaces() {
    EntryDigest before = wholeRows();
    for (int i = 150; i < 152; i++) {
      int row = i;
      Runnable swapRows =
          () -> {
            double[] x = rows[row].clone();
            System.arraycopy(rows[row + 1], 0, rows[row], 0, 126);
            System.arraycopy(x, 0, rows[row + 1], 0, 126);
          };
      requireSeen(before, 0, swapRows, swapRows);
      for (int j = 0; j < 100; j++) {
        int column = j;
        for (int distance = 1; distance < 9; distance++) {
          int other = j + distance;
          if (rows[row][column] != rows[row][other]) {
            Runnable swap =
                () -> {
                  double x = rows[row][column];
                  rows[row][column] = rows[row][other];
                  rows[row][other] = x;
                };
            requireSeen(before, column, swap, swap);
          }
        }
      }
    }
  }

  @Test
  void piecesOfBandsAreRefused() {
    EntryDigest digest = new EntryDigest(N);
    assertThatThrownBy(() -> digest.add(200, 1, 125, rows[200]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("whole bands of 126 columns");
    assertThatThrownBy(() -> digest.add(200, 0, 125, rows[200]))
        .isInstanceOf(IllegalStateException.class);
  }
}
