package org.fullrank.rigor.kernel;

import java.util.Arrays;
import org.fullrank.rigor.Internal;

/**
 * The one inner loop of all matrix kernels: {@code C += A * B} on a tile, three rows of {@code C}
 * by three steps of the inner index per pass.
 *
 * <p>The shape is chosen so that the JIT vectorises it: all arrays are indexed by the same
 * variable, there is no reduction, and there are nine scalar coefficients. Each entry of {@code C}
 * receives its terms one by one in ascending inner index, each by one fused multiply-add, that is
 * with one rounding per term, whatever the tiling and the number of threads. The error bounds of
 * the callers rely on that.
 */
@Internal
public final class Tiles {
  /** Rows of B per packed block; a multiple of 3. */
  public static final int DEPTH = 126;

  /** Columns per tile. */
  public static final int WIDTH = 256;

  /** Rows of a C block; a multiple of 3. Twelve rows of 256 doubles stay in a 32 KB cache. */
  private static final int BLOCK = 6;

  private final double[][] c = new double[BLOCK][WIDTH + 6];
  private final double[] a = new double[BLOCK * DEPTH];

  /** Scratch for the packed right factor: {@code [DEPTH][WIDTH]} with padded rows. */
  public static double[][] newPack() {
    return new double[DEPTH][WIDTH + 6];
  }

  /**
   * {@code C[i][j0 + j] += sign * sum_k A[i][k0 + k] * b[k][j]} for rows {@code i0 <= i < i1},
   * {@code 0 <= k < depth} and {@code 0 <= j < width}.
   *
   * @param lower if true, only the entries with {@code j0 + j <= i} are needed, and rows of C have
   *     at least {@code i + 1} entries; what lies above the diagonal is left unchanged
   */
  public void accumulate(
      double[][] target,
      int i0,
      int i1,
      int j0,
      int width,
      double[][] source,
      int k0,
      int depth,
      double[][] b,
      double sign,
      boolean lower) {
    int steps = (depth + 2) / 3;
    for (int k = depth; k < 3 * steps; k++) {
      Arrays.fill(b[k], 0);
    }
    for (int i = i0; i < i1; i += BLOCK) {
      int rows = Math.min(BLOCK, i1 - i);
      int columns = lower ? Math.min(width, i + rows - j0) : width;
      if (columns <= 0) {
        continue;
      }
      int groups = (rows + 2) / 3;
      for (int r = 0; r < rows; r++) {
        int length = lower ? Math.min(columns, i + r + 1 - j0) : columns;
        System.arraycopy(target[i + r], j0, c[r], 0, length);
        Arrays.fill(c[r], length, columns, 0);
      }
      for (int r = rows; r < 3 * groups; r++) {
        Arrays.fill(c[r], 0, columns, 0);
      }
      packCoefficients(source, i, rows, groups, k0, depth, steps, sign);
      int p = 0;
      for (int s = 0; s < steps; s++) {
        double[] b0 = b[3 * s];
        double[] b1 = b[3 * s + 1];
        double[] b2 = b[3 * s + 2];
        for (int g = 0; g < groups; g++, p += 9) {
          update(c[3 * g], c[3 * g + 1], c[3 * g + 2], b0, b1, b2, a, p, columns);
        }
      }
      for (int r = 0; r < rows; r++) {
        int length = lower ? Math.min(columns, i + r + 1 - j0) : columns;
        System.arraycopy(c[r], 0, target[i + r], j0, length);
      }
    }
  }

  private void packCoefficients(
      double[][] source, int i, int rows, int groups, int k0, int depth, int steps, double sign) {
    int stride = 9 * groups;
    for (int r = 0; r < 3 * groups; r++) {
      int base = 9 * (r / 3) + 3 * (r % 3);
      if (r >= rows) {
        for (int k = 0; k < 3 * steps; k++) {
          a[(k / 3) * stride + base + k % 3] = 0;
        }
        continue;
      }
      double[] row = source[i + r];
      int at = base;
      int k = 0;
      for (; k + 2 < depth; k += 3, at += stride) {
        a[at] = sign * row[k0 + k];
        a[at + 1] = sign * row[k0 + k + 1];
        a[at + 2] = sign * row[k0 + k + 2];
      }
      for (int q = 0; k < 3 * steps; k++, q++) {
        a[at + q] = k < depth ? sign * row[k0 + k] : 0;
      }
    }
  }

  /** {@code b[k][j] = rows[j0 + j][k0 + k]}: the transpose of a block, packed. */
  public static void packTransposed(
      double[][] rows, int j0, int width, int k0, int depth, double[][] b) {
    // Small square blocks: both sides stay in the cache.
    for (int kk = 0; kk < depth; kk += 16) {
      int kEnd = Math.min(depth, kk + 16);
      for (int j = 0; j < width; j++) {
        double[] row = rows[j0 + j];
        for (int k = kk; k < kEnd; k++) {
          b[k][j] = row[k0 + k];
        }
      }
    }
  }

  /**
   * Three rows by three steps: {@code c_r[j] += sum_q a[p + 3 r + q] * b_q[j]} for {@code j < n}.
   *
   * <p>The branch on a negative {@code n} is never taken. It makes the method too large to be
   * inlined into its caller, where the loop would lose its vector form (observed with JDK 17).
   */
  static void update(
      double[] c0,
      double[] c1,
      double[] c2,
      double[] b0,
      double[] b1,
      double[] b2,
      double[] a,
      int p,
      int n) {
    double a00 = a[p];
    double a01 = a[p + 1];
    double a02 = a[p + 2];
    double a10 = a[p + 3];
    double a11 = a[p + 4];
    double a12 = a[p + 5];
    double a20 = a[p + 6];
    double a21 = a[p + 7];
    double a22 = a[p + 8];
    if (n < 0) {
      neverTaken(c0, c1, c2, a00 * a01 * a02 * a10 * a11 * a12 * a20 * a21 * a22);
      neverTaken(c1, c2, b0, a00 + a01 + a02 + a10 + a11 + a12 + a20 + a21 + a22);
      neverTaken(c2, b0, b1, a00 - a01 - a02 - a10 - a11 - a12 - a20 - a21 - a22);
      neverTaken(b0, b1, b2, a00 * a01 + a02 * a10 + a11 * a12 + a20 * a21 + a22);
      neverTaken(b1, b2, c0, a00 + a01 * a02 + a10 * a11 + a12 * a20 + a21 * a22);
      neverTaken(b2, c0, c1, a00 * a02 + a01 * a11 + a10 * a20 + a12 * a22 + a21);
      neverTaken(c0, b1, c1, a00 * a22 + a01 * a21 + a10 * a12 + a11 * a20 + a02);
      neverTaken(c1, b2, c0, a00 - a22 + a01 - a21 + a10 - a12 + a11 - a20 + a02);
      neverTaken(c2, b0, c2, a00 * a21 + a01 * a22 + a10 * a11 + a12 * a20 + a02);
      neverTaken(c0, b0, b0, a00 * a20 + a01 * a10 + a21 * a11 + a12 * a22 + a02);
    }
    for (int j = 0; j < n; j++) {
      double x0 = b0[j];
      double x1 = b1[j];
      double x2 = b2[j];
      double y0 = Math.fma(a02, x2, Math.fma(a01, x1, Math.fma(a00, x0, c0[j])));
      double y1 = Math.fma(a12, x2, Math.fma(a11, x1, Math.fma(a10, x0, c1[j])));
      double y2 = Math.fma(a22, x2, Math.fma(a21, x1, Math.fma(a20, x0, c2[j])));
      c0[j] = y0;
      c1[j] = y1;
      c2[j] = y2;
    }
  }

  private static void neverTaken(double[] x, double[] y, double[] z, double value) {
    throw new IllegalArgumentException(
        "negative length with arrays of " + x.length + y.length + z.length + " and " + value);
  }
}
