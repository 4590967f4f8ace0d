package org.fullrank.ntk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The Gram matrix split into the parts of groups of parameter tensors. */
final class GramParts {
  private GramParts() {}

  /** The name of a slot before its last dot. */
  static String layerName(Slot slot) {
    int dot = slot.name().lastIndexOf('.');
    return dot < 0 ? slot.name() : slot.name().substring(0, dot);
  }

  /**
   * The parts, which sum to the Gram, from the stored Jacobian.
   *
   * @param slots the slots of the Jacobian's columns
   * @param keyOf the name of a slot's group
   * @return group to part, in slot order
   */
  static Map<String, INDArray> of(
      Jacobian jacobian, List<Slot> slots, Function<Slot, String> keyOf) {
    Map<String, INDArray> sums = new LinkedHashMap<>();
    try (INDArray j = jacobian.toMatrix()) {
      for (Slot slot : slots) {
        try (INDArray columns = columns(j, slot)) {
          merge(sums, keyOf.apply(slot), Products.multiply(columns, false, columns, true));
        }
      }
    }
    return sums;
  }

  private static INDArray columns(INDArray j, Slot slot) {
    return j.get(
            NDArrayIndex.all(), NDArrayIndex.interval(slot.offset(), slot.offset() + slot.size()))
        .dup('c');
  }

  private static void merge(Map<String, INDArray> sums, String name, INDArray part) {
    INDArray sum = sums.putIfAbsent(name, part);
    if (sum != null) {
      sum.addi(part);
      part.close();
    }
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
      try (INDArray bySample = Tensors.transpose(sum)) {
        return Tensors.of(sum.dataType(), Tensors.toDoubles(bySample), n * k);
      }
    }
  }
}
