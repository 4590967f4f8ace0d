package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.evidence.Loss;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class LastLayerDescentTest {
  private static final LastLayerDescent THEOREM = LastLayerDescent.withDefaults();

  /** Condition numbers of M M^T beyond this are left to the rank tests. */
  private static final double CONDITION = 1e10;

  private static final double RELATIVE = 1e-5;

  @Test
  void noRunLeavesItsGuaranteeOnASample() {
    assertThat(sweep(12, 1)).isGreaterThanOrEqualTo(6);
  }

  @Test
  @Tag("exhaustive")
  void noRunLeavesItsGuarantee() {
    int certified = sweep(300, 2);
    System.out.println("LastLayerDescent: " + certified + " of 300 certified and kept");
    assertThat(certified).isGreaterThanOrEqualTo(150);
  }

  /** The number of certified instances; all others must be ill-conditioned. */
  private static int sweep(int instances, long seed) {
    int certified = 0;
    Random seeds = new Random(seed);
    for (int i = 0; i < instances; i++) {
      Random random = new Random(seeds.nextLong());
      Loss loss = i % 2 == 0 ? Losses.SQUARED : Losses.MEAN_SQUARED;
      TrainingProblem problem = LastLayerCases.problem(loss, random);
      double smallest = LastLayerCases.smallest(problem);
      double largest = LastLayerCases.largest(LastLayerCases.eigen(problem));
      if (!(smallest > largest / CONDITION)) {
        // At worst the rank stays open; a proof is held to its word even here.
        Certificate open = THEOREM.check(problem);
        assertThat(open.verdict()).isNotEqualTo(Verdict.INAPPLICABLE);
        open.prediction().ifPresent(p -> LastLayerRun.keeps(problem, p, 0));
        continue;
      }
      double limit = 1 / (LastLayerCases.factor(problem) * largest);
      Certificate inside = THEOREM.withStepSize(0.999999 * limit).check(problem);
      assertThat(inside.isProof()).as(inside.toString()).isTrue();
      Certificate outside = THEOREM.withStepSize(1.000001 * limit).check(problem);
      assertThat(outside.verdict()).isEqualTo(Verdict.FAILS);
      assertThat(outside.obstacle().orElseThrow().statement()).contains("the step is short");
      Prediction p = inside.prediction().orElseThrow();
      double exact = p.stepSize() * LastLayerCases.factor(problem) * smallest;
      assertThat(p.rate().interval().lo()).isBetween(exact * (1 - RELATIVE), exact * (1 + 1e-9));
      LastLayerRun.keeps(problem, p, 0);
      LastLayerRun.keeps(problem, THEOREM.check(problem).prediction().orElseThrow(), 0);
      certified++;
    }
    return certified;
  }

  @Test
  void everyEigendirectionContractsByItsOwnFactor() {
    for (Loss loss : List.of(Losses.SQUARED, Losses.MEAN_SQUARED)) {
      TrainingProblem problem = certifiable(loss, 6);
      Prediction p = THEOREM.check(problem).prediction().orElseThrow();
      EigenDecomposition eigen = LastLayerCases.eigen(problem);
      double[][] first = residual(problem);
      int steps = 7;
      try (TrainingRun run =
          TrainingRun.start(
              problem, GradientDescent.withStepSize(p.stepSize()), Recording.every(1))) {
        run.advance(steps);
        double[][] then = residual(problem.at(run.theta()));
        for (int i = 0; i < first.length; i++) {
          double lambda = eigen.getRealEigenvalue(i);
          double factor =
              Math.pow(1 - p.stepSize() * LastLayerCases.factor(problem) * lambda, steps);
          double[] u = eigen.getEigenvector(i).toArray();
          for (int c = 0; c < first[0].length; c++) {
            assertThat(along(u, then, c)).isCloseTo(factor * along(u, first, c), within(1e-11));
          }
        }
      }
    }
  }

  @Test
  void theEnvelopeAndTheRadiusAreAttained() {
    // Targets that leave a residual in the weakest direction only.
    TrainingProblem some = certifiable(Losses.MEAN_SQUARED, 5);
    EigenDecomposition eigen = LastLayerCases.eigen(some);
    int weakest = eigen.getRealEigenvalues().length - 1;
    double[] u = eigen.getEigenvector(weakest).toArray();
    double[][] y;
    try (INDArray f = some.network().forward(some.theta(), some.x())) {
      y = Tensors.toRows(f);
    }
    for (int i = 0; i < y.length; i++) {
      y[i][0] -= u[i];
    }
    TrainingProblem problem =
        LastLayerCases.lastAlone(
            TrainingProblem.of(some.network(), some.theta(), some.x(), Tensors.ofRows(y))
                .withLoss(Losses.MEAN_SQUARED));
    Prediction p = THEOREM.check(problem).prediction().orElseThrow();
    int steps = (int) (3 / p.rate().interval().lo());
    assertThat(steps).isBetween(10, 1_000_000);
    LastLayerRun run = new LastLayerRun(problem, p.stepSize());
    for (int t = 0; t < steps; t++) {
      run.step();
    }
    assertThat(run.residualNorm()).isBetween(0.999 * p.envelope(steps), p.envelope(steps));
    assertThat(run.distance() / p.radius().interval().hi()).isBetween(0.9, 1.0);
  }

  @Test
  void gradientFlowDecaysAtLeastAsFast() {
    TrainingProblem problem = certifiable(Losses.SQUARED, 4);
    Certificate certificate = THEOREM.withGradientFlow().check(problem);
    assertThat(certificate.isProof()).isTrue();
    Prediction p = certificate.prediction().orElseThrow();
    assertThat(p.rate().interval().lo())
        .isCloseTo(
            LastLayerCases.smallest(problem),
            org.assertj.core.data.Percentage.withPercentage(1e-3));
    try (TrainingRun run =
        TrainingRun.start(problem, GradientFlow.withTolerance(1e-12, 1e-12), Recording.every(1))) {
      run.advance(100);
      assertThat(Comparison.of(p, run.trajectory(), 0).kept()).isTrue();
    }
  }

  /** An instance that is certified, tanh features, two outputs. */
  static TrainingProblem certifiable(Loss loss, int n) {
    Random random = new Random(n);
    Network network = network(4, 2 * n, 2, true);
    return LastLayerCases.lastAlone(
        TrainingProblem.of(
                network,
                network.initialize(Seed.of(n)),
                Tensors.ofRows(LastLayerCases.gaussian(n, 4, random)),
                Tensors.ofRows(LastLayerCases.gaussian(n, 2, random)))
            .withLoss(loss));
  }

  static Network network(int d, int width, int k, boolean bias) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Dense.of("a", d, width).withSigmaW(2).withBias(1));
    layers.add(Elementwise.of(Activations.TANH));
    Dense out = Dense.of("out", width, k);
    layers.add(bias ? out.withBias(0.5) : out);
    return Network.of(Shape.of(d), layers);
  }

  private static double[][] residual(TrainingProblem problem) {
    try (INDArray f = problem.network().forward(problem.theta(), problem.x())) {
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

  @Test
  void theObstacleIsNamed() {
    TrainingProblem good = certifiable(Losses.SQUARED, 5);
    assertThat(THEOREM.check(good).isProof()).isTrue();
    refused(good.withLoss(Losses.MEAN_SQUARED), Verdict.HOLDS, "");
    TrainingProblem whole = TrainingProblem.of(good.network(), good.theta(), good.x(), good.y());
    refused(whole, Verdict.INAPPLICABLE, "a.W below the last layer is trained");
    refused(whole.withFrozen("a.W"), Verdict.INAPPLICABLE, "a.b below the last layer");
    refused(
        whole.withFrozen("out.W", "out.b"), Verdict.INAPPLICABLE, "no parameter of the last layer");
    // The bias alone gives one column.
    refused(good.withFrozen("out.W"), Verdict.FAILS, "tau 1 has 1 columns");
    // The weights alone do without the ones.
    refused(good.withFrozen("out.b"), Verdict.HOLDS, "");
    double[][] x = Tensors.toRows(good.x());
    x[3] = x[1].clone();
    refused(
        LastLayerCases.lastAlone(
            TrainingProblem.of(good.network(), good.theta(), Tensors.ofRows(x), good.y())),
        Verdict.FAILS,
        "1 input repeats an earlier one exactly (sample 3, counted from 0)");
    double[][] oneHot = new double[5][2];
    for (double[] row : oneHot) {
      row[0] = 1;
    }
    refused(
        LastLayerCases.lastAlone(
            TrainingProblem.of(good.network(), good.theta(), good.x(), Tensors.ofRows(oneHot))
                .withLoss(Losses.CROSS_ENTROPY)),
        Verdict.INAPPLICABLE,
        "cross-entropies");
    Network narrow = network(4, 3, 2, true);
    refused(
        LastLayerCases.lastAlone(
            TrainingProblem.of(narrow, narrow.initialize(Seed.of(1)), good.x(), good.y())),
        Verdict.FAILS,
        "4 columns, fewer than the 5 samples");
    Network curved =
        Network.of(Shape.of(4), Dense.of("out", 4, 2), Elementwise.of(Activations.TANH));
    refused(
        TrainingProblem.of(curved, curved.initialize(Seed.of(1)), good.x(), good.y()),
        Verdict.INAPPLICABLE,
        "not a Dense");
  }

  private static void refused(TrainingProblem problem, Verdict verdict, String reason) {
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.conclusion().isPresent()).isEqualTo(verdict == Verdict.HOLDS);
    assertThat(certificate.obstacle().map(HypothesisCheck::toString).orElse("")).contains(reason);
  }

  @Test
  void anIneffectiveBiasGivesNoColumn() {
    // Width n - 1 with a bias of factor 0: rank n is impossible.
    int n = 5;
    for (double sigmaB : new double[] {0, 0.5}) {
      Network network =
          Network.of(
              Shape.of(4),
              Dense.of("a", 4, n - 1).withSigmaW(2).withBias(1),
              Elementwise.of(Activations.TANH),
              Dense.of("out", n - 1, 1).withBias(sigmaB));
      Random random = new Random(3);
      TrainingProblem problem =
          LastLayerCases.lastAlone(
              TrainingProblem.of(
                  network,
                  network.initialize(Seed.of(2)),
                  Tensors.ofRows(LastLayerCases.gaussian(n, 4, random)),
                  Tensors.ofRows(LastLayerCases.gaussian(n, 1, random))));
      refused(
          problem,
          sigmaB == 0 ? Verdict.FAILS : Verdict.HOLDS,
          sigmaB == 0 ? "g h has 4 columns" : "");
    }
  }

  @Test
  void stepSizesMustBePositive() {
    for (double eta : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> THEOREM.withStepSize(eta))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(String.valueOf(eta));
    }
  }
}
