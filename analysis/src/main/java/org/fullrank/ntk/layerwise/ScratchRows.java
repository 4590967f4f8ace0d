package org.fullrank.ntk.layerwise;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Matrices of one thread that are used again: making an array costs 80 microseconds a megabyte,
 * since ND4J fills it with zeros, and what was used last is still in the cache. What they hold when
 * they are taken is arbitrary.
 */
final class ScratchRows implements AutoCloseable {
  /**
   * A matrix, and the same memory as blocks.
   *
   * @param matrix {@code [blocks * n, width]}
   * @param cube {@code [blocks, n, width]}
   */
  record Rows(INDArray matrix, INDArray cube) {}

  private record Size(int blocks, long width) {}

  /** A vector for blocks of {@link #capacity} rows, and its views by their number of rows. */
  private record Memory(INDArray vector, Map<Integer, Rows> views) {}

  private final DataType type;
  private final Map<Size, Deque<Memory>> free = new HashMap<>();
  private final IdentityHashMap<Rows, Memory> taken = new IdentityHashMap<>();
  private final List<INDArray> made = new ArrayList<>();
  private int capacity;
  private int samples;

  ScratchRows(DataType type) {
    this.type = type;
  }

  /**
   * To be called when nothing is taken.
   *
   * @param n rows of a block from now on; if there were never so many, all memory is let go
   */
  void begin(int n) {
    if (n > capacity) {
      close();
      capacity = n;
    }
    samples = n;
  }

  /** The last matrix of that size that was given back, or a new one. */
  Rows take(int blocks, long width) {
    Deque<Memory> waiting = free.get(new Size(blocks, width));
    Memory memory = waiting == null ? null : waiting.poll();
    if (memory == null) {
      INDArray vector = Tensors.uninitialized(type, blocks * width * capacity);
      made.add(vector);
      memory = new Memory(vector, new HashMap<>());
    }
    INDArray vector = memory.vector;
    Rows rows = memory.views.computeIfAbsent(samples, n -> view(vector, blocks, n, width));
    taken.put(rows, memory);
    return rows;
  }

  private static Rows view(INDArray vector, int blocks, int n, long width) {
    INDArray matrix = TensorViews.slice(vector, 0, (long) blocks * n, width);
    return new Rows(matrix, TensorViews.reshape(matrix, blocks, n, width));
  }

  /**
   * Nobody may use them afterwards.
   *
   * @throws IllegalStateException if they were given back before, or not taken here
   */
  void give(Rows rows) {
    Memory memory = taken.remove(rows);
    if (memory == null) {
      throw new IllegalStateException("expected rows that were taken and not given back");
    }
    Size size = new Size((int) rows.cube.size(0), rows.cube.size(2));
    free.computeIfAbsent(size, s -> new ArrayDeque<>()).push(memory);
  }

  /** Bytes of all matrices, taken or not. */
  long bytes() {
    return made.stream().mapToLong(a -> a.length() * type.width()).sum();
  }

  @Override
  public void close() {
    made.forEach(INDArray::close);
    made.clear();
    free.clear();
    taken.clear();
  }
}
