package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.rigor.kernel.CholeskyTest;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.Tiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TiledCholeskyTest {
  @TempDir Path folder;

  /** Working memory for panels of just this many columns, which must be a possible width. */
  static long budget(int n, int columns, int threads) {
    long low = 1;
    long high = 1L << 40;
    while (low + 1 < high) {
      long middle = (low + high) / 2;
      if (columnsFor(n, threads, middle) >= columns) {
        high = middle;
      } else {
        low = middle;
      }
    }
    assertThat(columnsFor(n, threads, high)).isEqualTo(columns);
    return high;
  }

  private static int columnsFor(int n, int threads, long budget) {
    try {
      return TiledPlan.of(n, threads, budget).columns();
    } catch (IllegalArgumentException tooSmall) {
      return 0;
    }
  }

  /** The factor in the scratch file, or what there is of it up to the bad pivot. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(int bad, double[][] rows) {}

  Result factor(double[][] a, int columns, int threads, boolean keep)
      throws IOException, InterruptedException {
    int n = a.length;
    TiledPlan plan = new TiledPlan(n, columns, 0, ScratchFile.bytes(n));
    double[] diagonal = new double[n];
    double[][] other = new double[n][];
    for (int i = 0; i < n; i++) {
      diagonal[i] = a[i][i];
      other[i] = a[i].clone();
      other[i][i] = 7e77;
    }
    try (TiledWork work = new TiledWork(ProgressListener.none());
        ScratchFile scratch = ScratchFile.create(folder, n)) {
      TiledEntries entries = TiledEntries.unscaled(SymmetricSource.ofRows(other), n);
      TiledSurvey.of(entries, false, work);
      TiledCholesky c = new TiledCholesky(entries, plan, scratch, work, threads);
      int bad = c.factor(diagonal, null, keep, "test");
      double[][] rows = new double[bad < 0 ? n : bad + 1][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = new double[i + 1];
      }
      for (int k0 = 0; keep && k0 < rows.length; k0 += Tiles.DEPTH) {
        double[][] slab = new double[rows.length - k0][Tiles.DEPTH];
        scratch.read(k0, k0, rows.length, slab, k0);
        for (int i = k0; i < rows.length; i++) {
          System.arraycopy(slab[i - k0], 0, rows[i], k0, Math.min(Tiles.DEPTH, i + 1 - k0));
        }
      }
      assertThat(scratch.channel().size()).isLessThanOrEqualTo(ScratchFile.bytes(n));
      return new Result(bad, rows);
    }
  }

  @Test
  void hasTheBitsOfTheFactorisationInMemory() throws Exception {
    Random random = new Random(1);
    for (int n : new int[] {1, 2, 3, 31, 33, 125, 126, 127, 128, 251, 252, 253, 300, 382, 700}) {
      double[][] a = CholeskyTest.positiveDefinite(n, random);
      double[][] expected = CholeskyTest.lower(a);
      assertThat(Cholesky.factorInPlace(expected, 1, Reporting.NONE)).isEqualTo(-1);
      for (int columns : widths(n)) {
        for (int threads = 1; threads <= 3; threads++) {
          Result r = factor(a, columns, threads, true);
          assertThat(r.bad()).isEqualTo(-1);
          assertThat(Arrays.deepEquals(r.rows(), expected))
              .as("n %d, columns %d, threads %d", n, columns, threads)
              .isTrue();
        }
        assertThat(factor(a, columns, 2, false).bad()).isEqualTo(-1);
      }
    }
  }

  /** All widths that a plan can have: equal panels of whole slabs. */
  static List<Integer> widths(int n) {
    List<Integer> widths = new ArrayList<>();
    for (int panels = 1; panels <= (n + Tiles.DEPTH - 1) / Tiles.DEPTH; panels++) {
      int slabs = (n + panels * Tiles.DEPTH - 1) / (panels * Tiles.DEPTH);
      int columns = Math.min(n, slabs * Tiles.DEPTH);
      if (!widths.contains(columns)) {
        widths.add(columns);
      }
    }
    return widths;
  }

  @Test
  void failsAtTheSamePivotAndKeepsTheRowsBeforeIt() throws Exception {
    Random random = new Random(2);
    int n = 400;
    for (int bad : new int[] {0, 5, 125, 126, 130, 251, 252, 399}) {
      double[][] a = CholeskyTest.positiveDefinite(n, random);
      double[][] sound = CholeskyTest.lower(a);
      assertThat(Cholesky.factorInPlace(sound, 1, Reporting.NONE)).isEqualTo(-1);
      for (double entry : new double[] {-1, 0, Double.NaN, Double.POSITIVE_INFINITY}) {
        a[bad][bad] = entry;
        for (int columns : new int[] {126, 252, 400}) {
          Result r = factor(a, columns, 2, true);
          assertThat(r.bad()).isEqualTo(bad);
          for (int i = 0; i < bad; i++) {
            assertThat(r.rows()[i]).isEqualTo(sound[i]);
          }
          assertThat(Arrays.copyOf(r.rows()[bad], bad)).isEqualTo(Arrays.copyOf(sound[bad], bad));
          assertThat(factor(a, columns, 2, false).bad()).isEqualTo(bad);
        }
      }
    }
  }

  @Test
  void countsItsOperations() throws Exception {
    int n = 700;
    double[][] a = CholeskyTest.positiveDefinite(n, new Random(3));
    for (int columns : widths(n)) {
      List<Long> seen = new ArrayList<>();
      List<Long> totals = new ArrayList<>();
      TiledCholeskyBound.withDefaults()
          .withWorkingBytes(budget(n, columns, 1))
          .withProgress(
              (task, done, total) -> {
                if (task.equals("factorisation")) {
                  seen.add(done);
                  totals.add(total);
                }
              })
          .certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), 0, folder);
      assertThat(seen).isSorted().startsWith(0L).endsWith(totals.get(0));
      assertThat(totals).containsOnly((long) (n / 126.0 * (n / 126.0) * (n / 126.0) / 3));
    }
  }
}
