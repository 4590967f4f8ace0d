package org.fullrank.nn.enclosed;

import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * Values on which something discontinuous depends, such as the gates of fixed patterns: passed on
 * as they are. Second order: no bound where they move.
 *
 * @param value {@code [n][d]}, the input as well
 */
public record HeldStep(IntervalMatrix value) implements EnclosedStep {
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
    return new SecondOrder.Linked(
        (change, hessian) -> {
          for (double c : change) {
            // Written so that a NaN counts as moving.
            if (!(c == 0)) {
              hessian.refuse();
            }
          }
          return new SecondOrder.Still(change);
        },
        dy);
  }
}
