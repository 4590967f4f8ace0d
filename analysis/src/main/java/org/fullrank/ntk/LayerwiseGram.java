package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums of block Grams: {@code K = sum_l (A_l A_l^T) o (G_l G_l^T)} for dense layers. */
final class LayerwiseGram {
  private LayerwiseGram() {}

  /**
   * The Gram of all rows of the blocks.
   *
   * @param left blocks on the row samples
   * @param right blocks on the column samples; the same list for a symmetric Gram
   * @return {@code [n k, n' k]} in row order {@code i * k + c}
   */
  static INDArray full(List<ParameterBlock> left, List<ParameterBlock> right) {
    ParameterBlock first = left.get(0);
    long n = first.samples();
    long k = first.cotangents();
    long n2 = right.get(0).samples();
    INDArray target = Tensors.zeros(first.dataType(), k, k, n, n2);
    int b = 0;
    while (b < left.size()) {
      int end = sharing(left, b);
      if (end - b > 1 && sharing(right, b) == end) {
        KroneckerBlock.addGram(
            kronecker(left, b, end),
            left == right ? kronecker(left, b, end) : kronecker(right, b, end),
            target);
        b = end;
      } else {
        left.get(b).addGram(right.get(b), target);
        b++;
      }
    }
    if (k == 1) {
      return Tensors.reshape(target, n, n2);
    }
    try (INDArray blocks = target) {
      return Tensors.reshape(blocks.permute(2, 0, 3, 1).dup('c'), n * k, n2 * k);
    }
  }

  /** One past the last of the blocks from {@code b} on that share their output cotangents. */
  private static int sharing(List<ParameterBlock> blocks, int b) {
    int end = b + 1;
    if (blocks.get(b) instanceof KroneckerBlock first && first.inputs().size(1) == 1) {
      while (end < blocks.size()
          && blocks.get(end) instanceof KroneckerBlock next
          && next.inputs().size(1) == 1
          && next.outputCotangents() == first.outputCotangents()) {
        end++;
      }
    }
    return end;
  }

  private static List<KroneckerBlock> kronecker(List<ParameterBlock> blocks, int from, int to) {
    List<KroneckerBlock> out = new ArrayList<>();
    for (ParameterBlock block : blocks.subList(from, to)) {
      out.add((KroneckerBlock) block);
    }
    return out;
  }

  /**
   * The trace kernel.
   *
   * @param blocks blocks on the samples
   * @return {@code [n, n]}, entry {@code (i, j)} summed over equal outputs
   */
  static INDArray trace(List<ParameterBlock> blocks) {
    long n = blocks.get(0).samples();
    INDArray target = Tensors.zeros(blocks.get(0).dataType(), n, n);
    blocks.forEach(b -> b.addTrace(b, target));
    return target;
  }

  /**
   * The diagonal.
   *
   * @param blocks blocks on the samples
   * @return {@code [n k]} in row order {@code i * k + c}
   */
  static INDArray diagonal(List<ParameterBlock> blocks) {
    long n = blocks.get(0).samples();
    long k = blocks.get(0).cotangents();
    try (INDArray sum = Tensors.zeros(blocks.get(0).dataType(), k, n)) {
      for (ParameterBlock block : blocks) {
        try (INDArray norms = block.squaredNorms()) {
          sum.addi(norms);
        }
      }
      return Tensors.reshape(Tensors.transpose(sum), n * k);
    }
  }
}
