package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;

/**
 * Right-looking blocked Cholesky factorisation {@code A = L L^T} in plain Java, for use inside
 * proofs.
 *
 * <p><b>Rounding.</b> Entry {@code (i, j)} is {@code A_ij} minus the products {@code L_ik L_jk}
 * subtracted one by one, {@code k} ascending, each by one fused multiply-add; then it is divided by
 * the pivot (not multiplied by a reciprocal), or the square root is taken. So it has at most {@code
 * j + 1} roundings with zero-based {@code j}, and the analysis of Rump (2006) with {@code
 * gamma_(n+1)} applies; see {@code ShiftedCholeskyBound}. Blocking and threads change neither the
 * order nor the bits.
 *
 * <p><b>Cost.</b> {@code n^3 / 3} operations, about {@code n * 1 KB} of scratch.
 */
public final class Cholesky {
  /** Up to this order the plain loops win. */
  private static final int SMALL = 32;

  private final double[][] rows;
  private final int failedPivot;

  private Cholesky(double[][] rows, int failedPivot) {
    this.rows = rows;
    this.failedPivot = failedPivot;
  }

  /**
   * Factors a copy of the lower triangle of {@code rows}; entries above the diagonal are not read.
   *
   * @param rows {@code [n][>= i + 1]}
   * @param threads number of threads, at least 1; does not change the result
   */
  public static Cholesky of(double[][] rows, int threads) {
    Workers.requireThreads("Cholesky", threads);
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length <= i) {
        throw new IllegalArgumentException(
            "Cholesky expects row "
                + i
                + " with at least "
                + (i + 1)
                + " entries but got "
                + rows[i].length);
      }
      copy[i] = java.util.Arrays.copyOf(rows[i], i + 1);
    }
    return new Cholesky(copy, factorInPlace(copy, threads));
  }

  /** Whether all pivots were positive and finite. */
  public boolean completed() {
    return failedPivot < 0;
  }

  /** Index of the first pivot that was not positive and finite, or -1. */
  public int failedPivot() {
    return failedPivot;
  }

  /**
   * A copy of row {@code i} of {@code L}, {@code i + 1} entries.
   *
   * @throws IllegalStateException if the factorisation did not complete
   */
  public double[] row(int i) {
    if (!completed()) {
      throw new IllegalStateException(
          "the factorisation stopped at pivot " + failedPivot + "; there is no factor");
    }
    if (i < 0 || i >= rows.length) {
      throw new IllegalArgumentException(
          "Cholesky factor expects a row below " + rows.length + " but got " + i);
    }
    return rows[i].clone();
  }

  /**
   * Factors in place.
   *
   * @param a lower triangle; row {@code i} has at least {@code i + 1} entries; overwritten by L, or
   *     by something unspecified on failure
   * @return -1, or the index of the first pivot that is not positive and finite (NaN included)
   */
  static int factorInPlace(double[][] a, int threads) {
    return factorInPlace(a, threads, Reporting.NONE);
  }

  /** As above; tells how many columns of L are done. */
  @Internal
  public static int factorInPlace(double[][] a, int threads, Reporting progress) {
    int n = a.length;
    progress.show(0, n);
    int bad =
        n <= SMALL ? factorPlain(a) : factorBlocked(a, threads, Tiles.DEPTH, Tiles.WIDTH, progress);
    if (bad < 0) {
      progress.show(n, n);
    }
    return bad;
  }

  /** The defining loops; the reference for the blocked form, with the same bits. */
  static int factorPlain(double[][] a) {
    for (int i = 0; i < a.length; i++) {
      double[] row = a[i];
      for (int j = 0; j < i; j++) {
        double[] other = a[j];
        double s = row[j];
        for (int k = 0; k < j; k++) {
          s = Math.fma(-row[k], other[k], s);
        }
        row[j] = s / other[j];
      }
      double s = row[i];
      for (int k = 0; k < i; k++) {
        s = Math.fma(-row[k], row[k], s);
      }
      if (!(s > 0 && s <= Double.MAX_VALUE)) {
        return i;
      }
      row[i] = Math.sqrt(s);
    }
    return -1;
  }

  /**
   * {@code depth <= Tiles.DEPTH} is the panel width, a multiple of 3; {@code width} that of tiles.
   */
  static int factorBlocked(double[][] a, int threads, int depth, int width) {
    return factorBlocked(a, threads, depth, width, Reporting.NONE);
  }

  private static int factorBlocked(
      double[][] a, int threads, int depth, int width, Reporting progress) {
    int n = a.length;
    int chunksMax = n <= depth ? 0 : (n - depth + width - 1) / width;
    double[][][] packs = new double[chunksMax][][];
    // More members than chunks would be idle, and a huge count would exhaust the system's threads.
    int team = n <= 2 * depth ? 1 : Math.min(threads, chunksMax);
    int[] failed = {-1};
    Workers.run(
        team,
        (workers, member) -> {
          Tiles tiles = new Tiles();
          double[][] diagonal = new double[depth][depth + 6];
          double[] coefficients = new double[9];
          for (int k0 = 0; k0 < n; k0 += depth) {
            workers.report(member, progress, k0, n);
            int panel = Math.min(depth, n - k0);
            // Every member factors the small diagonal block for itself: cheaper than a barrier.
            int bad = factorDiagonal(a, k0, panel, diagonal, coefficients);
            if (bad >= 0) {
              if (member == 0) {
                failed[0] = bad;
              }
              return;
            }
            int start = k0 + panel;
            int chunks = (n - start + width - 1) / width;
            for (int t = workers.take(); t < chunks; t = workers.take()) {
              int i0 = start + t * width;
              double[][] pack = packs[t];
              if (pack == null) {
                pack = Tiles.newPack();
                packs[t] = pack;
              }
              solve(a, i0, Math.min(width, n - i0), k0, panel, pack, diagonal, coefficients);
            }
            workers.await();
            if (member == 0) {
              for (int i = 0; i < panel; i++) {
                for (int k = 0; k <= i; k++) {
                  a[k0 + i][k0 + k] = diagonal[k][i];
                }
              }
            }
            int tasks = chunks * (chunks + 1) / 2;
            for (int t = workers.take(); t < tasks; t = workers.take()) {
              // Longest rows of tiles first; tile (block, column) with column <= block.
              int block = chunks - 1;
              int column = t;
              while (column > block) {
                column -= block + 1;
                block--;
              }
              int i0 = start + block * width;
              int j0 = start + column * width;
              tiles.accumulate(
                  a,
                  i0,
                  Math.min(n, i0 + width),
                  j0,
                  Math.min(width, n - j0),
                  a,
                  k0,
                  panel,
                  packs[column],
                  -1,
                  block == column);
            }
            workers.await();
          }
        });
    return failed[0];
  }

  /**
   * Factors the block at {@code (k0, k0)} into {@code d[k][i] = L_(k0+i)(k0+k)}, leaving {@code a}
   * unchanged; returns the index of a bad pivot or -1.
   */
  @Internal
  public static int factorDiagonal(
      double[][] a, int k0, int panel, double[][] d, double[] coefficients) {
    for (int i = 0; i < panel; i++) {
      double[] row = a[k0 + i];
      for (int k = 0; k <= i; k++) {
        d[k][i] = row[k0 + k];
      }
      for (int k = i + 1; k < panel; k++) {
        d[k][i] = 0;
      }
    }
    for (int j = 0; j < panel; j += 3) {
      subtractEarlier(d, j, panel, d, panel, coefficients);
      int end = Math.min(panel, j + 3);
      for (int q = j; q < end; q++) {
        double[] column = d[q];
        for (int k = j; k < q; k++) {
          axpy(-d[k][q], d[k], column, panel);
        }
        double pivot = column[q];
        if (!(pivot > 0 && pivot <= Double.MAX_VALUE)) {
          return k0 + q;
        }
        column[q] = Math.sqrt(pivot);
        for (int i = 0; i < q; i++) {
          column[i] = 0; // above the diagonal: work values of the full-width loops
        }
        for (int i = q + 1; i < panel; i++) {
          column[i] /= column[q];
        }
      }
    }
    return -1;
  }

  /** Rows {@code i0 ..} of the panel: {@code L_21 = A_21 L_11^-T}, packed by columns, stored. */
  @Internal
  public static void solve(
      double[][] a,
      int i0,
      int count,
      int k0,
      int panel,
      double[][] pack,
      double[][] diagonal,
      double[] coefficients) {
    Tiles.packTransposed(a, i0, count, k0, panel, pack);
    for (int j = 0; j < panel; j += 3) {
      subtractEarlier(pack, j, panel, diagonal, count, coefficients);
      int end = Math.min(panel, j + 3);
      for (int q = j; q < end; q++) {
        for (int k = j; k < q; k++) {
          axpy(-diagonal[k][q], pack[k], pack[q], count);
        }
        divide(pack[q], diagonal[q][q], count);
      }
    }
    for (int kk = 0; kk < panel; kk += 16) {
      int kEnd = Math.min(panel, kk + 16);
      for (int i = 0; i < count; i++) {
        double[] row = a[i0 + i];
        for (int k = kk; k < kEnd; k++) {
          row[k0 + k] = pack[k][i];
        }
      }
    }
  }

  /** Columns {@code j, j+1, j+2} of {@code x} minus their products with all columns before j. */
  private static void subtractEarlier(
      double[][] x, int j, int panel, double[][] l, int count, double[] coefficients) {
    if (j + 2 < panel) {
      for (int k = 0; k < j; k += 3) {
        for (int r = 0; r < 3; r++) {
          for (int q = 0; q < 3; q++) {
            coefficients[3 * r + q] = -l[k + q][j + r];
          }
        }
        Tiles.update(x[j], x[j + 1], x[j + 2], x[k], x[k + 1], x[k + 2], coefficients, 0, count);
      }
    } else {
      for (int r = j; r < panel; r++) {
        for (int k = 0; k < j; k++) {
          axpy(-l[k][r], x[k], x[r], count);
        }
      }
    }
  }

  private static void axpy(double factor, double[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) {
      y[i] = Math.fma(factor, x[i], y[i]);
    }
  }

  private static void divide(double[] x, double divisor, int count) {
    for (int i = 0; i < count; i++) {
      x[i] /= divisor;
    }
  }
}
