package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class KernelStatisticsTest {
  private static final int N = 12;

  /** Sums of at most n^2 products of numbers of order 1. */
  private static final double ROUNDING = 1e-13;

  private static double[][] random(int n, int d, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    double[][] x = new double[n][];
    for (int i = 0; i < n; i++) {
      x[i] = r.doubles(d, -1, 1).toArray();
    }
    return x;
  }

  private static DenseSymmetric gram(double[][] x, double factor) {
    try (INDArray a = Tensors.ofRows(x);
        INDArray k = Products.multiply(a, false, a, true);
        INDArray scaled = Tensors.scaled(k, factor)) {
      return DenseSymmetric.symmetrized(scaled);
    }
  }

  private static DenseSymmetric diagonal(double... t) {
    double[][] rows = new double[t.length][t.length];
    for (int i = 0; i < t.length; i++) {
      rows[i][i] = t[i];
    }
    return DenseSymmetric.of(Tensors.ofRows(rows));
  }

  private static double value(Quantity q) {
    assertThat(q.rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(q.subject()).isEqualTo(Subject.STORED_MATRIX);
    return q.interval().mid();
  }

  static Stream<Function<KernelStatistics, Double>> all() {
    DenseSymmetric other = gram(random(N, 9, 4), 1);
    INDArray y = Tensors.ofRows(random(N, 2, 7));
    return Stream.of(
        s -> value(s.centredAlignment(other)),
        s -> value(s.alignment(other)),
        s -> value(s.targetAlignment(y)),
        s -> value(s.centredTargetAlignment(y)),
        s -> value(s.participationRatio()),
        s -> value(s.spectralEntropy()),
        s -> s.decay(1, 8).exponent(),
        s -> s.decay(1, 8).rSquared());
  }

  @ParameterizedTest
  @MethodSource("all")
  void nothingDependsOnTheScale(Function<KernelStatistics, Double> statistic) {
    double[][] x = random(N, 9, 3);
    double reference = statistic.apply(KernelStatistics.of(gram(x, 1)));
    for (double factor : new double[] {1e-250, 1e-3, 7.7, 1e250}) {
      assertThat(statistic.apply(KernelStatistics.of(gram(x, factor))))
          .isCloseTo(reference, within(1e-11));
    }
  }

  @Test
  void alignmentsAgreeWithTheCosineOfCentredFeatures() {
    // <H K H, H L H> = ||A^T B||_F^2 for centred features A and B: no centring of kernels here.
    double[][] x = random(N, 5, 1);
    double[][] y = random(N, 3, 2);
    for (double[][] m : new double[][][] {x, y}) {
      for (int q = 0; q < m[0].length; q++) {
        double mean = 0;
        for (double[] row : m) {
          mean += row[q] / N;
        }
        for (double[] row : m) {
          row[q] -= mean;
        }
      }
    }
    double expected = crossSquare(x, y) / Math.sqrt(crossSquare(x, x) * crossSquare(y, y));
    // Shifted features have the same centred kernels.
    KernelStatistics s = KernelStatistics.of(gram(shifted(x, 3), 2));
    assertThat(value(s.centredAlignment(gram(shifted(y, -2), 5))))
        .isCloseTo(expected, within(100 * ROUNDING));
    assertThat(value(s.centredTargetAlignment(Tensors.ofRows(shifted(y, 1)))))
        .isCloseTo(expected, within(100 * ROUNDING));
    KernelStatistics plain = KernelStatistics.of(gram(x, 2));
    assertThat(value(plain.alignment(gram(y, 1)))).isCloseTo(expected, within(ROUNDING));
    assertThat(value(plain.targetAlignment(Tensors.ofRows(y))))
        .isCloseTo(expected, within(ROUNDING));
    assertThat(value(s.alignment(gram(shifted(y, -2), 5)))).isGreaterThan(expected + 0.1);
  }

  private static double[][] shifted(double[][] x, double by) {
    double[][] out = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      out[i] = java.util.Arrays.stream(x[i]).map(v -> v + by).toArray();
    }
    return out;
  }

  private static double crossSquare(double[][] a, double[][] b) {
    double sum = 0;
    for (int p = 0; p < a[0].length; p++) {
      for (int q = 0; q < b[0].length; q++) {
        double s = 0;
        for (int i = 0; i < a.length; i++) {
          s += a[i][p] * b[i][q];
        }
        sum += s * s;
      }
    }
    return sum;
  }

  @Test
  void closedForms() {
    SymmetricOperator threes = diagonal(3, 3, 3, 3);
    long before = Backend.tensorBytes();
    KernelStatistics identity = KernelStatistics.of(threes);
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    assertThat(value(identity.participationRatio())).isEqualTo(4);
    assertThat(value(identity.spectralEntropy())).isCloseTo(1, within(ROUNDING));
    // <I, y y^T> / (sqrt(4) |y|^2) = 1/2.
    assertThat(value(identity.targetAlignment(Tensors.of(new double[] {1, -2, 0, 5}, 4, 1))))
        .isCloseTo(0.5, within(ROUNDING));
    assertThat(identity.decay(1, 4)).isEqualTo(new DecayFit(0, 1, 4, 1));
    double[][] one = {{1}, {2}, {-1}};
    KernelStatistics rankOne = KernelStatistics.of(gram(one, 1));
    assertThat(value(rankOne.participationRatio())).isCloseTo(1, within(ROUNDING));
    assertThat(value(rankOne.spectralEntropy())).isCloseTo(0, within(ROUNDING));
    assertThat(value(rankOne.targetAlignment(Tensors.ofRows(one)))).isCloseTo(1, within(ROUNDING));
    assertThat(value(rankOne.centredAlignment(gram(one, 9)))).isCloseTo(1, within(ROUNDING));
    // p = (3/4, 1/4).
    KernelStatistics two = KernelStatistics.of(diagonal(1, 3));
    assertThat(value(two.participationRatio())).isCloseTo(1.6, within(ROUNDING));
    assertThat(value(two.spectralEntropy()))
        .isCloseTo(2 - 0.75 * Math.log(3) / Math.log(2), within(ROUNDING));
    assertThat(value(KernelStatistics.of(diagonal(5)).spectralEntropy())).isZero();
    assertThat(two.quantities()).hasSize(2);
  }

  @Test
  void powerLawsAreFound() {
    double[] t = new double[20];
    for (int j = 1; j <= 20; j++) {
      t[j - 1] = 5 * Math.pow(j, -1.5);
    }
    t[0] = 1000;
    DecayFit fit = KernelStatistics.of(diagonal(t)).decay(2, 20);
    assertThat(fit.exponent()).isCloseTo(1.5, within(1e-10));
    assertThat(fit.rSquared()).isCloseTo(1, within(1e-10));
    assertThat(KernelStatistics.of(diagonal(t)).decay(1, 20).rSquared()).isLessThan(0.95);
    // Three points, logarithms base 2: (0, 0), (1, -1), (log 3, -3).
    DecayFit three = KernelStatistics.of(diagonal(8, 4, 1)).decay(1, 3);
    double c = Math.log(3) / Math.log(2);
    double mx = (1 + c) / 3;
    double xx = mx * mx + (1 - mx) * (1 - mx) + (c - mx) * (c - mx);
    double xy = (0 - mx) * (4.0 / 3) + (1 - mx) * (1.0 / 3) + (c - mx) * (-5.0 / 3);
    double yy = (16 + 1 + 25) / 9.0;
    assertThat(three.exponent()).isCloseTo(-xy / xx, within(ROUNDING));
    assertThat(three.rSquared()).isCloseTo(xy * xy / xx / yy, within(ROUNDING));
  }

  @Test
  void traceKernelsOfNetworksAreKernelsOfSamples() {
    Network network = RandomNetworks.tanh(false, 2);
    try (INDArray theta = network.initialize(Seed.of(1));
        INDArray x = RandomNetworks.inputs("statistics", 6);
        GramMatrix k = EmpiricalNtk.of(network, theta).traceKernel(x);
        INDArray y = network.forward(theta, x)) {
      KernelStatistics s = KernelStatistics.of(k);
      assertThat(value(s.centredAlignment(k))).isCloseTo(1, within(ROUNDING));
      assertThat(value(s.centredTargetAlignment(y))).isBetween(0.0, 1.0);
      assertThat(value(s.participationRatio())).isBetween(1.0, 6.0);
    }
  }

  @Test
  void badInputsAreRefused() {
    assertThatThrownBy(() -> KernelStatistics.of(diagonal(0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nonzero");
    KernelStatistics s = KernelStatistics.of(diagonal(1, 2, 1e-20));
    assertThatThrownBy(() -> s.alignment(diagonal(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("order 3 but got 2");
    assertThatThrownBy(() -> s.targetAlignment(Tensors.of(new double[] {1, 2}, 2, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> s.targetAlignment(Tensors.of(new double[3], 3, 1)))
        .hasMessageContaining("nonzero");
    assertThatThrownBy(
            () -> s.centredTargetAlignment(Tensors.of(new double[] {0.1, 0.1, 0.1}, 3, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("constant");
    assertThatThrownBy(() -> s.decay(0, 2)).hasMessageContaining("1 <= from");
    assertThatThrownBy(() -> s.decay(1, 2)).hasMessageContaining("from + 2");
    assertThatThrownBy(() -> s.decay(1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rounding but number 3");
    assertThatThrownBy(() -> KernelStatistics.of(diagonal(-1, -2)).spectralEntropy())
        .hasMessageContaining("positive eigenvalue");
  }
}
