package org.fullrank.evidence.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;

/** Chains of numbers, in which every rounding error is known exactly. */
final class LinearChainMeasurementTest {
  private static final int TRIALS = 50;
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private static LinearChain measure(double x, double[] theta, Layer... layers) {
    Network network = Network.of(Shape.of(1), layers);
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(theta, theta.length),
            Tensors.of(new double[] {x}, 1, 1),
            Tensors.of(new double[] {0}, 1, 1));
    return Evidence.of(problem).get(Measurements.LINEAR_CHAIN);
  }

  @Test
  void factorsThatCancelAreEnclosed() {
    // 1 + s w is of the size of the rounding of s, which is a product of two doubles.
    Random random = new Random(1);
    int apart = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      double inner = 0.1 + random.nextDouble();
      double outer = 0.1 + random.nextDouble();
      double w = -1 / (inner * outer);
      BigDecimal exact =
          BigDecimal.ONE.add(
              new BigDecimal(inner).multiply(new BigDecimal(outer)).multiply(new BigDecimal(w)));
      apart += exact.doubleValue() == Math.fma(inner * outer, w, 1) ? 0 : 1;
      LinearChain chain =
          measure(
              0x1p53, new double[] {w}, Residual.of(outer, Dense.of("W", 1, 1).withSigmaW(inner)));
      assertThat(chain.obstacle()).isEmpty();
      LinearFactor factor = chain.factors().get(0);
      assertThat(factor.norm().interval().contains(exact.abs())).as("trial " + trial).isTrue();
      assertThat(factor.sigmaMin().interval().contains(exact.abs())).isTrue();
      assertThat(factor.start()).isEqualTo(LinearFactor.Start.OTHER);
      BigDecimal output = exact.multiply(BigDecimal.valueOf(1L << 53));
      assertThat(chain.loss().interval().contains(output.pow(2).divide(TWO))).isTrue();
    }
    assertThat(apart).isGreaterThan(TRIALS / 2);
  }

  @Test
  void errorsOfEarlierLayersArePassedOn() {
    // The error of the first factor, 2^53 times as large after the second, meets a target.
    Random random = new Random(2);
    for (int trial = 0; trial < TRIALS; trial++) {
      double inner = 0.1 + random.nextDouble();
      double outer = 0.1 + random.nextDouble();
      double w = -1 / (inner * outer);
      double fixed = 0x1p53 * (1 + random.nextDouble());
      BigDecimal exact =
          BigDecimal.ONE
              .add(
                  new BigDecimal(inner).multiply(new BigDecimal(outer)).multiply(new BigDecimal(w)))
              .multiply(new BigDecimal(fixed));
      LinearChain chain =
          measure(
              1,
              new double[] {w},
              Residual.of(outer, Dense.of("W", 1, 1).withSigmaW(inner)),
              FixedLinear.of("B", Tensors.ofRows(new double[][] {{fixed}})));
      assertThat(chain.loss().interval().contains(exact.pow(2).divide(TWO))).isTrue();
    }
  }

  @Test
  void scaledWeightsAreEnclosed() {
    Random random = new Random(3);
    for (int trial = 0; trial < TRIALS; trial++) {
      double sigma = 0.1 + random.nextDouble();
      double w = random.nextGaussian();
      LinearChain chain = measure(1, new double[] {w}, Dense.of("W", 1, 1).withSigmaW(sigma));
      BigDecimal exact = new BigDecimal(sigma).multiply(new BigDecimal(w)).abs();
      assertThat(chain.factors().get(0).norm().interval().contains(exact)).isTrue();
      assertThat(chain.loss().interval().contains(exact.pow(2).divide(TWO))).isTrue();
    }
  }

  @Test
  void widthsMustBeEqualAndLargeEnough() {
    int[][] widths = {{2, 3, 2, 2}, {2, 1, 2}, {1, 1, 2}, {3, 2, 2, 3}, {2, 2, 3, 2}};
    for (int[] w : widths) {
      assertThat(chainOf(w).obstacle()).as("widths " + w[0] + w[1] + w[2]).isPresent();
    }
    assertThat(chainOf(2, 3, 3, 2).obstacle()).isEmpty();
    assertThat(chainOf(3, 3, 3, 1).obstacle()).isEmpty();
  }

  private static LinearChain chainOf(int... widths) {
    Layer[] layers = new Layer[widths.length - 1];
    int parameters = 0;
    for (int l = 0; l < layers.length; l++) {
      layers[l] =
          Dense.of("W" + l, widths[l], widths[l + 1])
              .withParameterization(Parameterization.STANDARD);
      parameters += widths[l] * widths[l + 1];
    }
    Network network = Network.of(Shape.of(widths[0]), layers);
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[parameters], parameters),
            Tensors.of(new double[widths[0]], 1, widths[0]),
            Tensors.of(new double[widths[layers.length]], 1, widths[layers.length]));
    return Evidence.of(problem).get(Measurements.LINEAR_CHAIN);
  }
}
