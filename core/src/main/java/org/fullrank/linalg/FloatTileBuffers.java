package org.fullrank.linalg;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Tiles in single precision. All loops run over flat arrays with one index, so they vectorise. */
final class FloatTileBuffers implements TileBuffers {
  /** Side of the blocks of a transpose that stay in the first-level cache. */
  private static final int BLOCK = 16;

  private final float[] sum;
  private final float[] outer;
  private final float[] inner;
  private final INDArray buffer;
  private final boolean direct = NativeBlas.available();

  FloatTileBuffers(int entries) {
    sum = new float[entries];
    outer = new float[entries];
    inner = new float[entries];
    // Not left as it is: a BLAS may read what it is to overwrite, and keep a NaN.
    buffer = Tensors.zeros(DataType.FLOAT, entries);
  }

  @Override
  public DataType type() {
    return DataType.FLOAT;
  }

  @Override
  public int capacity() {
    return sum.length;
  }

  @Override
  public void clear(int entries) {
    Arrays.fill(sum, 0, entries, 0);
  }

  @Override
  public void inner(
      INDArray a, long i, int rows, INDArray b, long j, int columns, boolean symmetric) {
    product(a, i, rows, b, j, columns, symmetric, inner);
  }

  @Override
  public void outer(
      INDArray g, long i, int rows, INDArray h, long j, int columns, boolean symmetric) {
    product(g, i, rows, h, j, columns, symmetric, outer);
  }

  private void product(
      INDArray a,
      long i,
      int rows,
      INDArray b,
      long j,
      int columns,
      boolean symmetric,
      float[] target) {
    if (!direct) {
      INDArray left = TensorViews.leading(a, i, i + rows);
      INDArray right = TensorViews.leading(b, j, j + columns);
      try (INDArray c = Products.multiply(left, false, right, true)) {
        double[] values = Tensors.toDoubles(c);
        for (int e = 0; e < values.length; e++) {
          target[e] = (float) values[e];
        }
      }
      return;
    }
    int d = (int) a.size(1);
    try {
      FloatPointer c = new FloatPointer(buffer.data().addressPointer());
      FloatPointer left = new FloatPointer(a.data().addressPointer()).position(i * d);
      if (symmetric) {
        NativeBlas.square(rows, d, left, c);
      } else {
        FloatPointer right = new FloatPointer(b.data().addressPointer()).position(j * d);
        NativeBlas.multiply(rows, columns, d, left, right, c);
      }
      c.get(target, 0, rows * columns);
    } finally {
      Reference.reachabilityFence(a);
      Reference.reachabilityFence(b);
      Reference.reachabilityFence(buffer);
    }
  }

  @Override
  public void expandInner(int rows, int columns, int k) {
    int width = columns * k;
    // From the last row on, so that nothing is overwritten before it is read.
    for (int i = rows - 1; i >= 0; i--) {
      int to = i * k * width;
      for (int j = columns - 1; j >= 0; j--) {
        Arrays.fill(inner, to + j * k, to + (j + 1) * k, inner[i * columns + j]);
      }
      for (int c = 1; c < k; c++) {
        System.arraycopy(inner, to, inner, to + c * width, width);
      }
    }
  }

  @Override
  public void addOuter(int entries) {
    add(outer, sum, entries);
  }

  private static void add(float[] p, float[] s, int entries) {
    for (int e = 0; e < entries; e++) {
      s[e] += p[e];
    }
  }

  @Override
  public void addProduct(int entries) {
    multiplyAdd(inner, outer, sum, entries);
  }

  private static void multiplyAdd(float[] q, float[] p, float[] s, int entries) {
    for (int e = 0; e < entries; e++) {
      s[e] = Math.fma(q[e], p[e], s[e]);
    }
  }

  @Override
  public void mirror(int order) {
    transpose(sum, order, order, outer);
    for (int i = 1; i < order; i++) {
      System.arraycopy(outer, i * order, sum, i * order, i);
    }
  }

  private static void transpose(float[] from, int height, int width, float[] to) {
    for (int i0 = 0; i0 < height; i0 += BLOCK) {
      int i1 = Math.min(height, i0 + BLOCK);
      for (int j0 = 0; j0 < width; j0 += BLOCK) {
        int j1 = Math.min(width, j0 + BLOCK);
        for (int j = j0; j < j1; j++) {
          for (int i = i0; i < i1; i++) {
            to[j * height + i] = from[i * width + j];
          }
        }
      }
    }
  }

  @Override
  public boolean isFinite(int entries) {
    // 0 for finite numbers, NaN for the others; four chains, since sums are not reordered
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int e = 0;
    for (; e + 4 <= entries; e += 4) {
      s0 += 0 * sum[e];
      s1 += 0 * sum[e + 1];
      s2 += 0 * sum[e + 2];
      s3 += 0 * sum[e + 3];
    }
    for (; e < entries; e++) {
      s0 += 0 * sum[e];
    }
    return s0 + s1 + s2 + s3 == 0;
  }

  @Override
  public void write(TileSink sink, long row, long column, int height, int width) {
    sink.put(row, column, height, width, sum);
  }

  @Override
  public void writeTransposed(TileSink sink, long row, long column, int height, int width) {
    transpose(sum, height, width, outer);
    sink.put(column, row, width, height, outer);
  }

  @Override
  public void close() {
    buffer.close();
  }
}
