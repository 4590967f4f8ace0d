package org.fullrank.spectrum.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.fullrank.io.NpyMatrix;
import org.fullrank.linalg.Parallel;

/**
 * Rows of a matrix in a file times vectors. A task is a block of rows, and its sums run over the
 * columns in order, so that the result does not depend on who does it.
 */
final class FileRows implements Parallel.Worker {
  /** Rows of a block: four at a time are multiplied. */
  private static final int ROWS = 16;

  /** Columns to read at a time: 4 MiB of values. */
  static final int WIDTH = 1 << 15;

  /** Columns multiplied at a time: two vectors of this length fit the first cache. */
  private static final int DEPTH = 1024;

  private final NpyMatrix matrix;
  private final double[][] v;
  private final double[] image;
  private final double[][] rows;
  private final double[][] sums;

  /**
   * A worker with its buffers.
   *
   * @param v m vectors of length n
   * @param image receives the products as {@code [n, m]}
   * @param width columns read at a time
   */
  FileRows(NpyMatrix matrix, double[][] v, double[] image, int width) {
    this.matrix = matrix;
    this.v = v;
    this.image = image;
    rows = new double[ROWS][Math.min(width, matrix.columns())];
    sums = new double[v.length][ROWS];
  }

  /** Number of tasks for a matrix of order n. */
  static int blocks(int n) {
    return (int) ((n + ROWS - 1L) / ROWS);
  }

  @Override
  public void run(int task) {
    int first = task * ROWS;
    int count = Math.min(ROWS, matrix.rows() - first);
    for (double[] sum : sums) {
      Arrays.fill(sum, 0);
    }
    int most = rows[0].length;
    for (int column = 0; column < matrix.columns(); column += most) {
      int width = Math.min(most, matrix.columns() - column);
      try {
        for (int i = 0; i < count; i++) {
          matrix.read(first + i, column, width, rows[i], 0);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (int from = 0; from < width; from += DEPTH) {
        multiply(count, from, Math.min(width, from + DEPTH), column);
      }
    }
    int m = v.length;
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < m; c++) {
        image[(first + i) * m + c] = sums[c][i];
      }
    }
  }

  /** Rows beyond {@code count} hold old values; what comes of them is not used. */
  private void multiply(int count, int from, int to, int column) {
    for (int i = 0; i < count; i += 4) {
      int c = 0;
      for (; c + 1 < v.length; c += 2) {
        two(i, from, to, column, c);
      }
      if (c < v.length) {
        one(i, from, to, column, c);
      }
    }
  }

  private void two(int i, int from, int to, int column, int c) {
    double[] a0 = rows[i];
    double[] a1 = rows[i + 1];
    double[] a2 = rows[i + 2];
    double[] a3 = rows[i + 3];
    double[] x = v[c];
    double[] y = v[c + 1];
    double x0 = 0;
    double x1 = 0;
    double x2 = 0;
    double x3 = 0;
    double y0 = 0;
    double y1 = 0;
    double y2 = 0;
    double y3 = 0;
    for (int j = from; j < to; j++) {
      double xj = x[column + j];
      double yj = y[column + j];
      x0 = Math.fma(a0[j], xj, x0);
      x1 = Math.fma(a1[j], xj, x1);
      x2 = Math.fma(a2[j], xj, x2);
      x3 = Math.fma(a3[j], xj, x3);
      y0 = Math.fma(a0[j], yj, y0);
      y1 = Math.fma(a1[j], yj, y1);
      y2 = Math.fma(a2[j], yj, y2);
      y3 = Math.fma(a3[j], yj, y3);
    }
    add(sums[c], i, x0, x1, x2, x3);
    add(sums[c + 1], i, y0, y1, y2, y3);
  }

  private void one(int i, int from, int to, int column, int c) {
    double[] a0 = rows[i];
    double[] a1 = rows[i + 1];
    double[] a2 = rows[i + 2];
    double[] a3 = rows[i + 3];
    double[] x = v[c];
    double x0 = 0;
    double x1 = 0;
    double x2 = 0;
    double x3 = 0;
    for (int j = from; j < to; j++) {
      double xj = x[column + j];
      x0 = Math.fma(a0[j], xj, x0);
      x1 = Math.fma(a1[j], xj, x1);
      x2 = Math.fma(a2[j], xj, x2);
      x3 = Math.fma(a3[j], xj, x3);
    }
    add(sums[c], i, x0, x1, x2, x3);
  }

  private static void add(double[] sum, int i, double s0, double s1, double s2, double s3) {
    sum[i] += s0;
    sum[i + 1] += s1;
    sum[i + 2] += s2;
    sum[i + 3] += s3;
  }
}
