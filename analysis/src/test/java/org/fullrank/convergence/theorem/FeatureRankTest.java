package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.convergence.theorem.ExpressivityCases.D;
import static org.fullrank.convergence.theorem.ExpressivityCases.N;
import static org.fullrank.convergence.theorem.ExpressivityCases.network;
import static org.fullrank.convergence.theorem.ExpressivityCases.problem;
import static org.fullrank.convergence.theorem.ExpressivityCases.proved;
import static org.fullrank.convergence.theorem.ExpressivityCases.refused;
import static org.fullrank.convergence.theorem.ExpressivityCases.tanh;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;

/** Features of full rank: what they are about, and the least loss. */
final class FeatureRankTest {
  private static final FeatureRank RANK = FeatureRank.withDefaults();

  @Test
  void unknownAccuracyLeavesTheStoredFeatures() {
    TrainingProblem problem = problem(network(TestActivations.odd(false), 1, true, 30));
    Certificate certificate = RANK.check(problem);
    assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(certificate.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(certificate.isProof()).isFalse();
    refused(
        GenericExpressivity.withDefaults(),
        problem,
        Verdict.UNDECIDED,
        "proved for the stored features only");
    Certificate descent = LastLayerDescent.withDefaults().check(problem.withFrozen("h0.W", "h0.b"));
    assertThat(descent.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(descent.subject()).isEqualTo(Subject.STORED_MATRIX);
    LastLayerRun.keeps(problem.withFrozen("h0.W", "h0.b"), descent.prediction().orElseThrow(), 0);
  }

  @Test
  void theInfimumIsThatOfTheLoss() {
    TrainingProblem squares = tanh(50, 25);
    assertThat(RANK.check(squares).conclusion().orElseThrow().statement())
        .contains("in [0]")
        .doesNotContain("not attained");
    double[][] y = new double[N][];
    Arrays.setAll(y, i -> new double[] {i % 2, 1 - i % 2});
    TrainingProblem oneHot = withTargets(squares, y);
    assertThat(proved(RANK, oneHot).conclusion().orElseThrow().statement())
        .contains("in [0], which is not attained");
    Arrays.setAll(y, i -> new double[] {0.5, 0.5});
    LastLayerNumbers soft = Evidence.of(withTargets(squares, y)).get(Measurements.LAST_LAYER);
    BigDecimal log2 = new BigDecimal("0.693147180559945309417232121458");
    assertThat(soft.infimum().interval().contains(log2.multiply(BigDecimal.valueOf(N)))).isTrue();
    assertThat(soft.infimum().interval().width()).isLessThan(1e-12);
    assertThat(soft.attained()).isTrue();
    y[3] = new double[] {0.9, 0.1};
    refused(RANK, withTargets(squares, y), Verdict.INAPPLICABLE, "targets of sample 3 sum to");
    refused(
        RANK,
        squares.withLoss(new LastLayerConvexDescentTest.Absolute()),
        Verdict.INAPPLICABLE,
        "absolute");
  }

  private static TrainingProblem withTargets(TrainingProblem problem, double[][] y) {
    return TrainingProblem.of(problem.network(), problem.theta(), problem.x(), Tensors.ofRows(y))
        .withLoss(Losses.CROSS_ENTROPY);
  }

  @Test
  void theLossOfEqualOutputsIsTheLogarithmOfTheirNumber() {
    Network network = network(Activations.TANH, 1, true, 25);
    double[] theta = Tensors.toDoubles(network.initialize(Seed.of(4)));
    int own = 2 * 25 + 2;
    Arrays.fill(theta, theta.length - own, theta.length, 0);
    double[][] y = new double[N][];
    Arrays.setAll(y, i -> new double[] {1, 0});
    TrainingProblem problem =
        TrainingProblem.of(
                network,
                Tensors.of(theta, theta.length),
                Tensors.ofRows(LastLayerCases.gaussian(N, D, new Random(11))),
                Tensors.ofRows(y))
            .withLoss(Losses.MEAN_CROSS_ENTROPY);
    LastLayerNumbers numbers = Evidence.of(problem).get(Measurements.LAST_LAYER);
    BigDecimal log2 = new BigDecimal("0.693147180559945309417232121458");
    assertThat(numbers.value().interval().contains(log2)).isTrue();
    assertThat(numbers.value().interval().width()).isLessThan(1e-14);
  }
}
