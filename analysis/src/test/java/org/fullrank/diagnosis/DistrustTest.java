package org.fullrank.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Statements about the network rest on nothing that came from outside or was rounded. */
final class DistrustTest {
  /** Claims to be the library's tanh, but is not odd. */
  private static final class Shifted implements Activation {
    @Override
    public String name() {
      return "tanh";
    }

    @Override
    public double value(double x) {
      return Math.tanh(x) + 1;
    }

    @Override
    public double derivative(double x) {
      return Activations.TANH.derivative(x);
    }

    @Override
    public double secondDerivative(double x) {
      return Activations.TANH.secondDerivative(x);
    }

    @Override
    public Regularity regularity() {
      return Activations.TANH.regularity();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Activation;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(Activations.TANH);
    }
  }

  @Test
  void anActivationThatCallsItselfTanhIsNotTakenToBeOdd() {
    Network network =
        Network.of(
            Shape.of(2), Dense.of("a", 2, 8), Elementwise.of(new Shifted()), Dense.of("b", 8, 1));
    INDArray x = Tensors.of(new double[] {1, 2, -1, -2}, 2, 2);
    assertThat(SingularityDiagnosis.of(network, network.initialize(Seed.of(1))).kernel(x).causes())
        .isEmpty();
  }

  @Test
  void gradientsThatWereRoundedToTheSameDoublesAreAboutTheStoredMatrix() {
    Network network = Network.of(Shape.of(1), Dense.of("d", 1, 1).withSigmaW(1.2).withBias(1));
    double first = 1.7;
    double second = Math.nextUp(first);
    while (1.2 * first != 1.2 * second) {
      first = second;
      second = Math.nextUp(first);
    }
    INDArray x = Tensors.of(new double[] {first, second}, 2, 1);
    SingularityReport report =
        SingularityDiagnosis.of(network, Tensors.of(new double[] {0.3, 0.1}, 2)).kernel(x);
    // The exact Gram is 1.2^2 x x^T + 1 1^T with different x: rank 2.
    assertThat(report.rankAtMost(Subject.STORED_MATRIX)).isEqualTo(OptionalLong.of(1));
    assertThat(report.rankAtMost(Subject.EXACT_PRODUCT)).isEmpty();
    assertThat(report.rankAtMost(Subject.EXACT_NETWORK)).isEmpty();
  }
}
