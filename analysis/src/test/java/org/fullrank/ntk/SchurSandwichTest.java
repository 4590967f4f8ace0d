package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sandwich against the kernel of the stored factors in exact integer arithmetic. */
class SchurSandwichTest {
  /** The sum over layers of inputs against inputs times cotangents against cotangents, exactly. */
  private static ExactMatrix exactKernel(Jacobian jacobian) {
    int n = (int) jacobian.samples();
    int k = (int) jacobian.outputs();
    BigDecimal[][] kernel = new BigDecimal[n * k][n * k];
    for (BigDecimal[] row : kernel) {
      Arrays.fill(row, BigDecimal.ZERO);
    }
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      for (ParameterBlock block : pullback.blocks()) {
        KroneckerBlock b = (KroneckerBlock) block;
        BigDecimal square = new BigDecimal(b.scale()).pow(2);
        double[] a = Tensors.toDoubles(b.inputs());
        double[] g = Tensors.toDoubles(b.outputCotangents());
        for (int r = 0; r < n * k; r++) {
          for (int s = 0; s < n * k; s++) {
            BigDecimal inner = dot(a, a.length / n, r / k, s / k);
            BigDecimal outer = dot(g, g.length / n / k, r % k * n + r / k, s % k * n + s / k);
            kernel[r][s] = kernel[r][s].add(square.multiply(inner).multiply(outer));
          }
        }
      }
    }
    return ExactMatrix.of(kernel);
  }

  private static BigDecimal dot(double[] v, int d, int i, int j) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int q = 0; q < d; q++) {
      sum = sum.add(new BigDecimal(v[i * d + q]).multiply(new BigDecimal(v[j * d + q])));
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "false, 1, true, NTK, 5, true",
    "false, 1, false, NTK, 4, true",
    "false, 1, true, STANDARD, 5, true",
    "true, 1, true, NTK, 5, true",
    "true, 1, false, STANDARD, 6, true",
    "false, 2, true, NTK, 4, true",
    "true, 2, true, STANDARD, 3, true",
    "false, 3, true, NTK, 2, true",
    "false, 1, true, NTK, 9, false",
    "false, 1, true, NTK, 1, true"
  })
  void theExactEigenvalueIsInside(
      boolean residual, int k, boolean bias, Parameterization type, int n, boolean positive) {
    for (Activation phi : List.of(Activations.TANH, Activations.RELU, Activations.SOFTPLUS)) {
      Network network = RandomNetworks.network(residual, k, bias, type, phi);
      for (int seed = 0; seed < 3; seed++) {
        try (INDArray theta = network.initialize(Seed.of(seed));
            INDArray x = RandomNetworks.inputs("schur" + seed, n);
            Jacobian jacobian = network.jacobian(theta, x)) {
          SchurSandwich sandwich = SchurSandwich.of(jacobian);
          Interval enclosure = sandwich.lambdaMin().interval();
          assertThat(exactKernel(jacobian).lambdaMinIn(enclosure.lo(), enclosure.hi()))
              .as("%s", enclosure)
              .isTrue();
          assertThat(sandwich.lambdaMin().rigor()).isEqualTo(Rigor.VERIFIED);
          assertThat(sandwich.lambdaMin().subject()).isEqualTo(Subject.EXACT_PRODUCT);
          if (phi == Activations.SOFTPLUS) {
            assertThat(enclosure.lo() > 0).as("%s", enclosure).isEqualTo(positive);
          }
          double sum = sandwich.layers().stream().mapToDouble(v -> v).sum();
          assertThat(sum).isLessThanOrEqualTo(enclosure.lo() * (1 + 1e-12));
          assertThat(sandwich.layers()).hasSize(residual ? 6 : 4);
        }
      }
    }
  }

  @Test
  void oneLayerIsBoundedSharply() {
    // One dense layer, one output: K = A A^T + sb^2 1 1^T, so the lower end is the eigenvalue.
    Network network = Network.of(Shape.of(4), Dense.of("a", 4, 1).withBias(1).withScales(0.7, 1.9));
    try (INDArray theta = network.initialize(Seed.of(1));
        INDArray x = RandomNetworks.inputs("one", 5);
        Jacobian jacobian = network.jacobian(theta, x)) {
      double truth = exactKernel(jacobian).lambdaMinRoundedDown();
      double lo = SchurSandwich.of(jacobian).lambdaMin().interval().lo();
      assertThat(lo).isLessThanOrEqualTo(truth).isGreaterThan(truth * (1 - 1e-5));
    }
    // Many outputs: G_i G_i^T = I.
    Network wide = Network.of(Shape.of(4), Dense.of("a", 4, 3).withScales(0.7, 0));
    try (INDArray theta = wide.initialize(Seed.of(1));
        INDArray x = RandomNetworks.inputs("wide", 3);
        Jacobian jacobian = wide.jacobian(theta, x)) {
      double truth = exactKernel(jacobian).lambdaMinRoundedDown();
      double lo = SchurSandwich.of(jacobian).lambdaMin().interval().lo();
      assertThat(lo).isLessThanOrEqualTo(truth).isGreaterThan(truth * (1 - 1e-5));
    }
  }

  @Test
  void cotangentsBoundWhatInputsCannot() {
    // Two inputs for six samples: the first layer's part is bounded through its 40 units.
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 40),
            Elementwise.of(Activations.COS),
            Dense.of("b", 40, 1));
    try (INDArray theta = network.initialize(Seed.of(1));
        INDArray x = Tensors.of(new double[] {1, 0, 0, 2, -1, 1, 1, 3, 2, -1, -3, -1}, 6, 2);
        Jacobian jacobian = network.jacobian(theta, x)) {
      SchurSandwich sandwich = SchurSandwich.of(jacobian);
      assertThat(sandwich.layers().get(0)).isPositive();
      assertThat(
              exactKernel(jacobian)
                  .lambdaMinIn(
                      sandwich.lambdaMin().interval().lo(), sandwich.lambdaMin().interval().hi()))
          .isTrue();
    }
  }

  @Test
  void coupledSamplesAreRefused() {
    Network network =
        Network.of(
            Shape.of(4), Dense.of("a", 4, 2), new BatchCentering("c", 2), Dense.of("b", 2, 1));
    try (INDArray theta = network.initialize(Seed.of(1));
        INDArray x = RandomNetworks.inputs("coupled", 3);
        Jacobian jacobian = network.jacobian(theta, x)) {
      assertThatThrownBy(() -> SchurSandwich.of(jacobian))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("couples");
    }
  }
}
