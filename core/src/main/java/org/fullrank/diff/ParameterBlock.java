package org.fullrank.diff;

import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient rows of one parameter tensor: for each cotangent {@code c} (of {@code m}) and sample
 * {@code i} (of {@code n}) a vector of {@code size} entries, in the tensor's row-major order.
 *
 * <p>Results are new row-major arrays that the caller closes. Products run on the native BLAS.
 */
public sealed interface ParameterBlock permits KroneckerBlock, ExplicitBlock {
  /**
   * The number of cotangents.
   *
   * @return m
   */
  long cotangents();

  /**
   * The number of samples.
   *
   * @return n
   */
  long samples();

  /**
   * The number of entries of the parameter tensor.
   *
   * @return the length of each row
   */
  long size();

  /**
   * The type of the rows.
   *
   * @return {@code DOUBLE} or {@code FLOAT}
   */
  DataType dataType();

  /**
   * All rows; allocates {@code m n size} elements.
   *
   * @return {@code [m, n, size]}
   */
  INDArray rows();

  /**
   * The rows summed over samples: the vector-Jacobian product.
   *
   * @return {@code [m, size]}
   */
  INDArray sum();

  /**
   * Adds a multiple of the rows summed over samples: one step of gradient descent when the target
   * is the parameter tensor itself.
   *
   * @param factor finite
   * @param target {@code [m, size]}, row-major without gaps; it may be memory that {@link
   *     #cotangents()} were computed from, not memory that the rows refer to
   */
  default void addSum(double factor, INDArray target) {
    requireSum(this, target);
    try (INDArray sum = sum();
        INDArray scaled = Tensors.scaled(sum, factor)) {
      target.addi(scaled);
    }
  }

  /**
   * Adds the inner products of this block's rows with another's.
   *
   * @param other block of the same tensor, of {@code m'} cotangents and {@code n'} samples
   * @param target {@code [m, m', n, n']}, row-major; entry {@code (c, c', i, j)} grows by {@code
   *     <row(c, i), other.row(c', j)>}. When {@code other} is this block the increment is symmetric
   *     to the bit.
   */
  void addGram(ParameterBlock other, INDArray target);

  /**
   * Adds the inner products summed over equal cotangents: the trace kernel.
   *
   * @param other block of the same tensor with as many cotangents and {@code n'} samples
   * @param target {@code [n, n']}; entry {@code (i, j)} grows by {@code sum_c <row(c, i),
   *     other.row(c, j)>}
   */
  void addTrace(ParameterBlock other, INDArray target);

  /**
   * The squared norms of the rows: the diagonal of the Gram.
   *
   * @return {@code [m, n]}
   */
  INDArray squaredNorms();

  /**
   * The inner products with another block's rows.
   *
   * @param other block of the same tensor, of {@code m'} cotangents and {@code n'} samples
   * @return {@code [m, m', n, n']}
   */
  default INDArray gram(ParameterBlock other) {
    INDArray target =
        Tensors.zeros(dataType(), cotangents(), other.cotangents(), samples(), other.samples());
    addGram(other, target);
    return target;
  }

  /**
   * Throws unless the target can take the sum over samples.
   *
   * @param block the block
   * @param target what is added to
   */
  static void requireSum(ParameterBlock block, INDArray target) {
    TensorChecks.requireShape("sum target", target, block.cotangents(), block.size());
    TensorChecks.requireType("sum target", block.dataType(), target);
    if (!TensorViews.isContiguous(target)) {
      throw new IllegalArgumentException(
          "sum target expects row-major order without gaps but got "
              + TensorChecks.describe(target));
    }
  }

  /**
   * Throws unless the other block can belong to the same tensor.
   *
   * @param block this block
   * @param other the other block
   */
  static void requireCompatible(ParameterBlock block, ParameterBlock other) {
    if (block.size() != other.size() || block.dataType() != other.dataType()) {
      throw new IllegalArgumentException(
          "Gram of parameter blocks expects equal sizes and types but got "
              + block.size()
              + " "
              + block.dataType()
              + " and "
              + other.size()
              + " "
              + other.dataType());
    }
  }
}
