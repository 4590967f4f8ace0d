package org.fullrank.training;

import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.evidence.Loss;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradients of a loss with respect to the trained parameters. */
final class Gradients {
  private Gradients() {}

  /** The network's outputs {@code [n, k]}, finite or not; the caller closes them. */
  static INDArray outputs(TrainingProblem now) {
    try (Linearization at = now.network().linearize(now.theta(), now.x())) {
      return at.value().dup('c');
    }
  }

  /**
   * Adds {@code factor * gradient} of the loss over given samples to a vector.
   *
   * @param problem what is trained
   * @param theta where the gradient is taken {@code [p]}
   * @param x inputs {@code [b, ...input]}
   * @param y targets {@code [b, k]}
   * @param factor finite
   * @param target {@code [p]}, may be {@code theta} itself: it is written only after everything was
   *     read
   * @return the loss over these samples at the old theta
   */
  static double add(
      TrainingProblem problem,
      INDArray theta,
      INDArray x,
      INDArray y,
      double factor,
      INDArray target) {
    Loss loss = problem.loss();
    try (Linearization at = problem.network().linearize(theta, x)) {
      double[] outputs = Tensors.toDoubles(at.value());
      double[] gradient = new double[outputs.length];
      double value = loss.evaluate(outputs, Tensors.toDoubles(y), (int) x.size(0), gradient);
      for (double g : gradient) {
        if (!Double.isFinite(g)) {
          // Nothing to add; the caller sees the loss and stops.
          return Double.NaN;
        }
      }
      try (INDArray dy = Tensors.of(theta.dataType(), gradient, 1, y.size(0), y.size(1));
          Pullback pullback = at.pullback(dy)) {
        int index = 0;
        for (Slot slot : problem.network().slots()) {
          ParameterBlock block = pullback.blocks().get(index++);
          if (problem.isTrained(slot)) {
            block.addSum(factor, TensorViews.slice(target, slot.offset(), 1, slot.size()));
          }
        }
      }
      return value;
    }
  }
}
