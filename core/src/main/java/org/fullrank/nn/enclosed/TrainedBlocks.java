package org.fullrank.nn.enclosed;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * The coordinates of second-order bounds: one for each trained layer, its weights and bias
 * together. All uses of a shared layer have one coordinate, because they move together.
 */
public final class TrainedBlocks {
  private final int threads;
  private final LongPredicate trainedAt;
  private final Map<Long, Integer> blocks = new HashMap<>();
  private int count;

  /**
   * Without blocks yet.
   *
   * @param threads to use, at least 1; no bit of a result depends on it
   * @param trainedAt whether the tensor at an offset of the network's parameter vector is trained
   */
  public TrainedBlocks(int threads, LongPredicate trainedAt) {
    this.threads = threads;
    this.trainedAt = trainedAt;
  }

  /**
   * A backward pass for cotangents only.
   *
   * @return a pass whose terms nobody reads
   */
  public BackwardPass pass() {
    return new BackwardPass(threads);
  }

  /**
   * Whether a tensor is trained.
   *
   * @param tensor of a layer; empty if the layer has none
   * @return false for none
   */
  public boolean trains(Optional<JacobianTerm.Tensor> tensor) {
    return tensor.isPresent() && trainedAt.test(tensor.get().offset());
  }

  /**
   * The coordinate of the trained tensors of a layer.
   *
   * @param offsets of them in the parameter vector of the network, at least one
   * @return from 0 in the order of the calls; the same for the same tensors
   * @throws IllegalArgumentException if only some of them have this coordinate: the movement of a
   *     tensor would count in two
   */
  public int block(long... offsets) {
    int block = blocks.getOrDefault(offsets[0], count);
    for (long offset : offsets) {
      if (blocks.getOrDefault(offset, count) != block) {
        throw new IllegalArgumentException(
            "a trained tensor that is used twice expects the same partners each time but the one"
                + " at "
                + offset
                + " got others than before");
      }
    }
    for (long offset : offsets) {
      blocks.put(offset, block);
    }
    count = Math.max(count, block + 1);
    return block;
  }

  /**
   * Whether a tensor has got a coordinate.
   *
   * @param offset of it in the parameter vector of the network
   * @return false for one of which no layer has spoken
   */
  public boolean knows(long offset) {
    return blocks.containsKey(offset);
  }

  /**
   * The number of coordinates given so far.
   *
   * @return 0 if nothing is trained
   */
  public int count() {
    return count;
  }
}
