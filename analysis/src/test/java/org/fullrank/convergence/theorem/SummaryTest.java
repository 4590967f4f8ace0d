package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;

/** All theorems on the network of the README, whose proof must not be lost. */
final class SummaryTest {
  @Test
  void theNetworkOfTheReadmeIsProved() {
    assertThat(JacobianDescent.withDefaults().check(problem(1000)).isProof()).isTrue();
    assertThat(JacobianDescent.withDefaults().check(problem(100)).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void everyTheoremHasALineOrIsCounted() {
    TrainingProblem problem = problem(100);
    List<Certificate> certificates = Theorems.check(problem);
    List<String> lines = Theorems.summary(problem).lines().toList();
    long others = certificates.stream().filter(c -> c.verdict() == Verdict.INAPPLICABLE).count();
    assertThat(others).isPositive();
    assertThat(lines).hasSize(certificates.size() - (int) others + 1);
    assertThat(lines.get(lines.size() - 1))
        .isEqualTo(
            "not applicable to this problem: "
                + others
                + " of "
                + certificates.size()
                + " theorems");
    assertThat(lines.get(0)).startsWith("proved: ");
    assertThat(lines).anyMatch(line -> line.startsWith("no guarantee: ") && line.contains("h in"));
  }

  private static TrainingProblem problem(double readout) {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("in", 2, 32).withBias(0.1),
            Elementwise.of(Activations.TANH),
            Dense.of("out", 32, 1).withSigmaW(readout).withWeights(Initializer.zeros()));
    return TrainingProblem.of(
        network,
        network.initialize(Seed.of(42)),
        Tensors.of(new double[] {1, 0, 0, 1, -1, 0.5, 0.3, -2}, 4, 2),
        Tensors.of(new double[] {1, -1, 1, -1}, 4, 1));
  }
}
