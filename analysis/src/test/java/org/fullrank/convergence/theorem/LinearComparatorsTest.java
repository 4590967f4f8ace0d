package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Seed;
import org.fullrank.nn.model.DeepLinearChain;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The networks of the literature, certified from their measured singular values. */
final class LinearComparatorsTest {
  private static Certificate certified(DeepLinearChain model, int d, int k, double share) {
    INDArray x = Tensors.ofRows(LinearOracle.near(d, d, 1, new Random(1)));
    double[] y = Tensors.toDoubles(model.network().forward(model.theta(), x));
    double[] direction = new double[y.length];
    Random random = new Random(2);
    for (int i = 0; i < y.length; i++) {
      direction[i] = share * random.nextGaussian();
      y[i] += direction[i];
    }
    TrainingProblem problem =
        TrainingProblem.of(model.network(), model.theta(), x, Tensors.of(y, d, k));
    Certificate certificate = LinearChainDescent.withDefaults().check(problem);
    certificate
        .prediction()
        .ifPresent(
            p -> {
              try (TrainingRun run =
                  TrainingRun.start(
                      problem,
                      GradientDescent.withStepSize(p.stepSize()),
                      Recording.atPowersOfTwo().with(Recorders.layerDistance()))) {
                run.advance(32);
                Comparison comparison = Comparison.of(p, run.trajectory(), 0);
                assertThat(comparison.kept()).as(comparison.toString()).isTrue();
              }
            });
    return certificate;
  }

  @Test
  void orthogonalAndGaussianStartsAreCertifiedNearTheirOutputs() {
    Certificate orthogonal =
        certified(DeepLinearChain.orthogonal(3, 8, 2, 4, Seed.of(1)), 3, 2, 0.05);
    assertThat(orthogonal.isProof()).as(orthogonal.toString()).isTrue();
    Certificate gaussian = certified(DeepLinearChain.duHu(3, 8, 2, 3, Seed.of(1)), 3, 2, 1e-6);
    assertThat(gaussian.isProof()).as(gaussian.toString()).isTrue();
  }

  /** What the orthogonal start is for: a Gaussian product of the same size is worse conditioned. */
  @Test
  void orthogonalStartsAreCertifiedFartherThanGaussianOnes() {
    Prediction orthogonal =
        certified(DeepLinearChain.orthogonal(3, 8, 2, 4, Seed.of(1)), 3, 2, 0.05)
            .prediction()
            .orElseThrow();
    Certificate gaussian = certified(DeepLinearChain.duHu(3, 8, 2, 4, Seed.of(1)), 3, 2, 0.05);
    assertThat(gaussian.prediction()).isEmpty();
    assertThat(orthogonal.rate().interval().certainlyPositive()).isTrue();
  }
}
