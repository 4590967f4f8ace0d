package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.junit.jupiter.api.Test;

/** ReLU, leaky ReLU and absolute value, plain and residual, with and without biases. */
final class JacobianKinksTest {
  /** Where no pre-activation can reach its kink, runs keep their activation patterns. */
  @Test
  void networksWithKinksKeepTheirPatterns() {
    Random random = new Random(21);
    int certified = 0;
    for (int index = 0; index < 9; index++) {
      Network network = kinked(index);
      TrainingProblem solved =
          JacobianInstances.solved(network, JacobianInstances.inputs(network, 2, random), index);
      JacobianDescent theorem = JacobianDescent.withDefaults();
      double radius = theorem.residualRadius(Evidence.of(solved));
      if (radius == 0) {
        continue;
      }
      certified++;
      double[] direction = JacobianInstances.gaussians(2, 1, random);
      TrainingProblem problem = JacobianInstances.away(solved, direction, 0.999999 * radius);
      Certificate certificate = theorem.check(problem);
      assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
      Trajectory trajectory = kept(problem, certificate);
      assertThat(trajectory.series("pattern_changes")).containsOnly(0.0);
      Certificate far = theorem.check(JacobianInstances.away(solved, direction, 1.000001 * radius));
      assertThat(far.verdict()).isNotEqualTo(Verdict.HOLDS);
    }
    assertThat(certified).isGreaterThanOrEqualTo(6);
  }

  private static Network kinked(int index) {
    Elementwise kink =
        Elementwise.of(
            switch (index % 3) {
              case 0 -> Activations.RELU;
              case 1 -> Activations.leakyRelu(-1.5);
              default -> Activations.ABS;
            });
    return switch (index / 3) {
      case 0 ->
          Network.of(Shape.of(3), Dense.of("a", 3, 10).withBias(0.5), kink, Dense.of("b", 10, 1));
      case 1 ->
          Network.of(
              Shape.of(3),
              Dense.of("a", 3, 8),
              kink,
              Residual.of(0.5, Dense.of("r", 8, 8).withBias(0.3), kink),
              Dense.of("b", 8, 1).withBias(1));
      default ->
          Network.of(
              Shape.of(3),
              Dense.of("a", 3, 6),
              kink,
              Dense.of("c", 6, 6),
              kink,
              Dense.of("b", 6, 1));
    };
  }

  private static Trajectory kept(TrainingProblem problem, Certificate certificate) {
    Prediction prediction = certificate.prediction().orElseThrow();
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            GradientDescent.withStepSize(prediction.stepSize()),
            Recording.every(5).with(Recorders.patternChanges()))) {
      run.advance(150);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), 0);
      assertThat(comparison.kept()).as(certificate + "\n" + comparison).isTrue();
      return run.trajectory();
    }
  }
}
