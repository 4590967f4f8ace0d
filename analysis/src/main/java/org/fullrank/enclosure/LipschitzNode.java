package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The norms that the Lipschitz recursion needs of one step, taken at the initial parameters: of its
 * input for each sample, of the cotangent of its output for each row.
 */
@SuppressWarnings("ArrayRecordComponent") // internal, never compared
sealed interface LipschitzNode {

  /**
   * A dense or fixed layer. Weights and bias of a layer share a block; block -1 is not trained.
   *
   * @param weights whether the weights are trained
   * @param biasScale factor of the bias if it is trained, else 0
   * @param norm of the weights
   */
  record Affine(
      int block,
      boolean weights,
      double scale,
      double biasScale,
      double norm,
      double[] input,
      double[] cotangent)
      implements LipschitzNode {}

  /**
   * An activation. {@code clearance} is a lower bound of the distance of the pre-activations of a
   * sample from the kinks, where there are any; smoothness is that between them.
   */
  record Pointwise(
      double lipschitz, double smoothness, double @Nullable [] clearance, double[] largestCotangent)
      implements LipschitzNode {}

  /** No operation. */
  record Unchanged() implements LipschitzNode {}

  /** One after the other. */
  record Chain(List<LipschitzNode> nodes) implements LipschitzNode {}

  /** Shortcut plus scaled branch; no shortcut node means the identity. */
  record Sum(double scale, LipschitzNode branch, @Nullable LipschitzNode shortcut)
      implements LipschitzNode {}

  /** For each sample a lower bound of the distance from the kinks, or null if there are none. */
  static double @Nullable [] clearance(Step.Pointwise step) {
    Kinks kinks = step.bounds().kinks();
    if (kinks.isEmpty()) {
      return null;
    }
    double[] out = new double[step.input().rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = step.input().clearance(i, kinks);
    }
    return out;
  }

  /** Walks back through steps and collects norms. */
  final class Builder {
    private final int threads;
    private final LongPredicate trainedAt;
    private int blocks;

    /** {@code trainedAt} says of the offset of a parameter tensor whether it is trained. */
    Builder(int threads, LongPredicate trainedAt) {
      this.threads = threads;
      this.trainedAt = trainedAt;
    }

    /** Number of trained blocks met. */
    int blocks() {
      return blocks;
    }

    /** A node and the cotangents of its input. */
    record Built(LipschitzNode node, IntervalMatrix cotangents) {}

    Built build(Step step, IntervalMatrix dy) {
      if (step instanceof Step.Affine affine) {
        return affine(affine, dy);
      }
      if (step instanceof Step.Pointwise pointwise) {
        LipschitzNode node =
            new Pointwise(
                pointwise.bounds().lipschitz(),
                pointwise.bounds().kinks().smoothness(),
                clearance(pointwise),
                largest(dy));
        return new Built(node, pointwise.backward(dy, new Step.Pass(threads)));
      }
      if (step instanceof Step.Gated) {
        // Linear in its input, with zeros and ones for slopes and no kink to cross.
        return new Built(
            new Pointwise(1, 0, null, largest(dy)), step.backward(dy, new Step.Pass(threads)));
      }
      if (step instanceof Step.Unchanged) {
        return new Built(new Unchanged(), dy);
      }
      if (step instanceof Step.Chain chain) {
        return chain(chain.steps(), dy);
      }
      Step.Sum sum = (Step.Sum) step;
      IntervalMatrix zero = IntervalMatrix.exact(new double[dy.rows()][dy.columns()]);
      Built branch = build(sum.branch(), zero.addScaled(sum.scale(), dy));
      Built shortcut = sum.shortcut() == null ? null : build(sum.shortcut(), dy);
      IntervalMatrix skip = shortcut == null ? dy : shortcut.cotangents();
      return new Built(
          new Sum(Math.abs(sum.scale()), branch.node(), shortcut == null ? null : shortcut.node()),
          skip.addScaled(1, branch.cotangents()));
    }

    Built chain(List<Step> steps, IntervalMatrix dy) {
      List<LipschitzNode> nodes = new ArrayList<>();
      IntervalMatrix g = dy;
      for (int l = steps.size() - 1; l >= 0; l--) {
        Built built = build(steps.get(l), g);
        nodes.add(0, built.node());
        g = built.cotangents();
      }
      return new Built(new Chain(List.copyOf(nodes)), g);
    }

    private Built affine(Step.Affine affine, IntervalMatrix dy) {
      boolean weights = affine.trainsWeights(trainedAt);
      boolean bias = affine.trainsBias(trainedAt);
      LipschitzNode node =
          new Affine(
              weights || bias ? blocks++ : -1,
              weights,
              Math.abs(affine.scale()),
              bias ? Math.abs(affine.biasScale()) : 0,
              affine.map().norm(),
              norms(affine.input()),
              norms(dy));
      return new Built(node, affine.backward(dy, new Step.Pass(threads)));
    }

    private static double[] norms(IntervalMatrix rows) {
      double[] out = new double[rows.rows()];
      for (int i = 0; i < out.length; i++) {
        out[i] = rows.rowNorm(i);
      }
      return out;
    }

    private static double[] largest(IntervalMatrix rows) {
      double[] out = new double[rows.rows()];
      for (int i = 0; i < out.length; i++) {
        out[i] = rows.largest(i);
      }
      return out;
    }
  }
}
