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

  private static final int SEEDS = 40;

  /** {@code sup |tanh''|}. */
  private static final double SMOOTHNESS = 4 / (3 * Math.sqrt(3));

  /** Nearer to the threshold than this, rounded constants may decide otherwise. */
  private static final double DECIDABLE = 1e-4;

  /** The closed form, evaluated here: {@code Lam R0 < s0^2/4} with constant (A), {@code R0 = 1}. */
  @Test
  void certifiedIsWhatTheClosedFormSays() {
    int before = 0;
    for (int m : WIDTHS) {
      int certified = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        TrainingProblem problem = problem(m, new Random(7919L * seed));
        Certificate certificate = JacobianDescent.withDefaults().check(problem);
        double ratio = ratio(problem, m);
        if (Math.abs(ratio - 1) > DECIDABLE) {
          assertThat(certificate.isProof())
              .as("width %d, seed %d, 4 Lam R0/s0^2 = %s", m, seed, ratio)
              .isEqualTo(ratio < 1);
        }
        if (certificate.isProof()) {
          certified++;
          if (seed % 8 == 0) {
            keeps(problem, certificate);
          }
        }
      }
      assertThat(certified).as("width %d", m).isGreaterThanOrEqualTo(before);
      before = certified;
    }
    assertThat(before).isBetween(SEEDS / 2, SEEDS);
  }

  /** {@code 4 Lam R0/s0^2}. */
  private static double ratio(TrainingProblem problem, int m) {
    double[][] x = Tensors.toRows(problem.x());
    double[] theta = Tensors.toDoubles(problem.theta());
    int n = x.length;
    double[][] slopes = new double[n][m];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < m; k++) {
        double z = 0;
        for (int j = 0; j < x[i].length; j++) {
          z += x[i][j] * theta[j * m + k];
        }
        slopes[i][k] = 1 - Math.tanh(z) * Math.tanh(z);
      }
    }
    double[][] inner = new double[n][n];
    double[][] kernel = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        inner[i][j] = dot(x[i], x[j]);
        kernel[i][j] = inner[i][j] * dot(slopes[i], slopes[j]) / m;
      }
    }
    double lam = SMOOTHNESS * Math.sqrt(largest(inner, 0, 1)) / Math.sqrt(m);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += kernel[i][i];
    }
    return 4 * lam / (trace - largest(kernel, trace, -1));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  /** Largest eigenvalue of {@code shift I + sign K}, positive definite, by power iteration. */
  private static double largest(double[][] k, double shift, double sign) {
    double[] v = {1, 0.9, -0.8, 0.7, -0.6};
    double value = 0;
    for (int t = 0; t < 5000; t++) {
      double[] w = new double[v.length];
      for (int i = 0; i < v.length; i++) {
        w[i] = shift * v[i] + sign * dot(k[i], v);
      }
      value = Math.sqrt(dot(w, w) / dot(v, v));
      double size = Math.sqrt(dot(w, w));
      for (int i = 0; i < v.length; i++) {
        v[i] = w[i] / size;
      }
    }
    return value;
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
