package org.fullrank.diff;

import java.util.List;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient rows of one tensor that is used in several places: the sum of the rows of its uses. The
 * Gram of the sum is not the sum of the Grams, so the uses become one block before any product.
 */
public final class SharedBlocks {
  private SharedBlocks() {}

  /**
   * The sum of the rows of several blocks. Factored blocks stay factored: the positions of the
   * result are those of all uses.
   *
   * @param uses at least one, of the same numbers of cotangents, samples and entries
   * @param arena receives the arrays that are made
   * @return the only block if there is one
   */
  public static ParameterBlock merged(List<ParameterBlock> uses, Arena arena) {
    ParameterBlock first = uses.get(0);
    if (uses.size() == 1) {
      return first;
    }
    if (uses.stream().allMatch(use -> isLike(first, use))) {
      return factored(uses.stream().map(KroneckerBlock.class::cast).toList(), arena);
    }
    INDArray sum = arena.own(first.rows());
    for (ParameterBlock use : uses.subList(1, uses.size())) {
      try (INDArray rows = use.rows()) {
        sum.addi(rows);
      }
    }
    return ExplicitBlock.of(sum);
  }

  private static boolean isLike(ParameterBlock first, ParameterBlock use) {
    return first instanceof KroneckerBlock f
        && use instanceof KroneckerBlock k
        && f.scale() == k.scale()
        && f.layout() == k.layout()
        && f.inputs().size(2) == k.inputs().size(2);
  }

  private static KroneckerBlock factored(List<KroneckerBlock> uses, Arena arena) {
    KroneckerBlock first = uses.get(0);
    INDArray a = arena.own(interleaved(uses.stream().map(KroneckerBlock::inputs).toList(), 1));
    INDArray g =
        arena.own(interleaved(uses.stream().map(KroneckerBlock::outputCotangents).toList(), 2));
    return KroneckerBlock.of(a, g, first.scale(), first.layout());
  }

  /** Arrays of equal shape but for one axis, one after the other along it. */
  private static INDArray interleaved(List<INDArray> parts, int axis) {
    long[] shape = parts.get(0).shape().clone();
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= (int) shape[i];
    }
    int inner = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      inner *= (int) shape[i];
    }
    shape[axis] = parts.stream().mapToLong(part -> part.size(axis)).sum();
    int stride = (int) shape[axis] * inner;
    double[] out = new double[Tensors.length((long) outer * stride)];
    int at = 0;
    for (INDArray part : parts) {
      double[] values = Tensors.toDoubles(part);
      int length = (int) part.size(axis) * inner;
      for (int o = 0; o < outer; o++) {
        System.arraycopy(values, o * length, out, o * stride + at, length);
      }
      at += length;
    }
    return Tensors.of(parts.get(0).dataType(), out, shape);
  }
}
