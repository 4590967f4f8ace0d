package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.CholeskyBound;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A trained pre-norm network with layer normalisation: what is proved of it, and what is not. */
final class LayerNormNetworkTest {
  private static final Path FOLDER =
      Path.of(
          System.getProperty("basedir", "."),
          "..",
          "core",
          "src",
          "test",
          "resources",
          "fixtures",
          "pub14_prenorm_layernorm_gelu_trained");

  @Test
  void eigenvaluesOfTheExactNetworkAreThoseOfMultiprecision() throws IOException {
    NetworkFile file = NetworkFile.read(FOLDER);
    INDArray x = Npy.read(FOLDER.resolve("X.npy"));
    EnclosedNetwork at = NetworkEnclosure.of(file.network(), file.theta()).at(x);
    Quantity least = CholeskyBound.withDefaults().enclose(at.jacobian().gram()).lambdaMin();
    assertThat(least.subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(least.isProof()).isTrue();
    // From the fixture: J J^T of the float64 Jacobian with 34 digits; the exact network's own
    // Jacobian differs from that by some 1e-15 of its norm.
    assertThat(least.interval().lo()).isLessThan(2.0445429637532 + 1e-12);
    assertThat(least.interval().hi()).isGreaterThan(2.0445429637532 - 1e-12);
    assertThat(least.interval().width()).isLessThan(1e-5);
    GramMatrix gram = EmpiricalNtk.of(file.network(), file.theta()).gram(x);
    Quantity distance = gram.distanceToExactNetwork(at.jacobian().gram());
    assertThat(distance.isProof()).isTrue();
    assertThat(distance.interval().hi()).isLessThan(1e-7);
  }

  @Test
  void theoremsThatNeedNoLipschitzConstantApply() throws IOException {
    NetworkFile file = NetworkFile.read(FOLDER);
    INDArray x = Npy.read(FOLDER.resolve("X.npy"));
    TrainingProblem problem =
        TrainingProblem.of(file.network(), file.theta(), x, Tensors.of(new double[24], 8, 3));
    Certificate all = JacobianDescent.withDefaults().check(problem);
    assertThat(all.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(all.obstacle().orElseThrow().toString()).contains("layer normalisation");
    Certificate last =
        LastLayerDescent.withDefaults()
            .check(
                problem.withFrozen(
                    file.network().slots().stream()
                        .map(s -> s.name())
                        .filter(name -> !name.startsWith("out."))
                        .toArray(String[]::new)));
    assertThat(last.isProof()).isTrue();
  }
}
