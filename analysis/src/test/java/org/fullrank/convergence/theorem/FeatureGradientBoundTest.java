package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class FeatureGradientBoundTest {
  private static final FeatureGradientBound THEOREM = FeatureGradientBound.withDefaults();

  /** Central differences with h = 1e-5 of a loss of order 1. */
  private static final double DIFFERENCE = 1e-8;

  private static double constant(TrainingProblem problem) {
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    Matcher matcher =
        Pattern.compile("mu = ([^,]*),")
            .matcher(certificate.conclusion().orElseThrow().statement());
    assertThat(matcher.find()).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  private static double loss(TrainingProblem problem, double[] theta) {
    double[] g = new double[(int) (problem.samples() * problem.outputs())];
    try (INDArray f = problem.network().forward(Tensors.of(theta, theta.length), problem.x())) {
      return problem
          .loss()
          .evaluate(
              Tensors.toDoubles(f), Tensors.toDoubles(problem.y()), (int) problem.samples(), g);
    }
  }

  @Test
  void theGradientIsAtLeastThatLong() {
    for (Losses loss : List.of(Losses.SQUARED, Losses.MEAN_SQUARED)) {
      for (int n = 2; n <= 4; n++) {
        TrainingProblem last = LastLayerDescentTest.certifiable(loss, n);
        TrainingProblem all =
            TrainingProblem.of(last.network(), last.theta(), last.x(), last.y()).withLoss(loss);
        double mu = constant(all);
        assertThat(constant(last)).isEqualTo(mu);
        double[] theta = Tensors.toDoubles(all.theta());
        double square = 0;
        for (int j = 0; j < theta.length; j++) {
          double kept = theta[j];
          theta[j] = kept + 1e-5;
          double up = loss(all, theta);
          theta[j] = kept - 1e-5;
          double down = loss(all, theta);
          theta[j] = kept;
          square += Math.pow((up - down) / 2e-5, 2);
        }
        assertThat(square).isGreaterThanOrEqualTo(2 * mu * loss(all, theta) - DIFFERENCE);
      }
    }
  }

  @Test
  void theConstantIsThatOfTheWeakestDirection() {
    for (Losses loss : List.of(Losses.SQUARED, Losses.MEAN_SQUARED)) {
      TrainingProblem problem = LastLayerDescentTest.certifiable(loss, 4);
      double lambda = LastLayerCases.smallest(problem);
      double expected = LastLayerCases.factor(problem) * lambda;
      assertThat(constant(problem)).isBetween(expected * (1 - 1e-5), expected * (1 + 1e-9));
    }
  }

  @Test
  void crossEntropyIsNotMeant() {
    double[][] y = new double[4][2];
    for (double[] row : y) {
      row[new Random(1).nextInt(2)] = 1;
    }
    TrainingProblem problem = LastLayerDescentTest.certifiable(Losses.SQUARED, 4);
    Certificate certificate =
        THEOREM.check(
            TrainingProblem.of(problem.network(), problem.theta(), problem.x(), Tensors.ofRows(y))
                .withLoss(Losses.CROSS_ENTROPY));
    assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains("cross-entropies");
  }
}
