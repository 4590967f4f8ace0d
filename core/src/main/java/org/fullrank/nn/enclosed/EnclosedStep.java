package org.fullrank.nn.enclosed;

import java.util.List;
import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * One evaluated layer: its value on all samples, and what passes back through it. Implementations
 * are immutable and answer every question; {@link SecondOrder#unbounded} is the answer where no
 * bound of second derivatives is known.
 */
public interface EnclosedStep {
  /**
   * The value.
   *
   * @return {@code [n][d_out]}, enclosing that of the exact layer
   */
  IntervalMatrix value();

  /**
   * The cotangents of the input: the transposed derivative of the layer with respect to its input,
   * applied to cotangents of its value.
   *
   * @param dy cotangents of the value {@code [n k][d_out]}, row {@code i * k + c} belonging to
   *     sample {@code i}
   * @param pass receives one term for each group of trained parameter tensors
   * @return {@code [n k][d_in]}
   */
  IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass);

  /**
   * How much the layer can move and bend when parameters move.
   *
   * @param dy cotangents of the value at the initial parameters {@code [n k][d_out]}
   * @param blocks gives the trained layers their coordinates
   * @return the bound, and the cotangents of the input
   */
  SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks);

  /**
   * Whether the layer has a parameter tensor that is trained.
   *
   * @param trainedAt whether the tensor at an offset of the network's parameter vector is trained
   * @return false if none of its tensors is
   */
  boolean trains(LongPredicate trainedAt);

  /**
   * The fixed gates of the layer.
   *
   * @return in forward order, empty unless overridden
   */
  default List<EnclosedGate> gates() {
    return List.of();
  }
}
