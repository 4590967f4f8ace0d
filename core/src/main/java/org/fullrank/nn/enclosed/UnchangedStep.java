package org.fullrank.nn.enclosed;

import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * A change of shape, which rows do not see.
 *
 * @param value {@code [n][d]}, the input as well
 */
public record UnchangedStep(IntervalMatrix value) implements EnclosedStep {
  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    return dy;
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return false;
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    return new SecondOrder.Linked(SecondOrder.unchanged(), dy);
  }
}
