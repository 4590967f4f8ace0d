package org.fullrank.nn.enclosed;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.rounding.Up;

/** {@code shortcut(x) + scale * branch(x)}. */
public final class SumStep implements EnclosedStep {
  private final double scale;
  private final EnclosedStep branch;
  private final EnclosedStep shortcut;
  private final IntervalMatrix value;

  private SumStep(double scale, EnclosedStep branch, EnclosedStep shortcut, IntervalMatrix value) {
    this.scale = scale;
    this.branch = branch;
    this.shortcut = shortcut;
    this.value = value;
  }

  /**
   * The sum of two steps on one input.
   *
   * @param shortcut {@link UnchangedStep} for the identity
   * @param scale of the branch, finite
   * @param branch of the same output shape
   * @return the step
   */
  public static SumStep of(EnclosedStep shortcut, double scale, EnclosedStep branch) {
    return new SumStep(scale, branch, shortcut, shortcut.value().addScaled(scale, branch.value()));
  }

  @Override
  public IntervalMatrix value() {
    return value;
  }

  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    IntervalMatrix skip = shortcut.backward(dy, pass);
    return skip.addScaled(1, branch.backward(scaled(dy), pass));
  }

  private IntervalMatrix scaled(IntervalMatrix dy) {
    return IntervalMatrix.exact(new double[dy.rows()][dy.columns()]).addScaled(scale, dy);
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return branch.trains(trainedAt) || shortcut.trains(trainedAt);
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    SecondOrder.Linked inner = branch.secondOrder(scaled(dy), blocks);
    SecondOrder.Linked skip = shortcut.secondOrder(dy, blocks);
    return new SecondOrder.Linked(
        new Bound(Math.abs(scale), inner.bound(), skip.bound()),
        skip.dx().addScaled(1, inner.dx()));
  }

  @Override
  public List<EnclosedGate> gates() {
    return Stream.concat(branch.gates().stream(), shortcut.gates().stream()).toList();
  }

  private record Bound(double scale, SecondOrder branch, SecondOrder shortcut)
      implements SecondOrder {
    @Override
    public Motion move(double[] p, HessianBound hessian) {
      Motion inner = branch.move(p, hessian);
      Motion skip = shortcut.move(p, hessian);
      return new Moved(scale, inner, skip, Up.sum(skip.change(), Up.scaled(scale, inner.change())));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Moved(
      double scale, SecondOrder.Motion branch, SecondOrder.Motion shortcut, double[] change)
      implements SecondOrder.Motion {
    @Override
    public double[] backward(double[] d) {
      double[] inner = branch.backward(Up.scaled(scale, d));
      double[] skip = shortcut.backward(d);
      return Up.sum(skip, inner);
    }
  }
}
