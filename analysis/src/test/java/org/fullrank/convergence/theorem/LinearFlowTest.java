package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.fullrank.nn.model.DeepLinearChain;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradient flow against what is proved about it. */
final class LinearFlowTest {
  private static final GradientFlow FLOW = GradientFlow.withTolerance(1e-9, 1e-11);

  /** The invariants drift by the accuracy of the solver, relative to the entries. */
  private static final double DRIFT = 1e-6;

  private static double[][] minusIdentity(int k, int d, Random random) {
    double[][] phi = LinearOracle.gaussian(k, d, 0.1, random);
    for (int i = 0; i < Math.min(k, d); i++) {
      phi[i][i] -= 1;
    }
    return phi;
  }

  private static double[][] identity(int d) {
    double[][] x = new double[d][d];
    for (int i = 0; i < d; i++) {
      x[i][i] = 1;
    }
    return x;
  }

  /** Follows the flow to a time and holds it against the certificate. */
  private static void follow(
      Theorem theorem, TrainingProblem problem, double infimum, double time, String name) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    Prediction prediction = certificate.prediction().orElseThrow();
    assertThat(prediction.isFlow()).isTrue();
    try (TrainingRun run =
        TrainingRun.start(problem, FLOW, Recording.every(10).with(Recorders.layerDistance()))) {
      run.advance(2000, step -> run.time() < time);
      assertThat(run.time()).as(name).isGreaterThanOrEqualTo(time);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), infimum);
      assertThat(comparison.kept()).as(name + comparison).isTrue();
      try (INDArray end = run.theta()) {
        invariants(problem, Tensors.toDoubles(end), name);
      }
    }
  }

  /** {@code W_(l+1)^T W_(l+1) - W_l W_l^T} of the dense chains, stored {@code [in, out]}. */
  private static void invariants(TrainingProblem problem, double[] end, String name) {
    double[] start = Tensors.toDoubles(problem.theta());
    int slots = problem.network().slots().size();
    for (int l = 0; l + 1 < slots; l++) {
      double[][] before = invariant(problem, start, l);
      double[][] after = invariant(problem, end, l);
      assertThat(LinearOracle.frobenius(LinearOracle.plus(after, -1, before)))
          .as(name + ", layers " + (l + 1) + " and " + (l + 2))
          .isLessThan(DRIFT);
    }
  }

  private static double[][] invariant(TrainingProblem problem, double[] theta, int l) {
    double[][] earlier = LinearOracle.transpose(matrix(problem, theta, l));
    double[][] later = LinearOracle.transpose(matrix(problem, theta, l + 1));
    return LinearOracle.plus(
        LinearOracle.product(LinearOracle.transpose(later), later),
        -1,
        LinearOracle.product(earlier, LinearOracle.transpose(earlier)));
  }

  private static double[][] matrix(TrainingProblem problem, double[] theta, int l) {
    Slot slot = problem.network().slots().get(l);
    int columns = (int) slot.shape().size(1);
    double[][] w = new double[(int) slot.shape().size(0)][columns];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < columns; j++) {
        w[i][j] = theta[(int) slot.offset() + i * columns + j];
      }
    }
    return w;
  }

  @Test
  void zeroAsymmetricFlowKeepsItsEnvelope() {
    for (int depth : new int[] {2, 5}) {
      Random random = new Random(depth);
      int d = 3;
      int k = depth == 5 ? 2 : 3;
      DeepLinearChain model = DeepLinearChain.zeroAsymmetric(d, k, depth);
      double[][] phi = minusIdentity(k, d, random);
      follow(
          ZeroAsymmetricFlow.withDefaults(),
          TrainingProblem.of(
              model.network(),
              model.theta(),
              Tensors.ofRows(identity(d)),
              Tensors.ofRows(LinearOracle.transpose(phi))),
          0,
          2,
          "X = I, depth " + depth);
      double[][] x = LinearOracle.near(6, d, 1, random);
      double[][] y = LinearOracle.gaussian(6, k, 1, random);
      double[][] rest = LinearOracle.plus(y, -1, LinearOracle.projected(y, x));
      follow(
          ZeroAsymmetricFlow.withDefaults(),
          TrainingProblem.of(model.network(), model.theta(), Tensors.ofRows(x), Tensors.ofRows(y)),
          0.5 * Math.pow(LinearOracle.frobenius(rest), 2),
          2,
          "data, depth " + depth);
    }
  }

  @Test
  void theOneLayerFlowAttainsItsEnvelope() {
    DeepLinearChain model = DeepLinearChain.zeroAsymmetric(2, 2, 1);
    TrainingProblem problem =
        TrainingProblem.of(
            model.network(),
            model.theta(),
            Tensors.ofRows(identity(2)),
            Tensors.ofRows(new double[][] {{-1, 0}, {0, -1}}));
    Prediction p = ZeroAsymmetricFlow.withDefaults().check(problem).prediction().orElseThrow();
    try (TrainingRun run =
        TrainingRun.start(problem, GradientFlow.withTolerance(1e-11, 1e-13), Recording.every(1))) {
      run.advance(500, step -> run.time() < 3);
      Comparison comparison = Comparison.of(p, run.trajectory(), 0);
      assertThat(comparison.kept()).isTrue();
      assertThat(comparison.slack()).isBetween(1 - 1e-6, 1 + 1e-6);
      assertThat(comparison.radiusUsed()).isGreaterThan(0.9);
    }
  }

  @Test
  void flowsAtTheThresholdStayInTheirRegions() {
    for (int seed = 0; seed < 2; seed++) {
      ResNetCase net = ResNetCase.of(seed, false);
      double t = 0.999999 * net.thresholdD1(0.6, 0);
      followShort(
          DeepLinearDescent.withDefaults().forGradientFlow(),
          net.at(t),
          net.infimum(t),
          "D1",
          seed);
      ChainCase chain = ChainCase.of(seed + 1);
      double near = 1e-2;
      followShort(
          LinearChainDescent.withDefaults().forGradientFlow(),
          chain.at(near),
          chain.infimum(near),
          "D3",
          seed);
    }
  }

  private static void followShort(
      Theorem theorem, TrainingProblem problem, double infimum, String name, int seed) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(name + seed + certificate).isTrue();
    Prediction p = certificate.prediction().orElseThrow();
    double time = 3 / p.rate().interval().lo();
    try (TrainingRun run =
        TrainingRun.start(problem, FLOW, Recording.every(10).with(Recorders.layerDistance()))) {
      run.advance(60, step -> run.time() < time);
      Comparison comparison = Comparison.of(p, run.trajectory(), infimum);
      assertThat(comparison.kept()).as(name + seed + comparison).isTrue();
      assertThat(run.trajectory().last().loss()).isLessThan(run.trajectory().first().loss());
    }
  }
}
