package org.fullrank.linalg;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The memory layout of tensors: views of arrays without gaps, and row-major copies of those with
 * them.
 *
 * <p>A view shares its memory with the array it was taken from and lives no longer than it.
 */
public final class TensorViews {
  private TensorViews() {}

  /**
   * The array itself if it is row-major without gaps, otherwise a row-major copy.
   *
   * @param a any array
   * @return {@code a} or a copy that the caller closes (see {@link #release})
   */
  public static INDArray contiguous(INDArray a) {
    TensorChecks.requireOpen("array", a);
    return isContiguous(a) ? a : NativeHeap.copy(a, 'c');
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
    TensorChecks.requireOpen("array", a);
    if (!isContiguous(a) || Tensors.length(shape) != a.length()) {
      throw new IllegalArgumentException(
          "cannot view " + TensorChecks.describe(a) + " as " + Arrays.toString(shape));
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
    TensorChecks.requireRank("vector to slice", vector, 1);
    TensorChecks.requireRange("slice", offset, offset + Tensors.length(shape), vector.size(0));
    return vector
        .get(NDArrayIndex.interval(offset, offset + Tensors.length(shape)))
        .reshape('c', shape);
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
    return length == 0 ? Tensors.empty(vector.dataType()) : slice(vector, offset, length);
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
    TensorChecks.requireOpen("array", a);
    long[] shape = a.shape().clone();
    TensorChecks.requireRange("leading", from, to, shape.length == 0 ? 0 : shape[0]);
    long inner = a.length() / shape[0];
    shape[0] = to - from;
    INDArray flat = reshape(a, a.length());
    return flat.get(NDArrayIndex.interval(from * inner, to * inner)).reshape('c', shape);
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
}
