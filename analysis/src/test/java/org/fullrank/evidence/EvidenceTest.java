package org.fullrank.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A number that was measured on one problem never becomes a proof about another one. */
final class EvidenceTest {
  private static final Theorem THEOREM = JacobianDescent.withDefaults();

  private static Network network() {
    return network(Dense.of("a", 2, 20).withBias(1), Elementwise.of(Activations.TANH));
  }

  private static Network network(Layer... hidden) {
    List<Layer> layers = new ArrayList<>(List.of(hidden));
    layers.add(Dense.of("o", 20, 1).withBias(1));
    return Network.of(Shape.of(2), layers);
  }

  private static INDArray inputs() {
    return Tensors.ofRows(new double[][] {{1, 0}, {0, 1}, {1, 1}});
  }

  /** Targets at a distance from the outputs at the start. */
  private static TrainingProblem problem(Network network, double distance) {
    INDArray theta = network.initialize(Seed.of(1));
    double[] y = Tensors.toDoubles(network.forward(theta, inputs()));
    for (int i = 0; i < y.length; i++) {
      y[i] += (i % 2 == 0 ? 1 : -1) * distance;
    }
    return TrainingProblem.of(network, theta, inputs(), Tensors.of(y, y.length, 1));
  }

  @Test
  void givenNumbersMakeNoProof() {
    TrainingProblem easy = problem(network(), 1e-4);
    TrainingProblem hard = problem(network(), 1e6);
    assertThat(THEOREM.check(easy).isProof()).isTrue();
    assertThat(THEOREM.check(hard).verdict()).isNotEqualTo(Verdict.HOLDS);
    JacobianNumbers borrowed = Evidence.of(easy).get(Measurements.JACOBIAN);
    for (Evidence evidence :
        List.of(
            Evidence.of(hard).given(Measurements.JACOBIAN, borrowed),
            Evidence.fixed().given(Measurements.JACOBIAN, borrowed))) {
      Certificate certificate = THEOREM.check(evidence);
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(certificate.rigor()).isEqualTo(Rigor.ASSUMED);
      assertThat(certificate.isProof()).isFalse();
      assertThat(certificate.toString())
          .contains("HOLDS, but not a proof")
          .contains("given by the caller and not measured: Jacobian numbers");
    }
    // What was made of given numbers is no better than they are.
    Evidence made = Evidence.of(hard).given(Measurements.JACOBIAN, borrowed);
    Evidence taken = Evidence.of(hard).with(Measurements.jacobianBlock("o.W"), made);
    assertThat(JacobianDescent.withDefaults().withBlock("o.W").check(taken).rigor())
        .isEqualTo(Rigor.ASSUMED);
  }

  @Test
  void numbersOfAnotherProblemAreRefused() {
    Network network = network();
    TrainingProblem problem = problem(network, 1e-4);
    Map<TrainingProblem, String> others = new LinkedHashMap<>();
    others.put(problem(network, 1e6), "targets");
    others.put(problem(network(), 1e-4), "network, another object");
    others.put(problem.at(network.initialize(Seed.of(2))), "theta");
    others.put(problem.withFrozen("a.W"), "loss");
    others.put(problem.withLoss(Losses.MEAN_SQUARED), "loss");
    INDArray moved = inputs();
    moved.putScalar(0, 0, Math.nextUp(1.0));
    others.put(TrainingProblem.of(network, problem.theta(), moved, problem.y()), "inputs");
    others.put(
        TrainingProblem.of(
            network,
            Tensors.convert(problem.theta(), DataType.FLOAT),
            Tensors.convert(problem.x(), DataType.FLOAT),
            Tensors.convert(problem.y(), DataType.FLOAT)),
        "theta, inputs, targets");
    others.forEach(
        (other, difference) ->
            assertThatThrownBy(
                    () -> Evidence.of(problem).with(Measurements.LAST_LAYER, Evidence.of(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("same problem")
                .hasMessageContaining(difference));
    assertThatThrownBy(
            () ->
                Evidence.of(problem)
                    .with(
                        Measurements.JACOBIAN,
                        Evidence.fixed().given(Measurements.JACOBIAN, JacobianNumbers.not("test"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("given(..)");
  }

  @Test
  void numbersOfTheSameProblemAreTakenOver() {
    TrainingProblem problem = problem(network(), 1e-4);
    Evidence first = Evidence.of(problem);
    JacobianNumbers numbers = first.get(Measurements.JACOBIAN);
    TrainingProblem copy =
        TrainingProblem.of(problem.network(), problem.theta().dup(), inputs(), problem.y().dup());
    Evidence second = Evidence.of(copy).with(Measurements.JACOBIAN, first);
    assertThat(second.get(Measurements.JACOBIAN)).isSameAs(numbers);
    Certificate certificate = THEOREM.check(second);
    assertThat(certificate.isProof()).isTrue();
    assertThat(certificate.problem()).isEqualTo(first.digest()).isEqualTo(second.digest());
  }

  @Test
  void numbersChangedInPlaceAreNoticed() {
    for (String changed : List.of("theta", "inputs", "targets")) {
      TrainingProblem problem = problem(network(), 1e-4);
      Evidence evidence = Evidence.of(problem);
      Certificate derived = THEOREM.derive(evidence);
      assertThat(THEOREM.check(evidence).isProof()).isTrue();
      INDArray tensor =
          switch (changed) {
            case "theta" -> problem.theta();
            case "inputs" -> problem.x();
            default -> problem.y();
          };
      double old = tensor.getDouble(0);
      tensor.putScalar(0, Math.nextUp(old));
      assertThatThrownBy(() -> THEOREM.check(evidence))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("whose " + changed + " changed in place");
      assertThatThrownBy(() -> evidence.get(Measurements.LAST_LAYER))
          .isInstanceOf(IllegalStateException.class);
      tensor.putScalar(0, old);
      assertThat(THEOREM.check(evidence).isProof()).isTrue();
      assertThat(derived.isProof()).as("about no problem yet").isFalse();
    }
  }

  @Test
  void aCertificateAboutNoProblemIsNoProof() {
    Certificate made =
        Certificate.of(
            "anything",
            THEOREM.source(),
            List.of(HypothesisCheck.premise("1 = 2", true, "")),
            () -> Conclusion.of("anything"),
            List.of());
    assertThat(made.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(made.isProof()).isFalse();
    assertThat(made.rigor()).isEqualTo(Rigor.ASSUMED);
    assertThat(made.problem()).isEmpty();
    assertThat(made.toString()).containsPattern("tied to\\s+no\\s+problem");
    assertThat(THEOREM.check(problem(network(), 1e-4)).toString()).doesNotContain("ASSUMED");
    for (Theorem theorem : Theorems.all()) {
      assertThat(theorem.derive(Evidence.of(problem(network(), 1e-4))).isProof()).isFalse();
    }
  }

  @Test
  void everyPartOfANetworkIsInItsDigest() {
    Dense plain = Dense.of("a", 2, 20);
    Elementwise tanh = Elementwise.of(Activations.TANH);
    INDArray matrix = Tensors.ofRows(new double[][] {{1, 2}, {3, 4}});
    INDArray other = Tensors.ofRows(new double[][] {{1, 2}, {3, Math.nextUp(4.0)}});
    List<Network> networks =
        List.of(
            network(plain, tanh),
            network(plain.withSigmaW(1.5), tanh),
            network(plain.withBias(1), tanh),
            network(plain.withBias(0.5), tanh),
            network(plain.withLayout(Layout.OUT_IN), tanh),
            network(plain.withSlotNames("W", "b"), tanh),
            network(plain, Elementwise.of(Activations.SIN)),
            network(plain, tanh, Residual.of(1, Dense.of("r", 20, 20))),
            network(plain, tanh, Residual.of(0.5, Dense.of("r", 20, 20))),
            network(plain, tanh, Residual.of(1, Dense.of("r", 20, 20)).withShortcut(tanh)),
            network(FixedLinear.of("f", matrix), plain, tanh),
            network(FixedLinear.of("f", other), plain, tanh));
    List<String> sums = new ArrayList<>();
    for (Network network : networks) {
      sums.add(ProblemDigest.of(problem(network, 1)).parts().get("network"));
    }
    assertThat(sums).doesNotHaveDuplicates();
    assertThat(ProblemDigest.of(problem(network(plain, tanh), 1)).parts())
        .containsEntry("network", sums.get(0));
  }
}
