package org.fullrank.rigor.eigen;

import org.fullrank.rigor.kernel.SymmetricTimes;
import org.fullrank.rigor.kernel.Workers;

/**
 * Solves {@code L L^T y = x} with a Cholesky factor. Plain floating point without an error bound:
 * for choosing candidates, never for a proof.
 *
 * <p>Both passes read each row of {@code L} once and whole, and the bits do not depend on the
 * number of threads. Cost: {@code 2 n^2} operations, limited by memory.
 */
final class FactorSolve {
  private static final int PANEL = 256;
  private static final int COLUMNS = 512;

  /** Below this order threads cost more than they save. */
  private static final int SMALL = 1000;

  private FactorSolve() {}

  /** Overwrites {@code x} by the solution. */
  static void inPlace(double[][] l, double[] x, int threads) {
    int n = l.length;
    Workers.run(
        n < SMALL ? 1 : Math.min(threads, PANEL),
        (team, member) -> {
          for (int k0 = 0; k0 < n; k0 += PANEL) {
            int k1 = Math.min(n, k0 + PANEL);
            if (k0 > 0) {
              for (int i = k0 + team.take(); i < k1; i = k0 + team.take()) {
                x[i] -= SymmetricTimes.dot(l[i], x, k0);
              }
              team.await();
            }
            if (member == 0) {
              forward(l, x, k0, k1);
            }
            team.await();
          }
          for (int k0 = (n - 1) / PANEL * PANEL; k0 >= 0; k0 -= PANEL) {
            int k1 = Math.min(n, k0 + PANEL);
            if (member == 0) {
              backward(l, x, k0, k1);
            }
            team.await();
            for (int j0 = COLUMNS * team.take(); j0 < k0; j0 = COLUMNS * team.take()) {
              int j1 = Math.min(k0, j0 + COLUMNS);
              for (int i = k0; i < k1; i++) {
                subtract(x[i], l[i], x, j0, j1);
              }
            }
            team.await();
          }
        });
  }

  private static void forward(double[][] l, double[] x, int k0, int k1) {
    for (int i = k0; i < k1; i++) {
      double[] row = l[i];
      double s = x[i];
      for (int k = k0; k < i; k++) {
        s = Math.fma(-row[k], x[k], s);
      }
      x[i] = s / row[i];
    }
  }

  private static void backward(double[][] l, double[] x, int k0, int k1) {
    for (int i = k1 - 1; i >= k0; i--) {
      double[] row = l[i];
      double value = x[i] / row[i];
      x[i] = value;
      subtract(value, row, x, k0, i);
    }
  }

  private static void subtract(double value, double[] row, double[] x, int from, int to) {
    for (int k = from; k < to; k++) {
      x[k] = Math.fma(-value, row[k], x[k]);
    }
  }
}
