package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.fullrank.rigor.eigen.DiagonalScaling;
import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.rigor.kernel.Tiles;
import org.jspecify.annotations.Nullable;

/**
 * Left-looking Cholesky factorisation of a matrix that is larger than memory.
 *
 * <p>One panel of columns is in memory. The slabs of the factor to its left are read from the
 * scratch file in ascending order and subtracted, then the panel is factored slab by slab as {@link
 * Cholesky} does it, and each finished slab is appended to the file. Slabs are read ahead and
 * written behind by another thread.
 *
 * <p><b>Rounding.</b> Every entry is the same chain as in {@link Cholesky}: products subtracted one
 * by one with the inner index ascending, one fused multiply-add each, then divided by the pivot. So
 * the factor has the same bits, and the same bound applies. <b>Cost.</b> {@code n^3 / 3} operations
 * and, for {@code p} panels, about {@code p / 3} times the factor read.
 */
final class TiledCholesky {
  /** Slabs that are subtracted in one sweep over the panel. */
  static final int GROUP = 2;

  private static final int DEPTH = Tiles.DEPTH;
  private static final int WIDTH = Tiles.WIDTH;

  private final TiledEntries entries;
  private final TiledPlan plan;
  private final ScratchFile scratch;
  private final TiledWork work;
  private final int threads;
  private final int n;

  /** Row {@code i} of the panel at {@code j0} is {@code panel[i - j0]}. */
  private final double[][] panel;

  /** Two groups of slabs with rows like the panel's. */
  private final double[][][][] slabs = new double[2][GROUP][][];

  private final double[][][][] packs = new double[GROUP][][][];
  private final List<Future<?>> writing = new ArrayList<>();

  /** The scaling of the matrix that was factored last, if any. */
  private @Nullable DiagonalScaling scaling;

  TiledCholesky(
      TiledEntries entries, TiledPlan plan, ScratchFile scratch, TiledWork work, int threads) {
    this.entries = entries;
    this.plan = plan;
    this.scratch = scratch;
    this.work = work;
    this.threads = threads;
    n = plan.order();
    panel = new double[n][];
    for (int r = 0; r < n; r++) {
      panel[r] = new double[Math.min(r + 1, plan.columns())];
    }
    for (double[][][] group : slabs) {
      for (int g = 0; g < GROUP; g++) {
        group[g] = new double[n][Math.min(n, DEPTH)];
      }
    }
    for (int g = 0; g < GROUP; g++) {
      packs[g] = new double[(plan.columns() + WIDTH - 1) / WIDTH][][];
      Arrays.setAll(packs[g], c -> Tiles.newPack());
    }
  }

  /**
   * Factors the matrix of the entries with another diagonal.
   *
   * @param diagonal what stands on the diagonal
   * @param equilibration scaling of the entries beside the diagonal, or null
   * @param keep whether the factor will be used: in the scratch file afterwards, all of it, or
   *     after a bad pivot its rows up to that of the pivot. Otherwise slabs of the last panel stay
   *     in memory
   * @param task for progress
   * @return -1, or the index of the first pivot that is not positive and finite
   */
  int factor(double[] diagonal, @Nullable DiagonalScaling equilibration, boolean keep, String task)
      throws IOException, InterruptedException {
    scaling = equilibration;
    double[][] corner = new double[DEPTH][DEPTH + 6];
    for (int j0 = 0; j0 < n; j0 += plan.columns()) {
      int j1 = Math.min(n, j0 + plan.columns());
      load(j0, j1, diagonal, task);
      subtractEarlier(j0, j1, task);
      for (int k0 = j0; k0 < j1; k0 += DEPTH) {
        work.show(task, done(j1, k0), done(n, n));
        int bad = factorSlab(k0, j0, j1, keep, corner);
        if (bad >= 0) {
          return bad;
        }
      }
      finishWriting();
    }
    work.show(task, done(n, n), done(n, n));
    return -1;
  }

  /** Finishes the columns from k0 in the panel {@code j0 .. j1}; returns a bad pivot or -1. */
  private int factorSlab(int k0, int j0, int j1, boolean keep, double[][] corner)
      throws IOException, InterruptedException {
    int depth = Math.min(DEPTH, n - k0);
    int k = k0 - j0;
    int bad = Cholesky.factorDiagonal(panel, k, depth, corner, new double[9]);
    double[][] slab = freeSlab(k0);
    for (int i = 0; i < depth; i++) {
      Arrays.fill(slab[k + i], 0);
      for (int q = 0; q <= i; q++) {
        slab[k + i][q] = corner[q][i];
      }
    }
    if (bad >= 0) {
      finishWriting();
      if (keep) {
        work.run(() -> scratch.write(k0, k0, j0 + bad + 1, slab, j0));
      }
      return j0 + bad;
    }
    solve(k, depth, n - j0, corner, slab);
    int first = keep ? k0 : j1;
    if (first < n) {
      writing.add(work.start(() -> scratch.write(k0, first, n, slab, j0)));
    }
    subtract(new double[][][] {slab}, n - j0, k + depth, j1 - j0);
    return -1;
  }

  /**
   * Operations so far, in units of {@code DEPTH^3}: columns below k are finished, those from k to j
   * have received the slabs below k.
   */
  private long done(int j, int k) {
    double units = (double) DEPTH * DEPTH * DEPTH;
    double finished = (double) n * k * k - 2.0 / 3 * k * (double) k * k;
    double pending = 2.0 * k * (j - k) * (n - 0.5 * (j + (double) k));
    return (long) ((finished + pending) / units);
  }

  /** The scaling of what was factored last; null if it was the matrix as it is. */
  @Nullable DiagonalScaling scaling() {
    return scaling;
  }

  /** One of two buffers for a slab, {@code [n][depth]}, free between factorisations. */
  double[][] buffer(int index) {
    return slabs[index][0];
  }

  private void load(int j0, int j1, double[] diagonal, String task)
      throws IOException, InterruptedException {
    EntryDigest digest = new EntryDigest(n);
    for (int first = j0; first < n; first += WIDTH) {
      work.show(task, done(j0, j0), done(n, n));
      int start = first;
      int end = Math.min(n, first + WIDTH);
      work.run(
          () -> {
            for (int i = start; i < end; i++) {
              entries.read(i, j0, Math.min(j1, i + 1) - j0, panel[i - j0], digest);
            }
          });
    }
    entries.requireSame(digest, j0, j1);
    if (scaling != null) {
      for (int i = j0; i < n; i++) {
        scaling.scaleRow(i, j0, Math.min(j1, i + 1) - j0, panel[i - j0]);
      }
    }
    for (int j = j0; j < j1; j++) {
      panel[j - j0][j - j0] = diagonal[j];
    }
  }

  /** Subtracts all slabs left of the panel. */
  private void subtractEarlier(int j0, int j1, String task)
      throws IOException, InterruptedException {
    int step = GROUP * DEPTH;
    Future<?> next = j0 == 0 ? null : readGroup(0, j0);
    for (int k0 = 0; next != null; k0 += step) {
      TiledWork.await(next);
      next = k0 + step < j0 ? readGroup(k0 + step, j0) : null;
      int count = Math.min(GROUP, (j0 - k0) / DEPTH);
      subtract(Arrays.copyOf(slabs[(k0 / step) % 2], count), n - j0, 0, j1 - j0);
      // The columns before j0 are finished, these have received what was read.
      long before = done(j0, j0);
      long share = done(j1, j0) - before;
      work.show(task, before + share * Math.min(k0 + step, j0) / j0, done(n, n));
    }
  }

  private Future<?> readGroup(int k0, int j0) {
    double[][][] group = slabs[k0 / (GROUP * DEPTH) % 2];
    return work.start(
        () -> {
          for (int g = 0; g < GROUP && k0 + g * DEPTH < j0; g++) {
            scratch.read(k0 + g * DEPTH, j0, n, group[g], j0);
          }
        });
  }

  /** A slab that is not being written; the two of the last calls may be. */
  private double[][] freeSlab(int k0) throws IOException, InterruptedException {
    while (writing.size() > 1) {
      TiledWork.await(writing.remove(0));
    }
    return slabs[k0 / DEPTH % 2][0];
  }

  private void finishWriting() throws IOException, InterruptedException {
    while (!writing.isEmpty()) {
      TiledWork.await(writing.remove(0));
    }
  }

  /** Rows below the corner at local column {@code k}: solved, and copied to the slab. */
  private void solve(int k, int depth, int rows, double[][] corner, double[][] slab)
      throws InterruptedException {
    int start = k + depth;
    int chunks = (rows - start + WIDTH - 1) / WIDTH;
    TiledWork.compute(
        Math.max(1, Math.min(threads, chunks)),
        (team, member) -> {
          double[][] pack = Tiles.newPack();
          double[] coefficients = new double[9];
          for (int t = team.take(); t < chunks; t = team.take()) {
            int i0 = start + t * WIDTH;
            int count = Math.min(WIDTH, rows - i0);
            Cholesky.solve(panel, i0, count, k, depth, pack, corner, coefficients);
            for (int i = i0; i < i0 + count; i++) {
              System.arraycopy(panel[i], k, slab[i], 0, depth);
            }
          }
        });
  }

  /**
   * {@code panel[i][j] -= sum_k L[i][k] L[j][k]} over slabs of whole depth, for local columns
   * {@code start <= j < end} and rows {@code j <= i < rows}.
   */
  private void subtract(double[][][] group, int rows, int start, int end)
      throws InterruptedException {
    int columnChunks = (end - start + WIDTH - 1) / WIDTH;
    if (columnChunks <= 0) {
      return;
    }
    int rowChunks = (rows - start + WIDTH - 1) / WIDTH;
    int packing = columnChunks * group.length;
    int square = (rowChunks - columnChunks) * columnChunks;
    int tasks = square + columnChunks * (columnChunks + 1) / 2;
    TiledWork.compute(
        Math.min(threads, tasks),
        (team, member) -> {
          for (int t = team.take(); t < packing; t = team.take()) {
            int column = t / group.length;
            int g = t % group.length;
            int j = start + column * WIDTH;
            Tiles.packTransposed(group[g], j, Math.min(WIDTH, end - j), 0, DEPTH, packs[g][column]);
          }
          team.await();
          Tiles tiles = new Tiles();
          for (int t = team.take(); t < tasks; t = team.take()) {
            // The longest rows of tiles first; the triangle of tiles at the top last.
            int block = rowChunks - 1 - t / columnChunks;
            int column = t % columnChunks;
            if (t >= square) {
              block = columnChunks - 1;
              column = t - square;
              while (column > block) {
                column -= block + 1;
                block--;
              }
            }
            int i0 = start + block * WIDTH;
            int i1 = Math.min(rows, i0 + WIDTH);
            int j = start + column * WIDTH;
            int width = Math.min(WIDTH, end - j);
            for (int g = 0; g < group.length; g++) {
              tiles.accumulate(
                  panel,
                  i0,
                  i1,
                  j,
                  width,
                  group[g],
                  0,
                  DEPTH,
                  packs[g][column],
                  -1,
                  block == column);
            }
          }
        });
  }
}
