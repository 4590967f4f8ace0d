package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.LayerNorm;
import org.fullrank.nn.layer.Residual;
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

  /**
   * Where nothing before it moves, the layers behind have the constant of a network on its values.
   */
  @Test
  void aNormalisationThatStandsStillIsAnInput() {
    Elementwise tanh = Elementwise.of(Activations.TANH);
    Dense first = Dense.of("first", 3, 3).withBias(.2);
    LayerNorm norm = LayerNorm.of("norm", 3);
    List<Layer> behind =
        List.of(
            Dense.of("a", 3, 4).withBias(.3), tanh, Dense.of("b", 4, 4), tanh, Dense.of("c", 4, 2));
    Network front =
        Network.of(Shape.of(3), first, norm, Residual.of(.5, tanh, norm.withSlotNames("g", "h")));
    Network back = Network.of(Shape.of(3), behind);
    List<Layer> layers = new ArrayList<>(front.layers());
    layers.addAll(behind);
    Network whole = Network.of(Shape.of(3), layers);
    INDArray theta = whole.initialize(Seed.of(2));
    double[] v = Tensors.toDoubles(theta);
    int p = (int) front.parameterCount();
    INDArray x = EnclosureNetworks.gaussian("x", 5, 3);
    INDArray z = front.forward(Tensors.of(Arrays.copyOf(v, p), p), x);
    INDArray own = Tensors.of(Arrays.copyOfRange(v, p, v.length), v.length - p);
    LipschitzBound expected = NetworkEnclosure.of(back, own).at(z).lipschitz();
    EnclosedNetwork at = NetworkEnclosure.of(whole, theta).at(x);
    LipschitzBound got = at.lipschitz(s -> s.offset() >= p);
    for (double radius : new double[] {0, .1, 3}) {
      assertThat(got.at(radius)).isCloseTo(expected.at(radius), within(1e-9 * expected.at(radius)));
    }
    for (String moving : List.of("first.b", "norm.gamma", "h")) {
      LipschitzBound none = at.lipschitz(s -> s.offset() >= p || s.name().equals(moving));
      assertThat(none.at(0)).as(moving).isInfinite();
    }
  }
}
