package org.fullrank.examples;

import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;

/**
 * Two-layer networks {@code f = m^(-1/2) sum_k v_k tanh(w_k . x)} whose units come in pairs with
 * equal {@code w ~ N(0, 1)} and {@code v = +1, -1}, so that all outputs are 0 at the start.
 */
final class TwoLayerProblems {
  private TwoLayerProblems() {}

  /**
   * Points on the unit sphere and a random target vector of a given norm.
   *
   * @param n samples
   * @param d input dimension
   * @param m width, even
   * @param targetNorm {@code ||y||}, the initial residual
   * @param seed of everything
   */
  static TrainingProblem of(int n, int d, int m, double targetNorm, Seed seed) {
    Network network =
        Network.of(
            Shape.of(d),
            Dense.of("w", d, m).withScales(1, 0),
            Elementwise.of(Activations.TANH),
            Dense.of("v", m, 1));
    double[] theta = new double[d * m + m];
    RandomStream random = seed.stream("pairs");
    for (int k = 0; k < m / 2; k++) {
      for (int j = 0; j < d; j++) {
        double w = random.nextGaussian();
        theta[j * m + k] = w;
        theta[j * m + k + m / 2] = w;
      }
      theta[d * m + k] = 1;
      theta[d * m + k + m / 2] = -1;
    }
    double[] y = Data.sphere(1, n, Seed.of(seed.value() + 1_000_000))[0];
    for (int i = 0; i < n; i++) {
      y[i] *= targetNorm;
    }
    return TrainingProblem.of(
        network,
        Tensors.of(theta, theta.length),
        Tensors.ofRows(Data.sphere(n, d, seed)),
        Tensors.of(y, n, 1));
  }
}
