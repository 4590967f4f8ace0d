package org.fullrank.nn.enclosed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * Steps one after the other.
 *
 * @param steps in forward order, at least one
 */
public record ChainStep(List<EnclosedStep> steps) implements EnclosedStep {
  /** Copies the list. */
  public ChainStep {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("ChainStep expects at least one step but got none");
    }
  }

  @Override
  public IntervalMatrix value() {
    return steps.get(steps.size() - 1).value();
  }

  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    IntervalMatrix g = dy;
    for (int l = steps.size() - 1; l >= 0; l--) {
      g = steps.get(l).backward(g, pass);
    }
    return g;
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return steps.stream().anyMatch(step -> step.trains(trainedAt));
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    List<SecondOrder> bounds = new ArrayList<>();
    IntervalMatrix g = dy;
    for (int l = steps.size() - 1; l >= 0; l--) {
      SecondOrder.Linked linked = steps.get(l).secondOrder(g, blocks);
      bounds.add(0, linked.bound());
      g = linked.dx();
    }
    return new SecondOrder.Linked(new Bound(List.copyOf(bounds)), g);
  }

  @Override
  public List<EnclosedGate> gates() {
    return steps.stream().flatMap(step -> step.gates().stream()).toList();
  }

  private record Bound(List<SecondOrder> parts) implements SecondOrder {
    @Override
    public Motion move(double[] p, HessianBound hessian) {
      List<Motion> motions = new ArrayList<>();
      double[] h = p;
      for (SecondOrder part : parts) {
        Motion motion = part.move(h, hessian);
        motions.add(motion);
        h = motion.change();
      }
      return new Moved(motions);
    }
  }

  private record Moved(List<SecondOrder.Motion> motions) implements SecondOrder.Motion {
    @Override
    public double[] change() {
      return motions.get(motions.size() - 1).change();
    }

    @Override
    public double[] backward(double[] d) {
      double[] g = d;
      for (int l = motions.size() - 1; l >= 0; l--) {
        g = motions.get(l).backward(g);
      }
      return g;
    }
  }
}
