package org.fullrank.diff;

import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The block layout {@code [m, m', n, n']} that Gram contributions are added into. */
final class GramBlocks {
  private GramBlocks() {}

  /** Throws unless the target of a Gram has the shape of the two blocks. */
  static void requireGram(ParameterBlock block, ParameterBlock other, INDArray target) {
    ParameterBlock.requireCompatible(block, other);
    requireTarget(
        "Gram target",
        block,
        target,
        block.cotangents(),
        other.cotangents(),
        block.samples(),
        other.samples());
  }

  /** Throws unless the target of a trace kernel has the shape of the two blocks. */
  static void requireTrace(ParameterBlock block, ParameterBlock other, INDArray target) {
    ParameterBlock.requireCompatible(block, other);
    if (block.cotangents() != other.cotangents()) {
      throw new IllegalArgumentException(
          "trace kernel of parameter blocks expects equal numbers of cotangents but got "
              + block.cotangents()
              + " and "
              + other.cotangents());
    }
    requireTarget("trace kernel target", block, target, block.samples(), other.samples());
  }

  private static void requireTarget(
      String where, ParameterBlock block, INDArray target, long... shape) {
    TensorChecks.requireShape(where, target, shape);
    TensorChecks.requireType(where, block.dataType(), target);
    if (!TensorViews.isContiguous(target)) {
      throw new IllegalArgumentException(
          where
              + " expects row-major order without gaps but got a view "
              + TensorChecks.describe(target));
    }
  }

  /** The block of cotangents {@code (c, d)} as a view {@code [n, n2]}. */
  static INDArray view(INDArray target, long c, long d, long n, long n2) {
    INDArray row = TensorViews.leading(target, c, c + 1);
    INDArray blocks = TensorViews.reshape(row, target.size(1), n, n2);
    return TensorViews.reshape(TensorViews.leading(blocks, d, d + 1), n, n2);
  }

  /**
   * Adds a product to block {@code (c, d)}. With {@code symmetric}, callers pass blocks {@code c <=
   * d} only: each is added there and, transposed, to {@code (d, c)}; a native product of a matrix
   * with its own transpose need not be symmetric to the bit, so the diagonal block takes its upper
   * triangle.
   */
  static void add(
      INDArray product, INDArray target, long c, long d, long n, long n2, boolean symmetric) {
    if (!symmetric) {
      view(target, c, d, n, n2).addi(product);
    } else if (c < d) {
      view(target, c, d, n, n2).addi(product);
      try (INDArray t = Tensors.transpose(product)) {
        view(target, d, c, n, n2).addi(t);
      }
    } else {
      mirrorUpper(product);
      view(target, c, d, n, n2).addi(product);
    }
  }

  /** Copies the upper triangle of a square matrix onto the lower one. */
  static void mirrorUpper(INDArray square) {
    int n = (int) square.size(0);
    double[] v = Tensors.toDoubles(square);
    for (int i = 1; i < n; i++) {
      for (int j = 0; j < i; j++) {
        v[i * n + j] = v[j * n + i];
      }
    }
    Tensors.write(v, square);
  }
}
