package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Test;

/**
 * The wider a two-layer network, the more of its initialisations are certified: 5 samples of norm 1
 * in dimension 10, tanh, second layer of signs that is not trained and makes the initial outputs 0,
 * targets of norm 1.
 */
final class TwoLayerCountsTest {
  private static final int[] WIDTHS = {64, 128, 256, 512, 1024, 2048};

  /** Counted once with ten other seeds. */
  private static final int[] OF_TEN = {0, 0, 1, 3, 8, 10};

  /** Sampling errors of both counts. */
  private static final double TOLERANCE = 1.75;

  private static final int SEEDS = 40;

  @Test
  void widerNetworksAreCertifiedMoreOften() {
    for (int w = 0; w < WIDTHS.length; w++) {
      int certified = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        TrainingProblem problem = problem(WIDTHS[w], new Random(7919L * seed));
        Certificate certificate = JacobianDescent.withDefaults().check(problem);
        if (certificate.isProof()) {
          certified++;
          if (seed % 8 == 0) {
            keeps(problem, certificate);
          }
        }
      }
      assertThat(10.0 * certified / SEEDS)
          .as("width %d", WIDTHS[w])
          .isBetween(OF_TEN[w] - TOLERANCE, OF_TEN[w] + TOLERANCE);
    }
  }

  private static void keeps(TrainingProblem problem, Certificate certificate) {
    double eta = certificate.prediction().orElseThrow().stepSize();
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(eta), Recording.atPowersOfTwo())) {
      run.advance(64);
      assertThat(Comparison.of(certificate.prediction().orElseThrow(), run.trajectory(), 0).kept())
          .isTrue();
    }
  }

  private static TrainingProblem problem(int m, Random random) {
    int n = 5;
    int d = 10;
    double[][] x = new double[n][];
    for (int i = 0; i < n; i++) {
      x[i] = unit(d, random);
    }
    double[] y = unit(n, random);
    Network network =
        Network.of(
            Shape.of(d),
            Dense.of("w", d, m).withScales(1, 0),
            Elementwise.of(Activations.TANH),
            Dense.of("v", m, 1));
    double[] theta = new double[d * m + m];
    for (int k = 0; k < m / 2; k++) {
      for (int j = 0; j < d; j++) {
        double w = random.nextGaussian();
        theta[j * m + k] = w;
        theta[j * m + k + m / 2] = w;
      }
      theta[d * m + k] = 1;
      theta[d * m + k + m / 2] = -1;
    }
    return TrainingProblem.of(
            network, Tensors.of(theta, theta.length), Tensors.ofRows(x), Tensors.of(y, n, 1))
        .withFrozen("v.W");
  }

  private static double[] unit(int length, Random random) {
    double[] v = new double[length];
    double norm = 0;
    for (int i = 0; i < length; i++) {
      v[i] = random.nextGaussian();
      norm = Math.hypot(norm, v[i]);
    }
    for (int i = 0; i < length; i++) {
      v[i] /= norm;
    }
    return v;
  }
}
