package org.fullrank.nn.enclosed;

import java.util.List;
import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * Units switched on and off by a pattern of zeros and ones that the signs of other signals decide.
 *
 * <p>Second order: as long as the signals do not move the step is linear with slopes of at most 1.
 * Signals that depend on trained parameters may switch a gate, where the value jumps, so there is
 * no bound then.
 */
public final class GatedStep implements EnclosedStep {
  private final EnclosedGate gate;
  private final IntervalMatrix pattern;
  private final IntervalMatrix value;

  private GatedStep(EnclosedGate gate, IntervalMatrix pattern, IntervalMatrix value) {
    this.gate = gate;
    this.pattern = pattern;
    this.value = value;
  }

  /**
   * Values under a pattern.
   *
   * @param gate the signals and the values before the gate
   * @param pattern {@code [n][d]}, 0 or 1 where the sign of a signal is certain and otherwise an
   *     enclosure of both
   * @return the step
   */
  public static GatedStep of(EnclosedGate gate, IntervalMatrix pattern) {
    return new GatedStep(gate, pattern, gate.values().timesRows(pattern));
  }

  @Override
  public IntervalMatrix value() {
    return value;
  }

  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    return dy.timesRows(pattern);
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return false;
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    // Linear in its input, with zeros and ones for slopes and no kink to cross.
    return new SecondOrder.Linked(
        new PointwiseStep.Bound(1, 0, null, RowBounds.largest(dy)), backward(dy, blocks.pass()));
  }

  @Override
  public List<EnclosedGate> gates() {
    return List.of(gate);
  }
}
