package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.theorem.FeatureRank;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The two-phase algorithm on a small network, both conventions of the loss. */
final class TwoPhaseTest {
  private static final int N = 8;
  private static final int TAU = 5;

  private static final Network NETWORK =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 12).withSigmaW(2).withBias(1),
          Elementwise.of(Activations.TANH),
          Dense.of("out", 12, 2).withBias(0.5));

  private static final int HIDDEN = 3 * 12 + 12;

  private static TrainingProblem problem(Losses loss) {
    Random random = new Random(7);
    return TrainingProblem.of(
            NETWORK,
            NETWORK.initialize(Seed.of(3)),
            Tensors.of(random.doubles(3 * N, -1, 1).toArray(), N, 3),
            Tensors.of(random.doubles(2 * N, -1, 1).toArray(), N, 2))
        .withLoss(loss);
  }

  private static TwoPhase method(TrainingMethod last) {
    return TwoPhase.of(GradientDescent.withStepSize(0.02), TAU, last)
        .withPerturbation(1e-3, Seed.of(9));
  }

  private static double[] after(TrainingProblem problem, TrainingMethod method, int steps) {
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      run.advance(steps);
      return Tensors.toDoubles(run.theta());
    }
  }

  @Test
  void theCertificateAtTauHoldsForTheRest() {
    for (Losses loss : new Losses[] {Losses.SQUARED, Losses.MEAN_SQUARED}) {
      TrainingProblem problem = problem(loss);
      TwoPhase first = method(GradientDescent.withStepSize(1));
      double[] atTau = after(problem, first, TAU);
      Prediction p;
      try (INDArray end = Tensors.of(atTau, atTau.length);
          INDArray start = first.perturbed(problem, end)) {
        assertThat(Tensors.toDoubles(end)).isEqualTo(atTau);
        double[] moved = Tensors.toDoubles(start);
        for (int i = 0; i < moved.length; i++) {
          assertThat(moved[i] != atTau[i]).isEqualTo(i < HIDDEN);
        }
        TrainingProblem second = first.secondPhase(problem).at(start);
        assertThat(FeatureRank.withDefaults().check(second).isProof()).isTrue();
        Certificate certificate = LastLayerDescent.withDefaults().check(second);
        assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
        p = certificate.prediction().orElseThrow();
      }
      TwoPhase certified = method(GradientDescent.withStepSize(p.stepSize()));
      try (TrainingRun run = TrainingRun.start(problem, certified, Recording.every(1))) {
        run.advance(TAU + 400);
        for (Snapshot s : run.trajectory().snapshots()) {
          if (s.step() > TAU) {
            assertThat(s.residualNorm())
                .isLessThanOrEqualTo(p.envelope(s.step() - TAU) * (1 + 1e-12));
          }
        }
        assertThat(run.trajectory().last().residualNorm()).isLessThan(p.envelope(0));
      }
    }
  }

  /** Sums of parameter counts over layers would take the last tensor, m.W, for the last layer. */
  @Test
  void aSharedLastLayerIsWhereItIsUsedFirst() {
    Shared w = Shared.of(Dense.of("w", 2, 2).withBias(0.5));
    Elementwise tanh = Elementwise.of(Activations.TANH);
    Network network = Network.of(Shape.of(2), w, tanh, Dense.of("m", 2, 2), tanh, w);
    INDArray theta = network.initialize(Seed.of(3));
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            theta,
            Tensors.of(new double[] {1, 2, 3, 5}, 2, 2),
            Tensors.of(new double[] {0, 1, 1, 0}, 2, 2));
    TwoPhase method = method(GradientDescent.withStepSize(1));
    assertThat(method.secondPhase(problem).trainedSlots())
        .extracting(Slot::name)
        .containsExactly("w.W", "w.b");
    double[] start = Tensors.toDoubles(theta);
    try (INDArray moved = method.perturbed(problem, theta)) {
      double[] end = Tensors.toDoubles(moved);
      for (int i = 0; i < end.length; i++) {
        assertThat(end[i] != start[i]).as("parameter " + i).isEqualTo(i >= 6);
      }
    }
  }

  @Test
  void aRunResumedAtTauIsPerturbedOnce(@TempDir Path folder) throws IOException {
    TrainingProblem problem = problem(Losses.MEAN_SQUARED);
    TrainingMethod last =
        StochasticGradientDescent.of(0.01, 3, Seed.of(5))
            .withSchedule(StepSize.inverseSquareRoot(0.05, 10), "0.05/sqrt(1 + t/10)");
    TwoPhase method = method(last);
    double[] uninterrupted = after(problem, method, TAU + 20);
    for (int stop : new int[] {TAU - 1, TAU, TAU + 1}) {
      Path at = folder.resolve("stop" + stop);
      try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
        run.advance(stop);
        run.save(at);
      }
      try (TrainingRun run = TrainingRun.resume(problem, method, Recording.every(1), at)) {
        run.advance(TAU + 20 - stop);
        assertThat(Tensors.toDoubles(run.theta())).isEqualTo(uninterrupted);
      }
    }
  }

  @Test
  void theLastLayerMayBeTrainedStochastically() {
    TrainingProblem problem = problem(Losses.SQUARED);
    TwoPhase method = method(StochasticGradientDescent.of(0.02, 3, Seed.of(5)));
    double[] start = after(problem, method, TAU + 1);
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      run.advance(TAU + 600);
      double[] end = Tensors.toDoubles(run.theta());
      assertThat(Arrays.copyOf(end, HIDDEN)).isEqualTo(Arrays.copyOf(start, HIDDEN));
      double[] losses = run.trajectory().series(Snapshot::loss);
      assertThat(losses[TAU + 600]).isLessThan(0.5 * losses[TAU + 1]);
    }
  }

  @Test
  void allLayersCanGoOnWithTheirFeaturesWatched() {
    TrainingProblem problem = problem(Losses.SQUARED);
    TwoPhase lastOnly = method(GradientDescent.withStepSize(0.02));
    TwoPhase all = lastOnly.withAllLayersInSecondPhase();
    assertThat(all.name()).contains("; all layers by").isNotEqualTo(lastOnly.name());
    assertThat(lastOnly.name()).contains("; last layer by");
    try (TrainingRun run =
        TrainingRun.start(problem, all, Recording.every(1).with(Recorders.featureSigmaMin()))) {
      run.advance(TAU + 1);
      double[] before = Tensors.toDoubles(run.theta());
      run.advance(20);
      double[] after = Tensors.toDoubles(run.theta());
      assertThat(after[0]).isNotEqualTo(before[0]);
      double[] sigma = run.trajectory().series("feature_sigma_min");
      try (INDArray now = run.theta()) {
        assertThat(sigma[TAU + 21]).isCloseTo(smallest(problem.at(now)), within(1e-10));
      }
      assertThat(sigma[TAU + 21]).isNotEqualTo(sigma[0]);
    }
    assertThat(all.secondPhase(problem).trainedSlots()).hasSize(4);
    assertThat(lastOnly.secondPhase(problem).trainedSlots()).hasSize(2);
  }

  /** sqrt of the smallest eigenvalue of M M^T, by the formula. */
  private static double smallest(TrainingProblem problem) {
    Dense last = (Dense) problem.network().layers().get(2);
    double[][] h;
    try (INDArray features = problem.network().features(problem.theta(), problem.x())) {
      h = Tensors.toRows(features);
    }
    for (int i = 0; i < h.length; i++) {
      h[i] = Arrays.copyOf(Arrays.stream(h[i]).map(v -> v * last.weightScale()).toArray(), 13);
      h[i][12] = last.biasScale();
    }
    RealMatrix m = new Array2DRowRealMatrix(h);
    double least = Double.POSITIVE_INFINITY;
    for (double v : new EigenDecomposition(m.multiply(m.transpose())).getRealEigenvalues()) {
      least = Math.min(least, v);
    }
    return Math.sqrt(least);
  }

  @Test
  void theRecorderSaysZeroForTooFewFeaturesAndNothingForOtherLayers() {
    Network narrow =
        Network.of(Shape.of(3), Dense.of("a", 3, 4).withBias(1), Dense.of("out", 4, 1).withBias(1));
    assertThat(first(narrow)).isZero();
    Network open =
        Network.of(Shape.of(3), Dense.of("a", 3, 1).withBias(1), Elementwise.of(Activations.TANH));
    assertThat(first(open)).isNaN();
  }

  private static double first(Network network) {
    Random random = new Random(1);
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            network.initialize(Seed.of(3)),
            Tensors.of(random.doubles(3 * N, -1, 1).toArray(), N, 3),
            Tensors.of(random.doubles(N, -1, 1).toArray(), N, 1));
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            GradientDescent.withStepSize(0.01),
            Recording.every(1).with(Recorders.featureSigmaMin()))) {
      return run.trajectory().series("feature_sigma_min")[0];
    }
  }
}
