package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.concurrent.Future;
import org.fullrank.rigor.eigen.DiagonalScaling;
import org.fullrank.rigor.kernel.Tiles;

/**
 * Solves with the factor in the scratch file, in plain floating point: they suggest vectors, none
 * of which is trusted. Each reads the factor once.
 */
final class TiledSolver {
  private static final int DEPTH = Tiles.DEPTH;

  private final TiledCholesky factor;
  private final ScratchFile scratch;
  private final TiledWork work;
  private final int n;

  TiledSolver(TiledCholesky factor, ScratchFile scratch, TiledWork work, int n) {
    this.factor = factor;
    this.scratch = scratch;
    this.work = work;
    this.n = n;
  }

  /**
   * {@code x = (L L^T)^-1 x}, in place; {@code D (L L^T)^-1 D x} if the factor is one of {@code D A
   * D}.
   */
  void solve(double[] x, String task) throws IOException, InterruptedException {
    DiagonalScaling scaling = factor.scaling();
    if (scaling != null) {
      scaling.shrink(x);
    }
    forward(x, task);
    backward(x, n, task);
    if (scaling != null) {
      scaling.shrink(x);
      scaling.grow(x);
    }
  }

  /**
   * After a bad pivot {@code j}: a vector on which the leading block of order {@code j + 1}, whose
   * Schur complement is that pivot, takes the value of the pivot: not positive.
   */
  double[] directionOfBadPivot(int j, String task) throws IOException, InterruptedException {
    double[] x = new double[n];
    x[j] = 1;
    backward(x, j, task);
    DiagonalScaling scaling = factor.scaling();
    if (scaling != null) {
      scaling.shrink(x);
    }
    return x;
  }

  private void forward(double[] x, String task) throws IOException, InterruptedException {
    Future<?> next = read(0, n);
    for (int k0 = 0; next != null; k0 += DEPTH) {
      work.show(task, k0 / 2, n);
      TiledWork.await(next);
      next = k0 + DEPTH < n ? read(k0 + DEPTH, n) : null;
      double[][] slab = factor.buffer(k0 / DEPTH % 2);
      int depth = Math.min(DEPTH, n - k0);
      double[] part = new double[depth];
      for (int i = k0; i < n; i++) {
        double[] row = slab[i - k0];
        if (i < k0 + depth) {
          x[i] = (x[i] - dot(row, part, i - k0)) / row[i - k0];
          part[i - k0] = x[i];
        } else {
          x[i] -= dot(row, part, depth);
        }
      }
    }
  }

  /**
   * {@code L_11^T y = x_1} for the leading block of order {@code known}. If there is a row {@code
   * known < n}, it belongs to the right-hand side: {@code L_11^T y = x_1 - x_known L_known^T}.
   */
  private void backward(double[] x, int known, String task)
      throws IOException, InterruptedException {
    int end = Math.min(n, known + 1);
    int last = (end - 1) / DEPTH * DEPTH;
    Future<?> next = read(last, end);
    for (int k0 = last; next != null; k0 -= DEPTH) {
      work.show(task, n - (k0 + 1) / 2, n);
      TiledWork.await(next);
      next = k0 > 0 ? read(k0 - DEPTH, end) : null;
      double[][] slab = factor.buffer(k0 / DEPTH % 2);
      int depth = Math.min(DEPTH, n - k0);
      double[] sums = new double[depth];
      for (int i = end - 1; i >= k0; i--) {
        double[] row = slab[i - k0];
        int length = Math.min(depth, i - k0);
        if (i < k0 + depth && i != known) {
          x[i] = (x[i] - sums[i - k0]) / row[i - k0];
        }
        double value = x[i];
        for (int k = 0; k < length; k++) {
          sums[k] = Math.fma(row[k], value, sums[k]);
        }
      }
    }
  }

  private Future<?> read(int k0, int end) {
    double[][] buffer = factor.buffer(k0 / DEPTH % 2);
    return work.start(() -> scratch.read(k0, k0, end, buffer, k0));
  }

  /** Four chains, faster than one. */
  static double dot(double[] x, double[] y, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= length; k += 4) {
      s0 = Math.fma(x[k], y[k], s0);
      s1 = Math.fma(x[k + 1], y[k + 1], s1);
      s2 = Math.fma(x[k + 2], y[k + 2], s2);
      s3 = Math.fma(x[k + 3], y[k + 3], s3);
    }
    for (; k < length; k++) {
      s0 = Math.fma(x[k], y[k], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }
}
