package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.LinearMap;
import org.fullrank.rigor.matrix.PointwiseBounds;
import org.jspecify.annotations.Nullable;

/** One evaluated layer: its value on all samples and how cotangents go back through it. */
sealed interface Step {
  /** The value {@code [n][d_out]}. */
  IntervalMatrix value();

  /**
   * The cotangents of the input.
   *
   * @param dy cotangents of the value {@code [n k][d_out]}
   * @param pass collects what belongs to trained parameters
   */
  IntervalMatrix backward(IntervalMatrix dy, Pass pass);

  /** Whether a parameter is trained in it, given what is trained at an offset. */
  boolean trains(LongPredicate trainedAt);

  /** The fixed gates in it, in forward order. */
  List<EnclosedGate> gates();

  /** A backward pass: threads to use and the trained layers met so far. */
  record Pass(int threads, List<Trained> met) {
    Pass(int threads) {
      this(threads, new ArrayList<>());
    }
  }

  /** A dense layer with the cotangents of its value; offset is that of its first parameter. */
  record Trained(Affine layer, IntervalMatrix cotangents) {}

  /** {@code scale (x W) + biasScale b}; a negative offset means that nothing is trained. */
  record Affine(
      IntervalMatrix input,
      LinearMap map,
      double scale,
      double biasScale,
      boolean hasBias,
      long offset,
      IntervalMatrix value)
      implements Step {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
      if (offset >= 0) {
        pass.met().add(new Trained(this, dy));
      }
      return dy.affine(map.transposed(), scale, new double[0], 0, pass.threads());
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return trainsWeights(trainedAt) || trainsBias(trainedAt);
    }

    @Override
    public List<EnclosedGate> gates() {
      return List.of();
    }

    /** Whether the weights are trained, given what is trained at an offset. */
    boolean trainsWeights(LongPredicate trainedAt) {
      return offset >= 0 && trainedAt.test(offset);
    }

    /** Whether there is a bias and it is trained. */
    boolean trainsBias(LongPredicate trainedAt) {
      return offset >= 0 && hasBias && trainedAt.test(offset + (long) map.inputs() * map.outputs());
    }
  }

  /** An activation with its slopes at the input and what is known about it. */
  record Pointwise(
      IntervalMatrix input, PointwiseBounds bounds, IntervalMatrix slopes, IntervalMatrix value)
      implements Step {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
      return dy.timesRows(slopes);
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return false;
    }

    @Override
    public List<EnclosedGate> gates() {
      return List.of();
    }
  }

  /** Units switched by a pattern of zeros and ones that no parameter moves. */
  record Gated(EnclosedGate gate, IntervalMatrix pattern, IntervalMatrix value) implements Step {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
      return dy.timesRows(pattern);
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return false;
    }

    @Override
    public List<EnclosedGate> gates() {
      return List.of(gate);
    }
  }

  /** A change of shape, which rows do not see. */
  record Unchanged(IntervalMatrix value) implements Step {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
      return dy;
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return false;
    }

    @Override
    public List<EnclosedGate> gates() {
      return List.of();
    }
  }

  /** Steps one after the other, at least one. */
  record Chain(List<Step> steps) implements Step {
    @Override
    public IntervalMatrix value() {
      return steps.get(steps.size() - 1).value();
    }

    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
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
    public List<EnclosedGate> gates() {
      return steps.stream().flatMap(step -> step.gates().stream()).toList();
    }
  }

  /** {@code S(x) + scale * branch(x)}; no shortcut step means the identity. */
  record Sum(double scale, Step branch, @Nullable Step shortcut, IntervalMatrix value)
      implements Step {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, Pass pass) {
      IntervalMatrix skip = shortcut == null ? dy : shortcut.backward(dy, pass);
      IntervalMatrix zero = IntervalMatrix.exact(new double[dy.rows()][dy.columns()]);
      return skip.addScaled(1, branch.backward(zero.addScaled(scale, dy), pass));
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return branch.trains(trainedAt) || (shortcut != null && shortcut.trains(trainedAt));
    }

    @Override
    public List<EnclosedGate> gates() {
      List<EnclosedGate> gates = new ArrayList<>(branch.gates());
      if (shortcut != null) {
        gates.addAll(shortcut.gates());
      }
      return List.copyOf(gates);
    }
  }
}
