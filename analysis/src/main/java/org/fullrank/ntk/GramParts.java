package org.fullrank.ntk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Products;
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
   * The parts, which sum to the Gram.
   *
   * @param slots the slots of the Jacobian's columns
   * @param keyOf the name of a slot's group
   * @param layerwise from the factors of the gradients instead of the stored Jacobian
   * @return group to part, in slot order
   */
  static Map<String, GramMatrix> of(
      Jacobian jacobian, List<Slot> slots, Function<Slot, String> keyOf, boolean layerwise) {
    Map<String, INDArray> sums = new LinkedHashMap<>();
    if (layerwise) {
      try (Pullback pullback = jacobian.pullbackOutputs()) {
        for (int s = 0; s < slots.size(); s++) {
          List<ParameterBlock> one = List.of(pullback.blocks().get(s));
          merge(sums, keyOf.apply(slots.get(s)), LayerwiseGram.full(one, one));
        }
      }
    } else {
      try (INDArray j = jacobian.toMatrix()) {
        for (Slot slot : slots) {
          try (INDArray columns = columns(j, slot)) {
            merge(sums, keyOf.apply(slot), Products.multiply(columns, false, columns, true));
          }
        }
      }
    }
    Map<String, GramMatrix> out = new LinkedHashMap<>();
    sums.forEach(
        (name, sum) ->
            out.put(
                name,
                GramMatrix.fromUpper(
                    sum, jacobian.samples(), jacobian.outputs(), GramMatrix.unknownError())));
    return out;
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
}
