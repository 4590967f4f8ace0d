package org.fullrank.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Against the formulas of the paper, written out for one sample in plain Java. */
final class SmoothResNetTest {
  /** Sums of some hundred terms in double precision. */
  private static final double TOLERANCE = 1e-12;

  private static final int D = 3;
  private static final int M = 7;
  private static final int K = 2;

  /** The weights as the paper indexes them: {@code w[l][row][column]}, then {@code v[c][j]}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Weights(double[][][] w, double[][] v) {}

  @ParameterizedTest
  @CsvSource({
    "1, true, tanh",
    "2, true, softplus",
    "4, true, tanh",
    "3, true, sin",
    "1, false, tanh",
    "2, false, erf",
    "4, false, softplus"
  })
  void outputsAndJacobianAreThoseOfThePaper(int depth, boolean residual, String phi) {
    Activation activation = Activations.named(phi);
    double cSigma = 1.7;
    double cRes = 0.8;
    SmoothResNet model =
        SmoothResNet.of(D, M, depth, activation)
            .withOutputs(K)
            .withNormalization(cSigma)
            .withResidualScale(cRes);
    Network network = residual ? model.network() : model.plain();
    INDArray theta = network.initialize(Seed.of(depth));
    Weights weights = weights(network, Tensors.toDoubles(theta), depth);
    Random random = new Random(5);
    double[][] x = new double[4][D];
    for (double[] row : x) {
      for (int j = 0; j < D; j++) {
        row[j] = random.nextGaussian();
      }
    }
    double[] factor = new double[depth];
    for (int l = 0; l < depth; l++) {
      factor[l] =
          l == 0 || !residual ? Math.sqrt(cSigma / M) : cRes / (depth * Math.sqrt((double) M));
    }
    double[][] outputs = Tensors.toRows(network.forward(theta, Tensors.ofRows(x)));
    double[][] jacobian;
    try (Jacobian j = network.jacobian(theta, Tensors.ofRows(x))) {
      jacobian = Tensors.toRows(j.toMatrix());
    }
    for (int i = 0; i < x.length; i++) {
      Paper paper = new Paper(activation, weights, factor, residual, x[i]);
      for (int c = 0; c < K; c++) {
        assertThat(outputs[i][c]).isCloseTo(paper.output(c), within(TOLERANCE));
        double[] gradient = paper.gradient(c);
        assertThat(gradient).hasSize((int) network.parameterCount());
        for (int p = 0; p < gradient.length; p++) {
          assertThat(jacobian[i * K + c][p]).isCloseTo(gradient[p], within(TOLERANCE));
        }
      }
    }
  }

  /** Forward and backward through the recursion for {@code x_l}, not the rescaled one. */
  private static final class Paper {
    private final Activation phi;
    private final Weights weights;
    private final double[] factor;
    private final boolean residual;
    private final double[][] x;
    private final double[][] z;

    Paper(Activation phi, Weights weights, double[] factor, boolean residual, double[] input) {
      this.phi = phi;
      this.weights = weights;
      this.factor = factor;
      this.residual = residual;
      int depth = factor.length;
      x = new double[depth + 1][];
      z = new double[depth][M];
      x[0] = input;
      for (int l = 0; l < depth; l++) {
        x[l + 1] = residual && l > 0 ? x[l].clone() : new double[M];
        for (int a = 0; a < M; a++) {
          for (int b = 0; b < x[l].length; b++) {
            z[l][a] += weights.w[l][a][b] * x[l][b];
          }
          x[l + 1][a] += factor[l] * phi.value(z[l][a]);
        }
      }
    }

    double output(int c) {
      double sum = 0;
      for (int a = 0; a < M; a++) {
        sum += weights.v[c][a] * x[factor.length][a];
      }
      return sum;
    }

    /** In the library's order: each matrix stored input-major, then v. */
    double[] gradient(int c) {
      int depth = factor.length;
      double[] out = new double[D * M + (depth - 1) * M * M + M * K];
      double[] adjoint = weights.v[c].clone();
      for (int a = 0; a < M; a++) {
        out[D * M + (depth - 1) * M * M + a * K + c] = x[depth][a];
      }
      for (int l = depth - 1; l >= 0; l--) {
        int offset = l == 0 ? 0 : D * M + (l - 1) * M * M;
        double[] next = residual && l > 0 ? adjoint.clone() : new double[x[l].length];
        for (int a = 0; a < M; a++) {
          double g = adjoint[a] * factor[l] * phi.derivative(z[l][a]);
          for (int b = 0; b < x[l].length; b++) {
            out[offset + b * M + a] = g * x[l][b];
            next[b] += g * weights.w[l][a][b];
          }
        }
        adjoint = next;
      }
      return out;
    }
  }

  private static Weights weights(Network network, double[] theta, int depth) {
    double[][][] w = new double[depth][][];
    for (int l = 0; l < depth; l++) {
      w[l] = transposed(network.slots().get(l), theta);
      assertThat(network.slots().get(l).name()).isEqualTo("W" + (l + 1) + ".W");
    }
    return new Weights(w, transposed(network.slots().get(depth), theta));
  }

  private static double[][] transposed(Slot slot, double[] theta) {
    int in = (int) slot.shape().size(0);
    int out = (int) slot.shape().size(1);
    double[][] matrix = new double[out][in];
    for (int b = 0; b < in; b++) {
      for (int a = 0; a < out; a++) {
        matrix[a][b] = theta[(int) slot.offset() + b * out + a];
      }
    }
    return matrix;
  }

  @Test
  void initialWeightsAreStandardNormal() {
    Network network = SmoothResNet.of(5, 100, 4, Activations.TANH).network();
    double[] theta = Tensors.toDoubles(network.initialize(Seed.of(1)));
    for (Slot slot : network.slots()) {
      double sum = 0;
      for (int i = 0; i < slot.size(); i++) {
        sum += theta[(int) slot.offset() + i] * theta[(int) slot.offset() + i];
      }
      // Five deviations of a mean of squares: a false alarm once in a million slots.
      assertThat(sum / slot.size()).isCloseTo(1, within(5 * Math.sqrt(2.0 / slot.size())));
    }
  }

  /** Closed forms of {@code E phi(N(0,1))^2}. */
  @Test
  void normalizationIsTheInverseMeanSquare() {
    normalization(Activations.IDENTITY, 1, 1e-13);
    normalization(Activations.SIN, (1 - Math.exp(-2)) / 2, 1e-13);
    normalization(Activations.COS, (1 + Math.exp(-2)) / 2, 1e-13);
    normalization(Activations.GAUSSIAN, 1 / Math.sqrt(3), 1e-13);
    normalization(Activations.ERF, 2 / Math.PI * Math.asin(2.0 / 3), 1e-13);
    normalization(Activations.RELU, 0.5, 1e-5);
    normalization(Activations.leakyRelu(0.1), 0.505, 1e-5);
  }

  private static void normalization(Activation phi, double meanSquare, double tolerance) {
    assertThat(SmoothResNet.normalization(phi))
        .as(phi.name())
        .isCloseTo(1 / meanSquare, within(tolerance / meanSquare));
    assertThat(SmoothResNet.of(1, 1, 1, phi).cSigma()).isEqualTo(SmoothResNet.normalization(phi));
  }

  @Test
  void refusesWhatIsNoArchitecture() {
    SmoothResNet model = SmoothResNet.of(2, 3, 2, Activations.TANH);
    assertThat(model.cRes()).isBetween(0.0, 1.0);
    refused(() -> SmoothResNet.of(0, 3, 2, Activations.TANH), "inputs 0");
    refused(() -> SmoothResNet.of(2, 0, 2, Activations.TANH), "width 0");
    refused(() -> SmoothResNet.of(2, 3, 0, Activations.TANH), "depth 0");
    refused(() -> model.withOutputs(0), "got 0");
    refused(() -> model.withNormalization(0), "c_sigma");
    refused(() -> model.withNormalization(Double.NaN), "c_sigma");
    refused(() -> model.withResidualScale(-0.5), "c_res");
    refused(() -> model.withResidualScale(Double.POSITIVE_INFINITY), "c_res");
    refused(() -> model.withNormalization(Double.MIN_VALUE).network(), "scale");
  }

  private static void refused(Runnable call, String text) {
    assertThatThrownBy(call::run)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expects")
        .hasMessageContaining(text);
  }
}
