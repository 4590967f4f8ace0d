package org.fullrank.training;

import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Heavy-ball momentum {@code v <- mu v + G}, {@code theta <- theta - eta v}, {@code v = 0} at
 * first; the velocity is the memory of a method. Without momentum nothing is remembered.
 */
record Momentum(double factor) {
  static final Momentum NONE = new Momentum(0);

  Momentum {
    if (!(factor >= 0 && factor < 1)) {
      throw new IllegalArgumentException("withMomentum expects 0 <= mu < 1 but got " + factor);
    }
  }

  String text() {
    return factor == 0 ? "" : ", momentum " + factor;
  }

  double[] initialMemory(TrainingProblem problem) {
    return new double[factor == 0 ? 0 : Math.toIntExact(problem.network().parameterCount())];
  }

  /**
   * One step on given samples.
   *
   * @param scale from the gradient of the loss over these samples to {@code G}
   * @return the loss over these samples at the old theta; if it is not finite the run ends, and
   *     theta and velocity mean nothing any more
   */
  double step(
      TrainingProblem problem,
      INDArray theta,
      INDArray x,
      INDArray y,
      double scale,
      double eta,
      double[] velocity) {
    if (factor == 0) {
      return Gradients.add(problem, theta, x, y, -eta * scale, theta);
    }
    try (INDArray gradient = Tensors.zeros(theta.dataType(), theta.length())) {
      double loss = Gradients.add(problem, theta, x, y, scale, gradient);
      if (Double.isFinite(loss)) {
        double[] g = Tensors.toDoubles(gradient);
        double[] moved = Tensors.toDoubles(theta);
        for (int i = 0; i < g.length; i++) {
          velocity[i] = factor * velocity[i] + g[i];
          moved[i] -= eta * velocity[i];
        }
        Tensors.write(moved, theta);
      }
      return loss;
    }
  }
}
