package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.fullrank.convergence.Prediction;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Seed;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.Snapshot;
import org.fullrank.training.StochasticGradientDescent;
import org.fullrank.training.StochasticGradientDescent.Sampling;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Many seeded runs of stochastic descent against the guarantee about their mean. */
final class DeepLinearStochasticTest {
  /** Standard errors by which a mean over runs may exceed the expected value. */
  private static final double DEVIATIONS = 4;

  /** Orthonormal samples, for which the smallest rate is fastest. */
  private static ResNetCase net(int depth) {
    Random random = new Random(7);
    double[][] a = new double[6][4];
    double[][] b = new double[2][6];
    double[][] x = new double[3][4];
    for (int i = 0; i < 4; i++) {
      a[i][i] = 1;
    }
    b[0][4] = 1;
    b[1][5] = 1;
    for (int i = 0; i < 3; i++) {
      x[i][i] = 1;
    }
    return ResNetCase.of(depth, a, b, x, LinearOracle.gaussian(3, 2, 1, random));
  }

  private static Prediction prediction(TrainingProblem problem) {
    return DeepLinearStochasticDescent.withDefaults().check(problem).prediction().orElseThrow();
  }

  /** Means over runs at some steps, and how many runs left their region. */
  private static final class Means {
    final double[] sum = new double[64];
    final double[] squares = new double[64];
    int runs;
    int left;

    void add(int index, double loss) {
      sum[index] += loss;
      squares[index] += loss * loss;
    }

    void hold(Prediction p, int index, long step) {
      double mean = sum[index] / runs;
      double variance = Math.max(0, squares[index] / runs - mean * mean);
      double error = Math.sqrt(variance / runs);
      assertThat(mean)
          .as("step " + step)
          .isLessThanOrEqualTo(p.envelope(step) * (1 + 1e-9) + DEVIATIONS * error);
    }

    void holdFailures(Prediction p) {
      double delta = p.failureProbability().orElseThrow().interval().hi();
      assertThat(left / (double) runs)
          .isLessThanOrEqualTo(delta + DEVIATIONS * Math.sqrt(delta * (1 - delta) / runs));
    }
  }

  @Test
  void libraryRunsKeepTheMean() {
    ResNetCase net = net(2);
    double t = 0.9 * net.thresholdD2(0.6);
    TrainingProblem problem = net.at(t);
    Prediction p = prediction(problem);
    Means means = new Means();
    for (Sampling sampling :
        new Sampling[] {Sampling.WITH_REPLACEMENT, Sampling.WITHOUT_REPLACEMENT}) {
      for (int seed = 0; seed < 4; seed++) {
        StochasticGradientDescent method =
            StochasticGradientDescent.of(p.stepSize(), 1 + seed % 2, Seed.of(seed))
                .withSampling(sampling);
        try (TrainingRun run =
            TrainingRun.start(
                problem, method, Recording.every(8).with(Recorders.layerDistance()))) {
          run.advance(32);
          means.runs++;
          boolean kept = true;
          double[] moved = run.trajectory().series("layer_distance");
          double[] loss = run.trajectory().series(Snapshot::loss);
          for (int i = 0; i < moved.length; i++) {
            kept &= moved[i] <= p.layerRadius().orElseThrow().interval().hi();
            means.add(i, kept ? loss[i] : 0);
          }
          means.left += kept ? 0 : 1;
        }
      }
    }
    for (int i = 0; i <= 4; i++) {
      means.hold(p, i, 8L * i);
    }
    means.holdFailures(p);
    assertThatThrownBy(() -> Comparison.of(p, anyRun(problem, p), 0))
        .hasMessageContaining("expected value");
  }

  private static Trajectory anyRun(TrainingProblem problem, Prediction p) {
    try (TrainingRun run =
        TrainingRun.start(
            problem, GradientDescent.withStepSize(p.stepSize()), Recording.every(1))) {
      return run.trajectory();
    }
  }

  private static void plainRuns(int depth, double share, int runs, int steps) {
    ResNetCase net = net(depth);
    double t = share * net.thresholdD2(0.6);
    Prediction p = prediction(net.at(t));
    assertThat(p.failureProbability().orElseThrow().interval().hi()).isCloseTo(share, within(1e-6));
    Means means = new Means();
    means.runs = runs;
    int last = 0;
    for (int run = 0; run < runs; run++) {
      Random random = new Random(run);
      PlainChain chain = new PlainChain(net.factors(), net.x, net.targets(t));
      boolean kept = true;
      last = 0;
      for (int step = 0; step <= steps; step++) {
        if ((step & (step - 1)) == 0) {
          kept &= chain.moved() <= p.layerRadius().orElseThrow().interval().hi();
          means.add(last++, kept ? chain.loss() : 0);
        }
        chain.stochasticStep(1, b -> random.nextInt(net.x.length), p.stepSize());
      }
      means.left += kept ? 0 : 1;
    }
    for (int i = 0; i < last; i++) {
      means.hold(p, i, i == 0 ? 0 : 1L << (i - 1));
    }
    means.holdFailures(p);
    assertThat(means.sum[last - 1]).isLessThan(means.sum[0]);
  }

  @Test
  void plainRunsKeepTheMean() {
    plainRuns(1, 0.9, 60, 256);
    plainRuns(3, 0.5, 40, 256);
  }

  @Test
  @Tag("exhaustive")
  void manyPlainRunsKeepTheMean() {
    for (int depth = 1; depth <= 6; depth++) {
      plainRuns(depth, 0.9, 200, 1024);
    }
  }

  /** The theorem needs {@code G = (n/|B|) sum grad F_i}: single samples sum to n gradient steps. */
  @Test
  void stepsAreScaledAsTheTheoremNeeds() {
    ResNetCase net = net(2);
    TrainingProblem problem = net.at(1);
    double eta = 1e-3;
    double[] full;
    try (INDArray theta = problem.theta().dup('c')) {
      GradientDescent.withStepSize(eta).step(problem, 0, theta, new double[0]);
      full = Tensors.toDoubles(theta);
    }
    double[] mean = new double[full.length];
    boolean[] seen = new boolean[net.x.length];
    StochasticGradientDescent method = StochasticGradientDescent.of(eta, 1, Seed.of(3));
    for (int step = 0; step < 24; step++) {
      try (INDArray theta = problem.theta().dup('c')) {
        method.step(problem, step, theta, new double[0]);
        double[] moved = Tensors.toDoubles(theta);
        int sample = sampleOf(net, moved);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += seen[sample] ? 0 : moved[i] / net.x.length;
        }
        seen[sample] = true;
      }
    }
    assertThat(seen).containsOnly(true);
    assertThat(mean).containsExactly(full, within(1e-15));
  }

  /**
   * At {@code W = 0} the gradient of sample i has the i-th column only, since {@code x_i = e_i}.
   */
  private static int sampleOf(ResNetCase net, double[] theta) {
    int m = net.a.length;
    for (int i = 0; i < net.x.length; i++) {
      double size = 0;
      for (int j = 0; j < m; j++) {
        // Stored [in, out]: row i holds what input i contributes.
        size += Math.abs(theta[i * m + j]);
      }
      if (size > 0) {
        return i;
      }
    }
    throw new AssertionError("no sample moved the parameters");
  }
}
