package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.model.DeepLinearResNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is measured does not depend on the number of threads, to the bit. */
final class ThreadsTest {
  private static final int SAMPLES = 150;

  static Stream<Network> networks() {
    return Stream.of(
        Network.of(
            Shape.of(8),
            Dense.of("in", 8, 170).withBias(0.1),
            Elementwise.of(Activations.TANH),
            Dense.of("out", 170, 2).withBias(0.1)),
        Network.of(Shape.of(8), Dense.of("in", 8, 60), Dense.of("out", 60, 2)),
        DeepLinearResNet.gaussian(8, 60, 2, 3, 1, 1, Seed.of(4)).network());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void certificatesAreTheSame(Network network) {
    TrainingProblem problem = problem(network);
    List<String> texts = texts(problem.withThreads(1));
    assertThat(texts(problem.withThreads(2))).isEqualTo(texts);
    assertThat(texts(problem.withThreads(5))).isEqualTo(texts);
    assertThat(texts(problem)).isEqualTo(texts);
  }

  @Test
  void theSettingIsKeptAndChecked() {
    TrainingProblem problem = problem(networks().findFirst().orElseThrow());
    assertThat(problem.threads()).isBetween(1, 8);
    TrainingProblem three = problem.withThreads(3);
    assertThat(three.withFrozen("in.W").at(three.theta()).withLoss(three.loss()).threads())
        .isEqualTo(3);
    assertThatThrownBy(() -> problem.withThreads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expects at least 1 but got 0");
  }

  private static List<String> texts(TrainingProblem problem) {
    return Theorems.check(problem).stream().map(Object::toString).toList();
  }

  private static TrainingProblem problem(Network network) {
    return TrainingProblem.of(
        network, network.initialize(Seed.of(5)), gaussian("x", 8), gaussian("y", 2));
  }

  private static INDArray gaussian(String name, int columns) {
    RandomStream random = Seed.of(6).stream(name);
    double[] values = new double[SAMPLES * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Tensors.of(values, SAMPLES, columns);
  }
}
