package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Seed;
import org.fullrank.rigor.Interval;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.TwoPhase;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** All layers in the second phase, certified by the last layer's block of the Jacobian. */
final class LastLayerBlockTest {
  private static final String[] LAST = {"out.W", "out.b"};

  /** All layers trained, targets at a given distance from the outputs. */
  private static TrainingProblem problem(double distance) {
    TrainingProblem some = LastLayerDescentTest.certifiable(Losses.SQUARED, 3);
    try (INDArray f = some.network().forward(some.theta(), some.x())) {
      double[][] y = Tensors.toRows(f);
      for (int i = 0; i < y.length; i++) {
        y[i][i % 2] += distance / Math.sqrt(y.length);
      }
      return TrainingProblem.of(some.network(), some.theta(), some.x(), Tensors.ofRows(y));
    }
  }

  @Test
  void theBlockHasTheSingularValuesOfTheFeatureMatrix() {
    // One by a Gram matrix and Cholesky, the other by a right inverse.
    Evidence evidence = Evidence.of(problem(1));
    Interval block = evidence.get(Measurements.jacobianBlock(LAST)).sigmaMin().interval();
    Interval features = evidence.get(Measurements.LAST_LAYER).sigmaMin().interval();
    assertThat(block.intersects(features)).as(block + " and " + features).isTrue();
    assertThat(block.relativeWidth()).isLessThan(1e-5);
    assertThat(features.relativeWidth()).isLessThan(1e-5);
  }

  @Test
  void allLayersConvergeWhereTheBlockIsCertified() {
    JacobianDescent theorem = JacobianDescent.withDefaults().withBlock(LAST);
    double radius = theorem.residualRadius(Evidence.of(problem(1)));
    assertThat(radius).isPositive();
    TrainingProblem problem = problem(0.9 * radius);
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    Prediction p = certificate.prediction().orElseThrow();
    TwoPhase method =
        TwoPhase.of(GradientDescent.withStepSize(1), 0, GradientDescent.withStepSize(p.stepSize()))
            .withPerturbation(0, Seed.of(1))
            .withAllLayersInSecondPhase();
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      run.advance(64);
      assertThat(Comparison.of(p, run.trajectory(), 0).kept()).isTrue();
      double[] start = Tensors.toDoubles(problem.theta());
      assertThat(Tensors.toDoubles(run.theta())[0]).isNotEqualTo(start[0]);
    }
  }
}
