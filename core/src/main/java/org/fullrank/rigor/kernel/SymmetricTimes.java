package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;

/**
 * Products of a symmetric matrix, given by its lower triangle, with a vector. Plain floating point
 * without an error bound: for choosing candidates, never for a proof.
 *
 * <p>The rows are divided into a fixed number of chunks with a partial result each, so the bits do
 * not depend on the number of threads. Each row is read once from memory.
 */
@Internal
public final class SymmetricTimes {
  private static final int CHUNKS = 8;

  /** Below this order threads cost more than they save. */
  private static final int SMALL = 800;

  private SymmetricTimes() {}

  /** {@code A x}. */
  public static double[] of(double[][] lower, double[] x, int threads) {
    int n = lower.length;
    double[][] partial = new double[CHUNKS][n];
    Workers.run(
        n < SMALL ? 1 : Math.min(threads, CHUNKS),
        (team, member) -> {
          for (int t = team.take(); t < CHUNKS; t = team.take()) {
            int from = border(n, t);
            int to = border(n, t + 1);
            double[] y = partial[t];
            for (int i = from; i < to; i++) {
              double[] row = lower[i];
              double own = dot(row, x, i);
              axpy(x[i], row, y, i);
              y[i] += Math.fma(row[i], x[i], own);
            }
          }
        });
    double[] sum = partial[0];
    for (int t = 1; t < CHUNKS; t++) {
      axpy(1, partial[t], sum, n);
    }
    return sum;
  }

  /** Chunks of equal area under the diagonal. */
  private static int border(int n, int chunk) {
    return (int) Math.round(n * Math.sqrt(chunk / (double) CHUNKS));
  }

  /** {@code y + factor x} in place, over the first entries, each with one rounding. */
  public static void axpy(double factor, double[] x, double[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] = Math.fma(factor, x[i], y[i]);
    }
  }

  /** Inner product of the first entries in eight chains. */
  public static double dot(double[] x, double[] y, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int k = 0;
    for (; k + 8 <= length; k += 8) {
      s0 = Math.fma(x[k], y[k], s0);
      s1 = Math.fma(x[k + 1], y[k + 1], s1);
      s2 = Math.fma(x[k + 2], y[k + 2], s2);
      s3 = Math.fma(x[k + 3], y[k + 3], s3);
      s4 = Math.fma(x[k + 4], y[k + 4], s4);
      s5 = Math.fma(x[k + 5], y[k + 5], s5);
      s6 = Math.fma(x[k + 6], y[k + 6], s6);
      s7 = Math.fma(x[k + 7], y[k + 7], s7);
    }
    for (; k < length; k++) {
      s0 = Math.fma(x[k], y[k], s0);
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }
}
