package org.fullrank.linalg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products and sums of tensors entry by entry, in one pass over memory. ND4J's own leave scalar
 * arrays behind, start a team of threads each, and need a copy to work in.
 *
 * <p>Every operation rounds once to the type of its operands. Values do not depend on the number of
 * threads.
 */
public final class Entrywise {
  /** Chunks that make up for the start of a second thread. */
  private static final int LEAST_CHUNKS = 64;

  private Entrywise() {}

  /**
   * Every block times the same factors.
   *
   * @param blocks any array whose length is a multiple of that of {@code factors}
   * @param factors an array of the same type
   * @return a new row-major array of the shape of {@code blocks}
   */
  public static INDArray times(INDArray blocks, INDArray factors) {
    requireTrailing(blocks, factors);
    INDArray b = TensorViews.contiguous(blocks);
    INDArray out = Tensors.uninitialized(blocks.dataType(), blocks.shape());
    try {
      times(b, factors, out);
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    } finally {
      TensorViews.release(b, blocks);
    }
    return out;
  }

  /**
   * As above, into an array.
   *
   * @param blocks row-major without gaps
   * @param factors as above
   * @param target of the type and shape of {@code blocks}, row-major without gaps; may be {@code
   *     blocks} itself
   * @throws IllegalArgumentException if types, shapes or layouts do not fit
   */
  public static void times(INDArray blocks, INDArray factors, INDArray target) {
    requireTrailing(blocks, factors);
    requireTarget(target, blocks);
    if (!Elements.direct()) {
      double[] out = Tensors.toDoubles(blocks);
      double[] f = Tensors.toDoubles(factors);
      for (int i = 0; i < out.length; i++) {
        out[i] *= f[i % f.length];
      }
      Tensors.write(out, target);
      return;
    }
    long size = factors.length();
    long count = blocks.length() / size;
    INDArray f = TensorViews.contiguous(factors);
    boolean single = target.dataType() == DataType.FLOAT;
    Chunks.pieces(
        size,
        (int) Math.max(1, LEAST_CHUNKS / count),
        () -> {
          Elements from = new Elements(blocks);
          Elements by = new Elements(f);
          Elements to = new Elements(target);
          return single
              ? singleTimes(count, size, from, by, to)
              : doubleTimes(count, size, from, by, to);
        });
    TensorViews.release(f, factors);
  }

  private static void requireTrailing(INDArray blocks, INDArray factors) {
    TensorChecks.requireOpen("blocks", blocks);
    TensorChecks.requireOpen("factors", factors);
    TensorChecks.requireType("factors", blocks.dataType(), factors);
    long[] shape = blocks.shape();
    long[] own = factors.shape();
    boolean trailing =
        shape.length >= own.length
            && Arrays.equals(
                Arrays.copyOfRange(shape, shape.length - own.length, shape.length), own);
    if (!trailing) {
      throw new IllegalArgumentException(
          "expected blocks of "
              + TensorChecks.describe(factors)
              + " but got "
              + TensorChecks.describe(blocks));
    }
  }

  /** What is read and written in one pass has the same order. */
  private static void requireTarget(INDArray target, INDArray source) {
    TensorChecks.requireOpen("target", target);
    TensorChecks.requireReal("target", target.dataType());
    TensorChecks.requireType("target", source.dataType(), target);
    TensorChecks.requireShape("target", target, source.shape());
    if (!TensorViews.isContiguous(target) || !TensorViews.isContiguous(source)) {
      throw new IllegalArgumentException(
          "expected row-major arrays without gaps but got "
              + TensorChecks.describe(source)
              + " into "
              + TensorChecks.describe(target));
    }
  }

  private static Chunks.Piece doubleTimes(
      long count, long size, Elements from, Elements by, Elements to) {
    double[] x = new double[Chunks.SIZE];
    double[] y = new double[Chunks.SIZE];
    return (at, n) -> {
      by.read(at, y, 0, n);
      for (long t = 0; t < count; t++) {
        from.read(t * size + at, x, 0, n);
        for (int i = 0; i < n; i++) {
          x[i] *= y[i];
        }
        to.write(t * size + at, x, 0, n);
      }
    };
  }

  private static Chunks.Piece singleTimes(
      long count, long size, Elements from, Elements by, Elements to) {
    float[] x = new float[Chunks.SIZE];
    float[] y = new float[Chunks.SIZE];
    return (at, n) -> {
      by.read(at, y, n);
      for (long t = 0; t < count; t++) {
        from.read(t * size + at, x, n);
        for (int i = 0; i < n; i++) {
          x[i] *= y[i];
        }
        to.write(t * size + at, x, n);
      }
    };
  }

  /**
   * A multiple plus an array. Product and sum are rounded one after the other, not fused.
   *
   * @param a any array
   * @param factor finite; not rounded to the type of {@code a}
   * @param b an array of the same type and shape
   * @return a new row-major array of the same shape, {@code factor a + b}
   */
  public static INDArray scaledPlus(INDArray a, double factor, INDArray b) {
    TensorChecks.requireType("summand", a.dataType(), b);
    TensorChecks.requireShape("summand", b, a.shape());
    return combined(a, factor, b);
  }

  /**
   * As above, into an array.
   *
   * @param a row-major without gaps
   * @param factor finite
   * @param b an array of the same type and shape
   * @param target of the same type and shape, row-major without gaps; may be {@code a} itself
   * @throws IllegalArgumentException if types, shapes or layouts do not fit
   */
  public static void scaledPlus(INDArray a, double factor, INDArray b, INDArray target) {
    TensorChecks.requireType("summand", a.dataType(), b);
    TensorChecks.requireShape("summand", b, a.shape());
    combined(a, factor, b, target);
  }

  /**
   * A multiple, each entry rounded once.
   *
   * @param a row-major without gaps
   * @param factor finite
   * @param target of the same type and shape, row-major without gaps; may be {@code a} itself
   * @throws IllegalArgumentException if types, shapes or layouts do not fit
   */
  public static void scaled(INDArray a, double factor, INDArray target) {
    combined(a, factor, null, target);
  }

  /** {@code factor a}, or {@code factor a + b} with a rounding after each operation. */
  static INDArray combined(INDArray a, double factor, @Nullable INDArray b) {
    TensorChecks.requireOpen("array", a);
    TensorChecks.requireReal("array", a.dataType());
    INDArray first = TensorViews.contiguous(a);
    INDArray out = Tensors.uninitialized(a.dataType(), a.shape());
    try {
      combined(first, factor, b, out);
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    } finally {
      TensorViews.release(first, a);
    }
    return out;
  }

  private static void combined(
      INDArray first, double factor, @Nullable INDArray b, INDArray target) {
    TensorChecks.requireOpen("array", first);
    requireTarget(target, first);
    if (!Elements.direct()) {
      double[] out = Tensors.toDoubles(first);
      double[] plus = b == null ? new double[out.length] : Tensors.toDoubles(b);
      boolean round = first.dataType() == DataType.FLOAT;
      for (int i = 0; i < out.length; i++) {
        double product = round ? (float) (factor * out[i]) : factor * out[i];
        out[i] = b == null ? product : product + plus[i];
      }
      Tensors.write(out, target);
      return;
    }
    INDArray second = b == null ? first : TensorViews.contiguous(b);
    Chunks.pieces(
        target.length(),
        LEAST_CHUNKS,
        () -> {
          Elements from = new Elements(first);
          Elements plus = b == null ? null : new Elements(second);
          Elements to = new Elements(target);
          return target.dataType() == DataType.FLOAT
              ? singleSum(from, factor, plus, to)
              : doubleSum(from, factor, plus, to);
        });
    if (b != null) {
      TensorViews.release(second, b);
    }
  }

  private static Chunks.Piece doubleSum(
      Elements from, double factor, @Nullable Elements plus, Elements to) {
    double[] x = new double[Chunks.SIZE];
    double[] y = new double[Chunks.SIZE];
    return (at, n) -> {
      from.read(at, x, 0, n);
      if (plus == null) {
        for (int i = 0; i < n; i++) {
          x[i] *= factor;
        }
      } else {
        plus.read(at, y, 0, n);
        for (int i = 0; i < n; i++) {
          x[i] = factor * x[i] + y[i];
        }
      }
      to.write(at, x, 0, n);
    };
  }

  private static Chunks.Piece singleSum(
      Elements from, double factor, @Nullable Elements plus, Elements to) {
    float[] x = new float[Chunks.SIZE];
    float[] y = new float[Chunks.SIZE];
    return (at, n) -> {
      from.read(at, x, n);
      scale(x, n, factor);
      if (plus != null) {
        plus.read(at, y, n);
        for (int i = 0; i < n; i++) {
          x[i] += y[i];
        }
      }
      to.write(at, x, n);
    };
  }

  /** Rounds once: a product of two floats is exact in double precision. */
  private static void scale(float[] x, int n, double factor) {
    float single = (float) factor;
    if (single == factor) {
      for (int i = 0; i < n; i++) {
        x[i] *= single;
      }
    } else {
      for (int i = 0; i < n; i++) {
        x[i] = (float) (x[i] * factor);
      }
    }
  }
}
