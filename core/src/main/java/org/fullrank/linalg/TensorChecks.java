package org.fullrank.linalg;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Validation of tensors at the boundary of the library. Every refusal is an {@link
 * IllegalArgumentException} that says what was expected, what came and where.
 */
public final class TensorChecks {
  private TensorChecks() {}

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

  static void requireRange(String where, long from, long to, long size) {
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
    if (isFinite(a)) {
      return;
    }
    double[] v = Tensors.toDoubles(a);
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
   * Whether every element is finite; reads through a small buffer.
   *
   * @param a any open array of a real type
   * @return false if there is a NaN or an infinity
   */
  public static boolean isFinite(INDArray a) {
    boolean[] finite = {true};
    Chunks.forEach(
        a,
        (chunk, length) -> {
          // 0 times a finite number is 0, times another NaN; four sums do not wait for each other
          double sum = 0;
          double second = 0;
          double third = 0;
          double fourth = 0;
          int i = 0;
          for (; i + 3 < length; i += 4) {
            sum += 0 * chunk[i];
            second += 0 * chunk[i + 1];
            third += 0 * chunk[i + 2];
            fourth += 0 * chunk[i + 3];
          }
          for (; i < length; i++) {
            sum += 0 * chunk[i];
          }
          finite[0] &= sum + second + third + fourth == 0;
        });
    return finite[0];
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
