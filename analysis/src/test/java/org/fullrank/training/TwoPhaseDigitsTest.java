package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.theorem.FeatureRank;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Csv;
import org.fullrank.io.Dataset;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Two phases on 200 digits with a last hidden layer of 1.1 n units. */
final class TwoPhaseDigitsTest {
  private static final int N = 200;
  private static final int WIDTH = 220;
  private static final int TAU = 10;
  private static final int STEPS = 60;

  /** Rounding errors of a few hundred steps, relative to the residual at tau. */
  private static final double ROUNDING = 1e-11;

  private static final Network NETWORK =
      Network.of(
          Shape.of(64),
          Dense.of("a", 64, 32).withSigmaW(3).withBias(1),
          Elementwise.of(Activations.SOFTPLUS),
          Dense.of("b", 32, WIDTH).withSigmaW(3).withBias(1),
          Elementwise.of(Activations.SOFTPLUS),
          Dense.of("out", WIDTH, 10).withBias(1));

  private static TrainingProblem problem() throws IOException {
    Path file =
        Path.of(System.getProperty("basedir", "."), "..", "docs", "examples", "data", "digits.csv");
    Dataset digits =
        Dataset.classification(Csv.withHeader(file), "target", 10).stratified(N, Seed.of(1));
    return TrainingProblem.of(
            NETWORK, NETWORK.initialize(Seed.of(2026)), digits.standardized().x(), digits.y())
        .withLoss(Losses.MEAN_SQUARED);
  }

  @Test
  void theSecondPhaseIsCertifiedAndContractsDirectionByDirection() throws IOException {
    TrainingProblem problem = problem();
    TwoPhase phases =
        TwoPhase.of(GradientDescent.withStepSize(1e-3), TAU, GradientDescent.withStepSize(1));
    try (TrainingRun first = TrainingRun.start(problem, phases, Recording.every(TAU))) {
      first.advance(TAU);
      try (INDArray atTau = first.theta();
          INDArray start = phases.perturbed(problem, atTau)) {
        TrainingProblem second = phases.secondPhase(problem).at(start);
        Evidence evidence = Evidence.of(second);
        Certificate rank = FeatureRank.withDefaults().check(evidence);
        assertThat(rank.isProof()).as(rank.toString()).isTrue();
        Certificate descent = LastLayerDescent.withDefaults().check(evidence);
        assertThat(descent.isProof()).as(descent.toString()).isTrue();
        contracts(second, descent.prediction().orElseThrow());
      }
    }
  }

  private static void contracts(TrainingProblem second, Prediction p) {
    EigenDecomposition eigen = eigen(second);
    double[][] before = residual(second);
    double eta = p.stepSize() / N;
    try (TrainingRun run =
        TrainingRun.start(
            second, GradientDescent.withStepSize(p.stepSize()), Recording.every(STEPS))) {
      run.advance(STEPS);
      assertThat(Comparison.of(p, run.trajectory(), 0).kept()).isTrue();
      double[][] after;
      try (INDArray end = run.theta()) {
        after = residual(second.at(end));
      }
      double later = 0;
      for (int i = 0; i < N; i++) {
        double factor = 1 - eta * eigen.getRealEigenvalue(i);
        assertThat(factor).isBetween(0.0, 1.0);
        double[] u = eigen.getEigenvector(i).toArray();
        for (int c = 0; c < 10; c++) {
          double start = along(u, before, c);
          assertThat(along(u, after, c))
              .isCloseTo(Math.pow(factor, STEPS) * start, within(ROUNDING * p.envelope(0)));
          later += Math.pow(Math.pow(factor, 1e9) * start, 2);
        }
      }
      // By the same formula the loss vanishes, although the weakest direction needs 1e8 steps.
      assertThat(Math.sqrt(later)).isLessThan(1e-9);
      assertThat(p.envelope(1_000_000_000L)).isLessThan(1e-9);
      assertThat(run.trajectory().last().loss()).isLessThan(0.2 * run.trajectory().first().loss());
    }
  }

  private static EigenDecomposition eigen(TrainingProblem second) {
    Dense last = (Dense) NETWORK.layers().get(4);
    try (INDArray features = NETWORK.features(second.theta(), second.x())) {
      double[][] h = Tensors.toRows(features);
      double[][] m = new double[N][WIDTH + 1];
      for (int i = 0; i < N; i++) {
        for (int j = 0; j <= WIDTH; j++) {
          m[i][j] = j < WIDTH ? last.weightScale() * h[i][j] : last.biasScale();
        }
      }
      RealMatrix matrix = new Array2DRowRealMatrix(m);
      return new EigenDecomposition(matrix.multiply(matrix.transpose()));
    }
  }

  private static double[][] residual(TrainingProblem problem) {
    try (INDArray f = NETWORK.forward(problem.theta(), problem.x())) {
      double[][] r = Tensors.toRows(f);
      double[][] y = Tensors.toRows(problem.y());
      for (int i = 0; i < r.length; i++) {
        for (int c = 0; c < r[i].length; c++) {
          r[i][c] -= y[i][c];
        }
      }
      return r;
    }
  }

  private static double along(double[] u, double[][] r, int c) {
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      sum += u[i] * r[i][c];
    }
    return sum;
  }
}
