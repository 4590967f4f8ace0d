package org.fullrank.ntk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
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

  private record Size(int blocks, int n, long width) {}

  private final DataType type;
  private final Map<Size, Deque<Rows>> free = new HashMap<>();
  private final List<INDArray> made = new ArrayList<>();
  private int samples;

  ScratchRows(DataType type) {
    this.type = type;
  }

  /** To be called when nothing is taken: matrices for another number of samples are let go. */
  void begin(int n) {
    if (n != samples) {
      close();
      samples = n;
    }
  }

  /** The last matrix of that size that was given back, or a new one. */
  Rows take(int blocks, long width) {
    Deque<Rows> rows = free.get(new Size(blocks, samples, width));
    if (rows != null && !rows.isEmpty()) {
      return rows.pop();
    }
    INDArray matrix = Tensors.uninitialized(type, (long) blocks * samples, width);
    made.add(matrix);
    return new Rows(matrix, TensorViews.reshape(matrix, blocks, samples, width));
  }

  /** Nobody may use it afterwards. */
  void give(Rows rows) {
    INDArray cube = rows.cube;
    Size size = new Size((int) cube.size(0), (int) cube.size(1), cube.size(2));
    free.computeIfAbsent(size, s -> new ArrayDeque<>()).push(rows);
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
  }
}
