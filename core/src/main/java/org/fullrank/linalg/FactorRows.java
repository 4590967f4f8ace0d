package org.fullrank.linalg;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Fills rows of the arrays that hold the factors of gradients for all samples, from those of a
 * piece of the samples.
 */
public final class FactorRows {
  private FactorRows() {}

  private static void write(double[] rows, INDArray target, long row) {
    long count = rows.length / target.size(1);
    Tensors.write(rows, TensorViews.leading(target, row, row + count));
  }

  /** An array and its factor. */
  public record Scaled(INDArray array, double scale) {}

  /**
   * Scaled arrays side by side: row {@code row + i} becomes {@code [s_1 x_1i, s_2 x_2i, ...]}, each
   * entry rounded once.
   *
   * @param parts arrays of {@code m} rows {@code [m, ..., d]}
   * @param target {@code [n, sum of d]}, row-major without gaps
   * @param row first row to fill
   */
  public static void concatenate(List<Scaled> parts, INDArray target, long row) {
    int m = (int) parts.get(0).array().size(0);
    write(sideBySide(parts, m, (int) target.size(1)), target, row);
  }

  private static double[] sideBySide(List<Scaled> parts, int m, int width) {
    double[] rows = new double[m * width];
    int first = 0;
    for (Scaled part : parts) {
      double[] values = Tensors.toDoubles(part.array());
      int d = values.length / m;
      if (part.array().size(0) != m || first + d > width) {
        throw new IllegalArgumentException(
            "factors expect "
                + m
                + " rows of at most "
                + (width - first)
                + " numbers but got "
                + TensorChecks.describe(part.array()));
      }
      for (int i = 0; i < m; i++) {
        scale(values, i * d, part.scale(), rows, i * width + first, d);
      }
      first += d;
    }
    return rows;
  }

  private static void scale(
      double[] from, int start, double scale, double[] to, int target, int count) {
    for (int q = 0; q < count; q++) {
      to[target + q] = scale * from[start + q];
    }
  }

  /**
   * Blocks of cotangents, sample by sample: row {@code (row + i) k + c} becomes {@code (c, i)}.
   *
   * @param cotangents {@code [k, m, ...]}, row-major without gaps
   * @param target {@code [n k, d]}, row-major without gaps
   * @param row first sample to fill
   */
  public static void interleave(INDArray cotangents, INDArray target, long row) {
    int k = (int) cotangents.size(0);
    int m = (int) cotangents.size(1);
    double[] from = Tensors.toDoubles(cotangents);
    int d = from.length / (k * m);
    double[] rows = from;
    if (k > 1) {
      rows = new double[from.length];
      for (int c = 0; c < k; c++) {
        for (int i = 0; i < m; i++) {
          System.arraycopy(from, (c * m + i) * d, rows, (i * k + c) * d, d);
        }
      }
    }
    write(rows, target, row * k);
  }

  /**
   * Gradient rows of weights with a single output: row {@code (row + i) k + c} becomes {@code
   * g_(c,i)} times the scaled inputs of sample {@code i} side by side, two roundings.
   *
   * @param parts as for {@link #concatenate}
   * @param cotangents {@code [k, m, 1]}
   * @param target {@code [n k, sum of d]}, row-major without gaps
   * @param row first sample to fill
   */
  public static void products(List<Scaled> parts, INDArray cotangents, INDArray target, long row) {
    int k = (int) cotangents.size(0);
    int m = (int) cotangents.size(1);
    int width = (int) target.size(1);
    double[] inputs = sideBySide(parts, m, width);
    double[] g = Tensors.toDoubles(cotangents);
    double[] rows = new double[k * inputs.length];
    for (int i = 0; i < m; i++) {
      for (int c = 0; c < k; c++) {
        scale(inputs, i * width, g[c * m + i], rows, (i * k + c) * width, width);
      }
    }
    write(rows, target, row * k);
  }
}
