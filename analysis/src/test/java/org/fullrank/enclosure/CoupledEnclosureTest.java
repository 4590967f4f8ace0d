package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.diff.Linearization;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.UnchangedStep;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that couples samples, such as one that subtracts the mean of the batch, may enclose its
 * value rightly, but its step cannot pass a cotangent to other samples: the Gram would be wrong.
 */
final class CoupledEnclosureTest {
  private static final Layer COUPLED =
      new Layer() {
        @Override
        public Shape outputShape(Shape input) {
          return input;
        }

        @Override
        public List<Slot> slots() {
          return List.of();
        }

        @Override
        public Linearization linearize(INDArray theta, INDArray x) {
          return Flatten.of().linearize(theta, x);
        }

        @Override
        public Traits traits() {
          return Traits.coupled();
        }

        @Override
        public Optional<String> enclosureObstacle(DataType type) {
          return Optional.empty();
        }

        @Override
        public EnclosedStep enclose(EnclosedInput in) {
          return new UnchangedStep(in.x());
        }

        @Override
        public String toString() {
          return "Centering";
        }
      };

  private static void requireRefusal(Layer middle) {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 2), middle, Dense.of("v", 2, 1));
    INDArray theta = network.initialize(Seed.of(1));
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      assertThat(NetworkEnclosure.obstacle(network, type).orElseThrow())
          .contains("Centering")
          .contains("couples the samples");
    }
    assertThatThrownBy(() -> NetworkEnclosure.of(network, theta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("couples the samples");
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            theta,
            Tensors.of(new double[] {1, 2, 3, 5}, 2, 2),
            Tensors.of(new double[] {0, 1}, 2, 1));
    Certificate certificate = JacobianDescent.withDefaults().derive(Evidence.of(problem));
    assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.toString()).contains("couples the samples");
  }

  @Test
  void coupledSamplesAreRefusedWhereverTheyAre() {
    requireRefusal(COUPLED);
    requireRefusal(Residual.of(.5, COUPLED));
    requireRefusal(Residual.of(.5, Dense.of("b", 2, 2)).withShortcut(COUPLED));
    requireRefusal(Shared.of(Residual.of(.5, Dense.of("b", 2, 2), COUPLED)));
  }
}
