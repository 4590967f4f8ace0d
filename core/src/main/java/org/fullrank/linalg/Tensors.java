package org.fullrank.linalg;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Creation, bulk copies and validation of tensors.
 *
 * <p>Every array made here is row-major ({@code 'c'}), of type {@code DOUBLE} or {@code FLOAT}, and
 * shares no memory with its source unless the method says "view". Methods that read accept any
 * order, stride and offset.
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
   */
  public static INDArray zeros(DataType type, long... shape) {
    requireReal("type", type);
    length(shape);
    return Nd4j.create(type, shape, 'c');
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
    double[] values = toDoubles(a);
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return of(a.dataType(), values, a.shape());
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
    INDArray a = zeros(type, shape);
    write(values, a);
    return a;
  }

  /**
   * A matrix from its rows.
   *
   * @param rows rows of equal, positive length
   * @return a new {@code DOUBLE} array of shape {@code [rows.length, rows[0].length]}
   */
  public static INDArray ofRows(double[][] rows) {
    if (rows.length == 0 || rows[0].length == 0) {
      throw new IllegalArgumentException(
          "expected at least one row and one column but got an empty matrix");
    }
    int m = rows[0].length;
    double[] flat = new double[Math.multiplyExact(rows.length, m)];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != m) {
        throw new IllegalArgumentException(
            "expected rows of length " + m + " but row " + i + " has length " + rows[i].length);
      }
      System.arraycopy(rows[i], 0, flat, i * m, m);
    }
    return of(flat, rows.length, m);
  }

  /**
   * All values as doubles in row-major order; exact for both types.
   *
   * @param a an array of any order, stride and offset
   * @return a new Java array
   */
  public static double[] toDoubles(INDArray a) {
    requireOpen("array", a);
    requireReal("array", a.dataType());
    double[] out = new double[length(a.shape())];
    INDArray c = contiguous(a);
    if (!Nd4j.getEnvironment().isCPU()) {
      System.arraycopy(c.dup('c').data().asDouble(), 0, out, 0, out.length);
    } else if (c.dataType() == DataType.DOUBLE) {
      new DoublePointer(c.data().addressPointer()).get(out);
    } else {
      float[] f = new float[out.length];
      new FloatPointer(c.data().addressPointer()).get(f);
      for (int i = 0; i < f.length; i++) {
        out[i] = f[i];
      }
    }
    release(c, a);
    return out;
  }

  /**
   * The rows of a matrix as doubles.
   *
   * @param a a matrix {@code [n, m]}
   * @return {@code n} new Java arrays of length {@code m}
   */
  public static double[][] toRows(INDArray a) {
    requireRank("matrix", a, 2);
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
    requireOpen("target", target);
    requireReal("target", target.dataType());
    if (target.length() != values.length || !isContiguous(target)) {
      throw new IllegalArgumentException(
          "expected a row-major target of "
              + values.length
              + " elements but got "
              + describe(target));
    }
    if (!Nd4j.getEnvironment().isCPU()) {
      try (INDArray source = Nd4j.createFromArray(values)) {
        target.assign(source.reshape('c', target.shape()));
      }
    } else if (target.dataType() == DataType.DOUBLE) {
      new DoublePointer(target.data().addressPointer()).put(values);
    } else {
      float[] f = new float[values.length];
      for (int i = 0; i < f.length; i++) {
        f[i] = (float) values[i];
      }
      new FloatPointer(target.data().addressPointer()).put(f);
    }
  }

  /**
   * The array itself if it is row-major without gaps, otherwise a row-major copy.
   *
   * @param a any array
   * @return {@code a} or a copy that the caller closes (see {@link #release})
   */
  public static INDArray contiguous(INDArray a) {
    requireOpen("array", a);
    return isContiguous(a) ? a : a.dup('c');
  }

  /**
   * Closes {@code copy} if it is not {@code original}; the partner of {@link #contiguous}.
   *
   * @param copy a result of {@link #contiguous}
   * @param original what it was made from
   */
  public static void release(INDArray copy, INDArray original) {
    if (copy != original && copy.closeable()) {
      copy.close();
    }
  }

  /**
   * A view with another shape.
   *
   * @param a a row-major array without gaps
   * @param shape dimensions with the same product
   * @return a view
   */
  public static INDArray reshape(INDArray a, long... shape) {
    requireOpen("array", a);
    if (!isContiguous(a) || length(shape) != a.length()) {
      throw new IllegalArgumentException(
          "cannot view " + describe(a) + " as " + Arrays.toString(shape));
    }
    return a.reshape('c', shape);
  }

  /**
   * A view of {@code length} consecutive elements of a vector, with a shape.
   *
   * @param vector a vector {@code [p]} without gaps
   * @param offset first element
   * @param shape shape of the view
   * @return a view
   */
  public static INDArray slice(INDArray vector, long offset, long... shape) {
    requireRank("vector to slice", vector, 1);
    requireRange("slice", offset, offset + length(shape), vector.size(0));
    return vector.get(NDArrayIndex.interval(offset, offset + length(shape))).reshape('c', shape);
  }

  /**
   * An array without elements: the parameters of a network without slots.
   *
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @return an empty array
   */
  public static INDArray empty(DataType type) {
    requireReal("type", type);
    return Nd4j.empty(type);
  }

  /**
   * A view of consecutive elements of a vector, which may be none.
   *
   * @param vector a vector {@code [p]} without gaps
   * @param offset first element
   * @param length number of elements, at least 0
   * @return a view {@code [length]}, or an empty array of the same type
   */
  public static INDArray segment(INDArray vector, long offset, long length) {
    return length == 0 ? empty(vector.dataType()) : slice(vector, offset, length);
  }

  /**
   * A view of consecutive entries of the first axis.
   *
   * @param a a row-major array {@code [m, ...]} without gaps
   * @param from first entry
   * @param to one past the last entry
   * @return a view of shape {@code [to - from, ...]}
   */
  public static INDArray leading(INDArray a, long from, long to) {
    requireOpen("array", a);
    long[] shape = a.shape().clone();
    requireRange("leading", from, to, shape.length == 0 ? 0 : shape[0]);
    long inner = a.length() / shape[0];
    shape[0] = to - from;
    INDArray flat = reshape(a, a.length());
    return flat.get(NDArrayIndex.interval(from * inner, to * inner)).reshape('c', shape);
  }

  /**
   * A copy with the first two axes exchanged.
   *
   * @param a an array {@code [m, n, ...]}
   * @return a new row-major array {@code [n, m, ...]}
   */
  public static INDArray swapLeading(INDArray a) {
    requireOpen("array", a);
    long[] shape = a.shape().clone();
    if (shape.length < 2) {
      throw new IllegalArgumentException(
          "swapLeading expects at least 2 dimensions but got " + describe(a));
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
    requireRank("matrix", a, 2);
    return a.transpose().dup('c');
  }

  /**
   * Whether the elements lie in row-major order without gaps.
   *
   * @param a any array
   * @return true if a bulk copy of {@code a.length()} elements reads it in order
   */
  public static boolean isContiguous(INDArray a) {
    long[] shape = a.shape();
    long[] stride = a.stride();
    long expected = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      if (shape[d] != 1 && stride[d] != expected) {
        return false;
      }
      expected *= shape[d];
    }
    return a.ordering() == 'c' || a.rank() <= 1;
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

  /**
   * Throws unless the type is {@code DOUBLE} or {@code FLOAT}.
   *
   * @param where what is checked, for the message
   * @param type its type
   */
  public static void requireReal(String where, DataType type) {
    if (type != DataType.DOUBLE && type != DataType.FLOAT) {
      throw new IllegalArgumentException(
          where + " expects data type DOUBLE or FLOAT but got " + type);
    }
  }

  /**
   * Throws unless the two arrays have the same real type.
   *
   * @param where what is checked, for the message
   * @param expected the type to have
   * @param a the array
   */
  public static void requireType(String where, DataType expected, INDArray a) {
    requireReal(where, a.dataType());
    if (a.dataType() != expected) {
      throw new IllegalArgumentException(
          where
              + " expects data type "
              + expected
              + " but got "
              + a.dataType()
              + "; convert one side explicitly");
    }
  }

  /**
   * Throws if the off-heap memory of the array was freed; reading it would end the process.
   *
   * @param where what is checked, for the message
   * @param a the array
   */
  public static void requireOpen(String where, INDArray a) {
    if (a.wasClosed()) {
      throw new IllegalArgumentException(
          where + " expects an open array but got a closed one, " + describe(a));
    }
  }

  private static void requireRange(String where, long from, long to, long size) {
    if (from < 0 || to > size || from >= to) {
      throw new IllegalArgumentException(
          where + " expects 0 <= from < to <= " + size + " but got from " + from + " to " + to);
    }
  }

  /**
   * Throws unless the array has the rank.
   *
   * @param where what is checked, for the message
   * @param a the array
   * @param rank its expected number of dimensions
   */
  public static void requireRank(String where, INDArray a, int rank) {
    requireOpen(where, a);
    if (a.isEmpty() || a.rank() != rank) {
      throw new IllegalArgumentException(
          where + " expects " + rank + " dimensions but got " + describe(a));
    }
  }

  /**
   * Throws unless the array has the shape; -1 stands for any positive dimension.
   *
   * @param where what is checked, for the message
   * @param a the array
   * @param shape its expected shape
   */
  public static void requireShape(String where, INDArray a, long... shape) {
    requireOpen(where, a);
    boolean ok = !a.isEmpty() && a.rank() == shape.length;
    for (int d = 0; ok && d < shape.length; d++) {
      ok = shape[d] < 0 ? a.size(d) > 0 : a.size(d) == shape[d];
    }
    if (!ok) {
      throw new IllegalArgumentException(
          where
              + " expects shape "
              + Arrays.toString(shape).replace("-1", "any")
              + " but got "
              + describe(a));
    }
  }

  /**
   * Throws unless every element is finite.
   *
   * @param where what is checked, for the message
   * @param a the array
   */
  public static void requireFinite(String where, INDArray a) {
    requireOpen(where, a);
    requireReal(where, a.dataType());
    double[] v = toDoubles(a);
    for (int i = 0; i < v.length; i++) {
      if (!Double.isFinite(v[i])) {
        throw new IllegalArgumentException(
            where
                + " expects finite values but got "
                + v[i]
                + " at row-major index "
                + i
                + " of "
                + describe(a));
      }
    }
  }

  /**
   * Shape, type and order in words, for messages.
   *
   * @param a any array
   * @return such as {@code DOUBLE [3, 4]}
   */
  public static String describe(INDArray a) {
    return a.isEmpty() ? "an empty array" : a.dataType() + " " + Arrays.toString(a.shape());
  }
}
