package org.fullrank.linalg;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Creation and bulk copies of tensors.
 *
 * <p>Every array made here is row-major ({@code 'c'}), of type {@code DOUBLE} or {@code FLOAT}, and
 * shares no memory with its source. Methods that read accept any order, stride and offset. Views
 * are in {@link TensorViews}, checks in {@link TensorChecks}.
 */
public final class Tensors {
  private Tensors() {}

  /**
   * A zero array.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param shape its dimensions, each at least 1
   * @return a new row-major array
   * @throws IllegalArgumentException if the type is another one, a dimension is not positive, or
   *     the array would have 2^31 elements or more
   * @throws IllegalStateException as in {@link Backend#require}
   * @throws OutOfMemoryError if JavaCPP's limit of the process leaves no room, with that limit and
   *     what to do
   */
  public static INDArray zeros(DataType type, long... shape) {
    return NativeHeap.allocate(type, true, shape);
  }

  /**
   * An array with one value everywhere.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param value the value
   * @param shape its dimensions, each at least 1
   * @return a new row-major array
   */
  public static INDArray filled(DataType type, double value, long... shape) {
    double[] values = new double[length(shape)];
    Arrays.fill(values, value);
    return of(type, values, shape);
  }

  /**
   * A multiple, each entry rounded once. ND4J's own product with a number leaves a scalar array
   * behind for the garbage collector.
   *
   * @param a any array
   * @param factor finite
   * @return a new row-major array of the same shape
   */
  public static INDArray scaled(INDArray a, double factor) {
    return Entrywise.combined(a, factor, null);
  }

  /**
   * An array of doubles from row-major values.
   *
   * @param values the values, copied
   * @param shape dimensions whose product is {@code values.length}
   * @return a new {@code DOUBLE} array
   */
  public static INDArray of(double[] values, long... shape) {
    return of(DataType.DOUBLE, values, shape);
  }

  /**
   * An array of the given type from row-major values; {@code FLOAT} rounds each to nearest.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param values the values, copied
   * @param shape dimensions whose product is {@code values.length}
   * @return a new array
   */
  public static INDArray of(DataType type, double[] values, long... shape) {
    if (length(shape) != values.length) {
      throw new IllegalArgumentException(
          "shape "
              + Arrays.toString(shape)
              + " expects "
              + length(shape)
              + " values but got "
              + values.length);
    }
    TensorChecks.requireReal("type", type);
    INDArray a = uninitialized(type, shape);
    write(values, a);
    return a;
  }

  /**
   * A matrix of equal rows.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}, which rounds to nearest
   * @param row the row
   * @param n number of rows, at least 1
   * @return a new array of shape {@code [n, row.length]}
   */
  public static INDArray tiled(DataType type, double[] row, long n) {
    INDArray a = uninitialized(type, n, row.length);
    tile(row, a);
    return a;
  }

  /**
   * Fills a matrix with equal rows.
   *
   * @param row the row
   * @param target {@code [n, row.length]}, row-major without gaps; {@code FLOAT} rounds to nearest
   * @throws IllegalArgumentException if its type, shape or layout does not fit
   */
  public static void tile(double[] row, INDArray target) {
    TensorChecks.requireOpen("matrix of equal rows", target);
    TensorChecks.requireReal("matrix of equal rows", target.dataType());
    TensorChecks.requireShape("matrix of equal rows", target, -1, row.length);
    long n = target.size(0);
    int rows = Elements.direct() ? (int) Math.min(n, Chunks.SIZE / row.length + 1) : (int) n;
    double[] block = new double[rows * row.length];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(row, 0, block, i * row.length, row.length);
    }
    if (!Elements.direct()) {
      write(block, target);
      return;
    }
    if (!TensorViews.isContiguous(target)) {
      throw new IllegalArgumentException(
          "expected a row-major target but got " + TensorChecks.describe(target));
    }
    long size = target.length();
    Elements to = new Elements(target);
    if (target.dataType() == DataType.DOUBLE) {
      for (long at = 0; at < size; at += block.length) {
        to.write(at, block, 0, (int) Math.min(block.length, size - at));
      }
    } else {
      float[] single = new float[block.length];
      for (int i = 0; i < single.length; i++) {
        single[i] = (float) block[i];
      }
      for (long at = 0; at < size; at += single.length) {
        to.write(at, single, (int) Math.min(single.length, size - at));
      }
    }
  }

  /**
   * An array whose values the caller sets, all of them: what it holds until then is arbitrary, NaN
   * included.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param shape its dimensions, each at least 1
   * @return a new row-major array
   * @throws IllegalArgumentException as in {@link #zeros}
   */
  public static INDArray uninitialized(DataType type, long... shape) {
    return NativeHeap.allocate(type, false, shape);
  }

  /**
   * A matrix from its rows.
   *
   * @param rows rows of equal, positive length
   * @return a new {@code DOUBLE} array of shape {@code [rows.length, rows[0].length]}
   */
  public static INDArray ofRows(double[][] rows) {
    return ofRows(DataType.DOUBLE, rows);
  }

  /**
   * A matrix of the given type from its rows; {@code FLOAT} rounds each entry to nearest.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @param rows rows of equal, positive length
   * @return a new array of shape {@code [rows.length, rows[0].length]}
   */
  public static INDArray ofRows(DataType type, double[][] rows) {
    if (rows.length == 0 || rows[0].length == 0) {
      throw new IllegalArgumentException(
          "expected at least one row and one column but got an empty matrix");
    }
    int m = rows[0].length;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != m) {
        throw new IllegalArgumentException(
            "expected rows of length " + m + " but row " + i + " has length " + rows[i].length);
      }
    }
    if (Elements.direct()) {
      TensorChecks.requireReal("type", type);
      length(rows.length, m);
      INDArray a = uninitialized(type, rows.length, m);
      Elements to = new Elements(a);
      for (int i = 0; i < rows.length; i++) {
        to.write((long) i * m, rows[i], 0, m);
      }
      return a;
    }
    double[] flat = new double[Math.multiplyExact(rows.length, m)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * m, m);
    }
    return of(type, flat, rows.length, m);
  }

  /**
   * All values as doubles in row-major order; exact for both types.
   *
   * @param a an array of any order, stride and offset
   * @return a new Java array
   */
  public static double[] toDoubles(INDArray a) {
    TensorChecks.requireOpen("array", a);
    TensorChecks.requireReal("array", a.dataType());
    double[] out = new double[length(a.shape())];
    INDArray c = TensorViews.contiguous(a);
    if (Elements.direct()) {
      new Elements(c).read(0, out, 0, out.length);
    } else {
      System.arraycopy(NativeHeap.copy(c, 'c').data().asDouble(), 0, out, 0, out.length);
    }
    TensorViews.release(c, a);
    return out;
  }

  /**
   * The rows of a matrix as doubles.
   *
   * @param a a matrix {@code [n, m]}
   * @return {@code n} new Java arrays of length {@code m}
   */
  public static double[][] toRows(INDArray a) {
    TensorChecks.requireRank("matrix", a, 2);
    double[] flat = toDoubles(a);
    int n = (int) a.size(0);
    int m = (int) a.size(1);
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * m, (i + 1) * m);
    }
    return rows;
  }

  /**
   * Overwrites an array that this library made.
   *
   * @param values row-major values; rounded to nearest where {@code target} is {@code FLOAT}
   * @param target a row-major array without gaps
   * @throws IllegalArgumentException if the lengths differ or the target has gaps
   */
  public static void write(double[] values, INDArray target) {
    TensorChecks.requireOpen("target", target);
    TensorChecks.requireReal("target", target.dataType());
    if (target.length() != values.length || !TensorViews.isContiguous(target)) {
      throw new IllegalArgumentException(
          "expected a row-major target of "
              + values.length
              + " elements but got "
              + TensorChecks.describe(target));
    }
    if (Elements.direct()) {
      new Elements(target).write(0, values, 0, values.length);
    } else {
      try (INDArray source = Nd4j.createFromArray(values)) {
        target.assign(source.reshape('c', target.shape()));
      }
    }
  }

  /**
   * An array without elements: the parameters of a network without slots.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @return an empty array
   */
  public static INDArray empty(DataType type) {
    TensorChecks.requireReal("type", type);
    BackendLoader.require();
    return Nd4j.empty(type);
  }

  /**
   * A copy with the first two axes exchanged.
   *
   * @param a an array {@code [m, n, ...]}
   * @return a new row-major array {@code [n, m, ...]}
   */
  public static INDArray swapLeading(INDArray a) {
    TensorChecks.requireOpen("array", a);
    long[] shape = a.shape().clone();
    if (shape.length < 2) {
      throw new IllegalArgumentException(
          "swapLeading expects at least 2 dimensions but got " + TensorChecks.describe(a));
    }
    int m = (int) shape[0];
    int n = (int) shape[1];
    shape[0] = n;
    shape[1] = m;
    double[] from = toDoubles(a);
    int run = from.length / (m * n);
    double[] to = new double[from.length];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        System.arraycopy(from, (c * n + i) * run, to, (i * m + c) * run, run);
      }
    }
    return of(a.dataType(), to, shape);
  }

  /**
   * A copy in another type; {@code FLOAT} rounds to nearest.
   *
   * @param a any array
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @return a new array of the same shape
   */
  public static INDArray convert(INDArray a, DataType type) {
    return of(type, toDoubles(a), a.shape());
  }

  /**
   * The transpose as a row-major copy.
   *
   * @param a a matrix {@code [n, m]}
   * @return a new matrix {@code [m, n]}
   */
  public static INDArray transpose(INDArray a) {
    TensorChecks.requireRank("matrix", a, 2);
    return NativeHeap.copy(a.transpose(), 'c');
  }

  /**
   * The number of elements of a shape.
   *
   * @param shape dimensions
   * @return their product
   * @throws IllegalArgumentException if a dimension is not positive or the product is 2^31 or more
   */
  public static int length(long... shape) {
    long product = 1;
    for (long d : shape) {
      if (d < 1) {
        throw new IllegalArgumentException(
            "expected positive dimensions but got " + Arrays.toString(shape));
      }
      if (product > Integer.MAX_VALUE / d) {
        throw new IllegalArgumentException(
            "expected fewer than 2^31 elements but shape " + Arrays.toString(shape) + " has more");
      }
      product *= d;
    }
    return (int) product;
  }
}
