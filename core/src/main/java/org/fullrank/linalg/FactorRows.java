package org.fullrank.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Fills rows of the arrays that hold the factors of gradients for all samples, from those of a
 * piece of the samples.
 */
public final class FactorRows {
  /** Numbers of a buffer that stays in the cache. */
  private static final int CHUNK = 8192;

  private FactorRows() {}

  /** An array and its factor. */
  public record Scaled(INDArray array, double scale) {}

  /**
   * Scaled arrays side by side: row {@code row + i} becomes {@code [s_1 x_1i, s_2 x_2i, ...]}, each
   * entry within {@code u (1 + 2^-20)} of the product with the scale as it is, {@code u} being half
   * a unit of the type; in single precision {@code 2^-149} besides where the product is below
   * {@code 2^-100}.
   *
   * @param parts arrays of {@code m} rows {@code [m, ..., d]}, row-major without gaps
   * @param target {@code [n, sum of d]}, row-major without gaps
   * @param row first row to fill
   */
  public static void concatenate(List<Scaled> parts, INDArray target, long row) {
    Inputs inputs = new Inputs(parts, target);
    if (Elements.direct()
        && target.dataType() == DataType.FLOAT
        && parts.stream().allMatch(SingleRows::supports)) {
      requireContiguous(target);
      TensorChecks.requireRange("stacked factors", row, row + inputs.rows, target.size(0));
      SingleRows.concatenate(parts, inputs.rows, target, row);
      return;
    }
    Rows out = new Rows(target, row, inputs.rows);
    for (int i = 0; i < inputs.rows; i++) {
      inputs.addTo(i, 1, out.next(), out.offset());
    }
    out.flush();
  }

  /**
   * Blocks of cotangents, sample by sample: row {@code (row + i) k + c} becomes {@code (c, i)}.
   *
   * @param cotangents {@code [k, m, ...]}, row-major without gaps
   * @param target {@code [n k, d]}, row-major without gaps
   * @param row first sample to fill
   */
  public static void interleave(INDArray cotangents, INDArray target, long row) {
    requireContiguous(cotangents);
    int k = (int) cotangents.size(0);
    int m = (int) cotangents.size(1);
    int d = (int) target.size(1);
    requireWidth(cotangents, (long) k * m, d);
    if (k == 1 && Elements.direct() && cotangents.dataType() == target.dataType()) {
      TensorChecks.requireRange("stacked factors", row, row + m, target.size(0));
      requireContiguous(target);
      Elements.copy(cotangents, target, row * d);
      return;
    }
    Source from = new Source(cotangents);
    Rows out = new Rows(target, row * k, (long) m * k);
    for (int i = 0; i < m; i++) {
      for (int c = 0; c < k; c++) {
        double[] to = out.next();
        from.read(((long) c * m + i) * d, to, out.offset(), d);
      }
    }
    out.flush();
  }

  /**
   * Gradient rows of weights with a single output: row {@code (row + i) k + c} becomes {@code
   * g_(c,i)} times the scaled inputs of sample {@code i} side by side, two roundings.
   *
   * @param parts as for {@link #concatenate}
   * @param cotangents {@code [k, m, 1]}, row-major without gaps
   * @param target {@code [n k, sum of d]}, row-major without gaps
   * @param row first sample to fill
   */
  public static void products(List<Scaled> parts, INDArray cotangents, INDArray target, long row) {
    Inputs inputs = new Inputs(parts, target);
    int k = (int) cotangents.size(0);
    int m = inputs.rows;
    requireWidth(cotangents, (long) k * m, 1);
    double[] g = Tensors.toDoubles(cotangents);
    Rows out = new Rows(target, row * k, (long) m * k);
    for (int i = 0; i < m; i++) {
      for (int c = 0; c < k; c++) {
        double[] to = out.next();
        inputs.addTo(i, g[c * m + i], to, out.offset());
      }
    }
    out.flush();
  }

  private static void requireContiguous(INDArray a) {
    TensorChecks.requireReal("factor", a.dataType());
    if (!TensorViews.isContiguous(a)) {
      throw new IllegalArgumentException(
          "factors expect row-major order without gaps but got " + TensorChecks.describe(a));
    }
  }

  private static void requireWidth(INDArray a, long rows, long width) {
    if (a.length() != rows * width) {
      throw new IllegalArgumentException(
          "factors expect "
              + rows
              + " rows of "
              + width
              + " numbers but got "
              + TensorChecks.describe(a));
    }
  }

  /** Reads an array in pieces. */
  private static final class Source {
    private final @Nullable Elements direct;
    private final double[] copy;

    Source(INDArray a) {
      direct = Elements.direct() ? new Elements(a) : null;
      copy = direct == null ? Tensors.toDoubles(a) : new double[0];
    }

    void read(long at, double[] to, int offset, int count) {
      if (direct != null) {
        direct.read(at, to, offset, count);
      } else {
        System.arraycopy(copy, (int) at, to, offset, count);
      }
    }
  }

  /** Input rows of the slots of a term. */
  private static final class Inputs {
    final int rows;
    private final List<Scaled> parts;
    private final List<Source> sources = new ArrayList<>();

    Inputs(List<Scaled> parts, INDArray target) {
      this.parts = parts;
      rows = (int) parts.get(0).array().size(0);
      long width = 0;
      for (Scaled part : parts) {
        requireContiguous(part.array());
        width += part.array().length() / rows;
        requireWidth(part.array(), rows, part.array().length() / rows);
        sources.add(new Source(part.array()));
      }
      TensorChecks.requireShape("stacked factors", target, -1, width);
    }

    /** Writes row i, scaled and times a factor. */
    void addTo(int i, double factor, double[] to, int offset) {
      int at = offset;
      for (int p = 0; p < sources.size(); p++) {
        Scaled part = parts.get(p);
        int d = (int) (part.array().length() / rows);
        sources.get(p).read((long) i * d, to, at, d);
        scale(to, at, d, part.scale(), factor);
        at += d;
      }
    }

    private static void scale(double[] row, int from, int count, double scale, double factor) {
      for (int q = from; q < from + count; q++) {
        row[q] = factor * (scale * row[q]);
      }
    }
  }

  /** Rows of a target, collected in a buffer. */
  private static final class Rows {
    private final INDArray target;
    private final @Nullable Elements direct;
    private final int width;
    private final long end;
    private final double[] buffer;
    private long written;
    private int filled;

    Rows(INDArray target, long row, long count) {
      requireContiguous(target);
      TensorChecks.requireRange("stacked factors", row, row + count, target.size(0));
      this.target = target;
      this.direct = Elements.direct() ? new Elements(target) : null;
      this.width = (int) target.size(1);
      this.written = row;
      this.end = row + count;
      this.buffer = new double[(int) Math.min(count, Math.max(1, CHUNK / width)) * width];
    }

    /** The buffer with room for one more row at {@link #offset}. */
    double[] next() {
      if (filled == buffer.length) {
        flush();
      }
      if (written + filled / width >= end) {
        throw new IllegalStateException("more rows than announced");
      }
      filled += width;
      return buffer;
    }

    int offset() {
      return filled - width;
    }

    void flush() {
      int rows = filled / width;
      if (rows == 0) {
        return;
      }
      if (direct != null) {
        direct.write(written * width, buffer, 0, filled);
      } else {
        INDArray part = TensorViews.leading(target, written, written + rows);
        Tensors.write(Arrays.copyOf(buffer, filled), part);
      }
      written += rows;
      filled = 0;
    }
  }
}
