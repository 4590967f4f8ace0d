package org.fullrank.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Bounds against the kernels evaluated by their closed forms with 40 digits. */
class WideReluKernelTest {
  private static final MathContext DIGITS = new MathContext(40);
  private static final BigDecimal PI = piByMachin();

  private static BigDecimal piByMachin() {
    return arctan(BigDecimal.ONE.divide(BigDecimal.valueOf(5), DIGITS))
        .multiply(BigDecimal.valueOf(16))
        .subtract(
            arctan(BigDecimal.ONE.divide(BigDecimal.valueOf(239), DIGITS))
                .multiply(BigDecimal.valueOf(4)),
            DIGITS);
  }

  /** Taylor series after halving the angle until the argument is small. */
  private static BigDecimal arctan(BigDecimal t) {
    if (t.abs().doubleValue() > 0.1) {
      BigDecimal root = BigDecimal.ONE.add(t.multiply(t)).sqrt(DIGITS);
      return arctan(t.divide(BigDecimal.ONE.add(root), DIGITS)).multiply(BigDecimal.valueOf(2));
    }
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal power = t;
    for (int q = 1; q < 46; q += 2) {
      BigDecimal term = power.divide(BigDecimal.valueOf(q), DIGITS);
      sum = q % 4 == 1 ? sum.add(term, DIGITS) : sum.subtract(term, DIGITS);
      power = power.multiply(t).multiply(t, DIGITS);
    }
    return sum;
  }

  private static BigDecimal of(double x) {
    return new BigDecimal(x);
  }

  /** Covariances {@code p, c, q} to {@code (E[relu relu], E[relu' relu'])} by the angle formula. */
  private static BigDecimal[] dual(BigDecimal p, BigDecimal c, BigDecimal q) {
    BigDecimal sine = p.multiply(q).subtract(c.multiply(c)).max(BigDecimal.ZERO).sqrt(DIGITS);
    // The angle is pi/2 - atan(c / sine).
    BigDecimal half = PI.divide(BigDecimal.valueOf(2), DIGITS);
    BigDecimal angle =
        sine.signum() == 0
            ? (c.signum() > 0 ? BigDecimal.ZERO : PI)
            : half.subtract(arctan(c.divide(sine, DIGITS)));
    BigDecimal turn = PI.multiply(BigDecimal.valueOf(2));
    BigDecimal rest = PI.subtract(angle);
    return new BigDecimal[] {
      sine.add(c.multiply(rest)).divide(turn, DIGITS), rest.divide(turn, DIGITS)
    };
  }

  /** {@code {K_H, T_H, H^inf}}. */
  private static BigDecimal[][][] kernels(double[][] x, int hidden, double sigmaW) {
    int n = x.length;
    BigDecimal variance = of(sigmaW).multiply(of(sigmaW));
    BigDecimal[][] k = new BigDecimal[n][n];
    BigDecimal[][] t = new BigDecimal[n][n];
    BigDecimal[][] gate = new BigDecimal[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        k[i][j] =
            variance.multiply(dot(x[i], x[j])).divide(BigDecimal.valueOf(x[0].length), DIGITS);
        t[i][j] = k[i][j];
        gate[i][j] =
            dot(x[i], x[j])
                .multiply(dual(dot(x[i], x[i]), dot(x[i], x[j]), dot(x[j], x[j]))[1], DIGITS);
      }
    }
    for (int l = 0; l < hidden; l++) {
      BigDecimal[][] next = new BigDecimal[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          BigDecimal[] d = dual(k[i][i], k[i][j], k[j][j]);
          next[i][j] = variance.multiply(d[0], DIGITS);
          t[i][j] = next[i][j].add(t[i][j].multiply(variance).multiply(d[1], DIGITS));
        }
      }
      k = next;
    }
    return new BigDecimal[][][] {k, t, gate};
  }

  private static BigDecimal dot(double[] x, double[] y) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int q = 0; q < x.length; q++) {
      sum = sum.add(of(x[q]).multiply(of(y[q])));
    }
    return sum;
  }

  /** Whether {@code A - s I} has only positive pivots, with 40 digits. */
  private static boolean aboveExactly(BigDecimal[][] a, BigDecimal s) {
    int n = a.length;
    BigDecimal[][] b = new BigDecimal[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        b[i][j] = i == j ? a[i][j].subtract(s) : a[i][j];
      }
    }
    for (int p = 0; p < n; p++) {
      if (b[p][p].signum() <= 0) {
        return false;
      }
      for (int i = p + 1; i < n; i++) {
        BigDecimal f = b[i][p].divide(b[p][p], DIGITS);
        for (int j = p; j < n; j++) {
          b[i][j] = b[i][j].subtract(f.multiply(b[p][j]), DIGITS);
        }
      }
    }
    return true;
  }

  private static double lambdaMin(BigDecimal[][] a) {
    double lo = 0;
    double hi = a[0][0].doubleValue();
    for (int i = 0; i < 40; i++) {
      double mid = 0.5 * (lo + hi);
      if (aboveExactly(a, of(mid))) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return lo;
  }

  /** Gaussian directions, lengths between 1 and {@code spread}; close pairs if asked for. */
  private static double[][] data(int n, int d, double spread, boolean close, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] x = new double[n][d];
    for (int i = 0; i < n; i++) {
      double square = 0;
      for (int q = 0; q < d; q++) {
        x[i][q] = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
        if (close && i % 2 == 1) {
          x[i][q] = x[i - 1][q] + 0.3 * x[i][q];
        }
        square += x[i][q] * x[i][q];
      }
      double length = (1 + (spread - 1) * random.nextDouble()) / Math.sqrt(square);
      for (int q = 0; q < d; q++) {
        x[i][q] *= length;
      }
    }
    return x;
  }

  private static void assertBelow(WideKernelBound bound, BigDecimal[][] exact) {
    double lo = bound.lambdaMin().lo();
    assertThat(lo).isGreaterThanOrEqualTo(0);
    if (lo > 0) {
      assertThat(aboveExactly(exact, of(lo))).as(bound.toString()).isTrue();
    }
    BigDecimal smallest = exact[0][0];
    for (int i = 0; i < exact.length; i++) {
      smallest = smallest.min(exact[i][i]);
    }
    // The upper end is the smallest diagonal entry, to the digits of both.
    BigDecimal excess = of(bound.lambdaMin().hi()).subtract(smallest);
    assertThat(excess.doubleValue()).isBetween(-1e-30, 1e-13 * smallest.doubleValue());
  }

  @ParameterizedTest
  @CsvSource({
    "9, 6, 1, false",
    "8, 4, 1, true",
    "6, 8, 3, false",
    "7, 2, 1, false",
    "5, 5, 1e5, true",
    "1, 3, 2, false"
  })
  void boundsAreBelowTheExactEigenvalues(int n, int d, double spread, boolean close) {
    for (int seed = 0; seed < 2; seed++) {
      double[][] x = data(n, d, spread, close, seed);
      for (int hidden = 0; hidden <= 2; hidden++) {
        double sigma = hidden == 2 ? 0.9 : Math.sqrt(2);
        BigDecimal[][][] exact = kernels(x, hidden, sigma);
        WideReluKernel kernel = WideReluKernel.of(hidden).withSigmaW(sigma);
        try (INDArray in = Tensors.ofRows(x)) {
          for (int terms : new int[] {2, 7, 64}) {
            assertBelow(kernel.withTerms(terms).covariance(in), exact[0]);
            assertBelow(kernel.withTerms(terms).tangent(in), exact[1]);
            assertBelow(kernel.withTerms(terms).gate(in), exact[2]);
          }
        }
      }
    }
  }

  @Test
  void powersMakeTheBoundUseful() {
    // Twelve samples in six dimensions, so that X X^T itself is singular.
    double[][] x = data(12, 6, 1, false, 1);
    BigDecimal[][][] exact = kernels(x, 1, Math.sqrt(2));
    try (INDArray in = Tensors.ofRows(x)) {
      WideReluKernel kernel = WideReluKernel.of(1);
      assertThat(kernel.covariance(in).lambdaMin().lo() / lambdaMin(exact[0])).isGreaterThan(0.1);
      assertThat(kernel.gate(in).lambdaMin().lo() / lambdaMin(exact[2])).isGreaterThan(0.5);
      assertThat(kernel.tangent(in).lambdaMin().lo() / lambdaMin(exact[1])).isGreaterThan(0.4);
      assertThat(WideReluKernel.of(0).covariance(in).lambdaMin().lo()).isZero();
    }
  }

  @Test
  void orthonormalRowsAreNearlySharp() {
    double[][] x = new double[4][4];
    for (int i = 0; i < 4; i++) {
      x[i][i] = 2;
    }
    // R = I: kappa(R) = (1 - 1/pi) I + (1/pi) 1 1^T, times K_0,ii = 2 * 4 / 4 and sigma_w^2 / 2 =
    // 1.
    try (INDArray in = Tensors.ofRows(x)) {
      double lo = WideReluKernel.of(1).covariance(in).lambdaMin().lo();
      assertThat(lo).isBetween(2 * (1 - 1 / Math.PI) * (1 - 1e-9), 2 * (1 - 1 / Math.PI));
    }
  }

  @Test
  void parallelRowsAndSinglePrecision() {
    double[][] x = data(4, 6, 1, false, 2);
    x[3] = x[0].clone();
    try (INDArray in = Tensors.ofRows(x)) {
      assertThat(WideReluKernel.of(2).tangent(in).lambdaMin().lo()).isZero();
    }
    double[][] y = data(4, 6, 1, false, 2);
    try (INDArray in = Tensors.ofRows(DataType.FLOAT, y)) {
      assertBelow(
          WideReluKernel.of(1).tangent(in), kernels(Tensors.toRows(in), 1, Math.sqrt(2))[1]);
    }
  }

  @Test
  void statementsSayThatTheyAreNotAboutFiniteNetworks() {
    try (INDArray in = Tensors.ofRows(data(3, 4, 1, false, 1))) {
      assertThat(WideReluKernel.of(1).tangent(in).toString())
          .contains("tangent kernel of ReLU with 1 hidden layers")
          .contains("infinite width; no finite network");
    }
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> WideReluKernel.of(-1)).hasMessageContaining("at least 0");
    WideReluKernel kernel = WideReluKernel.of(1);
    assertThatThrownBy(() -> kernel.withSigmaW(0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> kernel.withTerms(1)).hasMessageContaining("at least 2");
    assertThatThrownBy(() -> kernel.gate(Tensors.ofRows(new double[][] {{1, 2}, {0, 0}})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 1");
    assertThatThrownBy(() -> kernel.gate(Tensors.ofRows(new double[][] {{1, Double.NaN}})))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
