package org.fullrank.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which tensors of a chain are one tensor. The chain itself knows nothing of it: it reads an
 * expanded parameter vector in which every use has a copy, and this class says where the copies
 * come from.
 */
final class Tying {
  private final List<Slot> slots;
  private final List<Slot> expanded;
  private final int[] sources;
  private final long count;

  private Tying(List<Slot> slots, List<Slot> expanded, int[] sources, long count) {
    this.slots = slots;
    this.expanded = expanded;
    this.sources = sources;
    this.count = count;
  }

  /** Of the slots of a chain, offsets in the expanded vector. */
  static Tying of(List<Slot> expanded) {
    Map<Use, Integer> known = new HashMap<>();
    List<Slot> slots = new ArrayList<>();
    int[] sources = new int[expanded.size()];
    long count = 0;
    for (int e = 0; e < sources.length; e++) {
      Slot slot = expanded.get(e);
      int next = slots.size();
      sources[e] =
          slot.tie()
              .map(tie -> known.computeIfAbsent(new Use(tie, slot.name()), u -> next))
              .orElse(next);
      if (sources[e] == next) {
        slots.add(slot.at(count));
        count += slot.size();
      }
    }
    return new Tying(List.copyOf(slots), List.copyOf(expanded), sources, count);
  }

  /** Whether any tensor is used twice. */
  boolean ties() {
    return slots.size() < expanded.size();
  }

  /** The tensors, each once, in the order of their first use. */
  List<Slot> slots() {
    return slots;
  }

  /** The number of parameters. */
  long count() {
    return count;
  }

  /** Index of the tensor in {@link #slots} for every tensor of the chain. */
  int source(int use) {
    return sources[use];
  }

  /** Number of tensors of the chain. */
  int uses() {
    return sources.length;
  }

  /** For every element of the expanded vector its place in the parameter vector. */
  long[] origin() {
    long length = expanded.stream().mapToLong(Slot::size).sum();
    long[] origin = new long[Math.toIntExact(length)];
    for (int e = 0; e < sources.length; e++) {
      long from = slots.get(sources[e]).offset();
      int to = Math.toIntExact(expanded.get(e).offset());
      for (int i = 0; i < expanded.get(e).size(); i++) {
        origin[to + i] = from + i;
      }
    }
    return origin;
  }

  /** The expanded vector of parameters {@code [p]}. */
  double[] expand(double[] theta) {
    long[] origin = origin();
    double[] out = new double[origin.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = theta[(int) origin[i]];
    }
    return out;
  }

  /** Rows {@code [m, p]} with a copy for every use; the caller closes the result. */
  INDArray expandRows(INDArray rows) {
    double[][] all = Tensors.toRows(rows);
    int length = Tensors.length(expanded.stream().mapToLong(Slot::size).sum());
    double[] out = new double[all.length * length];
    for (int r = 0; r < all.length; r++) {
      System.arraycopy(expand(all[r]), 0, out, r * length, length);
    }
    return Tensors.of(rows.dataType(), out, all.length, length);
  }

  private record Use(Tie tie, String name) {}
}
