package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Single terms of the bounds, each in a case where it cannot be missed. */
class RoundingTermsTest {
  private static final double U = 0x1p-53;

  private static double[] gaussian(String name, int count) {
    RandomStream stream = Seed.of(21).stream(name);
    double[] v = new double[count];
    Arrays.setAll(v, i -> stream.nextGaussian());
    return v;
  }

  @Test
  void signThatRoundingFlipsAtAKinkIsCovered() {
    int in = 9;
    Sequential net =
        Sequential.of(Dense.of("a", in, 1), Elementwise.of(Activations.RELU), Dense.of("b", 1, 1));
    int flips = 0;
    for (int trial = 0; trial < 100 && flips < 5; trial++) {
      double[] v = floats(gaussian("kink" + trial, 2 * in + 1));
      double rest = 0;
      for (int p = 0; p + 1 < in; p++) {
        rest += v[p] * v[in + p];
      }
      // The last weight cancels the sum up to its own rounding to single precision.
      v[in - 1] = (float) (-rest / v[2 * in - 1]);
      double[] theta = concat(Arrays.copyOf(v, in), v[2 * in]);
      double[] x = Arrays.copyOfRange(v, in, 2 * in);
      try (INDArray t = Tensors.of(DataType.FLOAT, theta, in + 1);
          INDArray i = Tensors.of(DataType.FLOAT, x, 1, in);
          INDArray t64 = Tensors.of(theta, in + 1);
          INDArray i64 = Tensors.of(x, 1, in);
          Linearization single = net.linearize(t, i);
          Linearization exact = net.linearize(t64, i64)) {
        if ((single.value().getDouble(0) != 0) == (exact.value().getDouble(0) != 0)) {
          continue;
        }
        flips++;
        // One of the two gradients of the first layer is zero, the other is sw |x| sw2 |b|.
        double seen = Math.sqrt(Arrays.stream(x).map(s -> s * s).sum() / in) * Math.abs(theta[in]);
        double bound = JacobianError.rowErrors(single).orElseThrow()[0][0];
        assertThat(bound).isGreaterThanOrEqualTo(seen).isLessThan(1.1 * seen);
      }
    }
    assertThat(flips).as("trials in which rounding crosses the kink").isEqualTo(5);
  }

  private static double[] floats(double[] v) {
    return Arrays.stream(v).map(t -> (float) t).toArray();
  }

  private static double[] concat(double[] a, double last) {
    double[] out = Arrays.copyOf(a, a.length + 1);
    out[a.length] = last;
    return out;
  }

  @Test
  void curvatureOfTheActivationIsCovered() {
    // |tanh''| is greatest at artanh(1/sqrt 3): there dz = sigma'(z) g moves by L2 e g.
    double z = 0.5 * Math.log((Math.sqrt(3) + 1) / (Math.sqrt(3) - 1));
    double e = 1e-6;
    double greatest = 4 / (3 * Math.sqrt(3));
    try (INDArray x = Tensors.of(new double[] {z}, 1, 1);
        Linearization l = Elementwise.of(Activations.TANH).linearize(x, x);
        INDArray dy = Tensors.of(new double[] {3}, 1, 1, 1)) {
      double bound =
          l.rounding()
              .orElseThrow()
              .pullbackError(new double[] {e}, dy, new double[1][1])
              .inputCotangent()[0][0];
      double seen = 3 * Math.abs(slope(z) - slope(z + e));
      assertThat(seen).isCloseTo(3 * greatest * e, within(1e-3 * e));
      assertThat(bound).isGreaterThanOrEqualTo(seen).isLessThan(1.01 * seen);
    }
  }

  private static double slope(double z) {
    return 1 / (Math.cosh(z) * Math.cosh(z));
  }

  /** {@code 1 + x/2} with errors in single precision as large as the contract permits. */
  private record Careless() implements Activation {
    private static final double EPSILON = 8 * 0x1p-24;

    @Override
    public String name() {
      return "careless";
    }

    @Override
    public double value(double x) {
      return 1 + x / 2;
    }

    @Override
    public double derivative(double x) {
      return 0.5;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public Regularity regularity() {
      return new Regularity(0.5, 0, true, true, true, OptionalInt.of(1));
    }

    @Override
    public void evaluate(float[] x, float[] value, float[] derivative) {
      for (int i = 0; i < x.length; i++) {
        double t = x[i];
        double y = value(t);
        // Half of the last units above the bound is not reached.
        value[i] = (float) (y - 0.9 * EPSILON * (Math.abs(y) + Math.abs(t) / 2));
        derivative[i] = (float) (0.5 - 0.9 * EPSILON / 2);
      }
    }
  }

  @Test
  void allThatTheContractOfFloatsPermitsIsCovered() {
    Activation activation = new Careless();
    double[] z = {3, 0, -7, 0.125};
    double[] g = {2, -1, 0.5, 4};
    try (INDArray x = Tensors.of(DataType.FLOAT, z, 1, 4);
        INDArray dy = Tensors.of(DataType.FLOAT, g, 1, 1, 4);
        Linearization l = Elementwise.of(activation).linearize(x, x);
        Pullback p = l.pullback(dy)) {
      double[] y = Tensors.toDoubles(l.value());
      double[] dz = Tensors.toDoubles(p.inputCotangent());
      double seen = 0;
      double seenBack = 0;
      for (int i = 0; i < 4; i++) {
        seen += Math.pow(y[i] - activation.value(z[i]), 2);
        seenBack += Math.pow(dz[i] - g[i] / 2, 2);
      }
      assertThat(l.rounding().orElseThrow().valueError(new double[1])[0])
          .isBetween(Math.sqrt(seen), 2 * Math.sqrt(seen));
      assertThat(
              l.rounding()
                  .orElseThrow()
                  .pullbackError(new double[1], dy, new double[1][1])
                  .inputCotangent()[0][0])
          .isBetween(Math.sqrt(seenBack), 2 * Math.sqrt(seenBack));
    }
  }

  @Test
  void valueAtZeroTooSmallForAFloatIsCovered() {
    try (INDArray x = Tensors.zeros(DataType.FLOAT, 1, 1);
        Linearization l = Elementwise.of(Activations.softplus(1e100)).linearize(x, x)) {
      assertThat(l.value().getDouble(0)).isZero();
      assertThat(l.rounding().orElseThrow().valueError(new double[1])[0])
          .isGreaterThanOrEqualTo(Activations.softplus(1e100).value(0));
    }
  }

  @Test
  void fixedMatrixCountsItsRoundingToSinglePrecision() {
    double[] m = {1 + 0x1p-24 - 0x1p-40};
    try (INDArray matrix = Tensors.of(m, 1, 1);
        INDArray x = Tensors.of(DataType.FLOAT, new double[] {1}, 1, 1);
        Linearization l = FixedLinear.of("m", matrix).linearize(x, x)) {
      double seen = Math.abs(l.value().getDouble(0) - m[0]);
      assertThat(seen).isGreaterThan(0.99 * 0x1p-24);
      assertThat(l.rounding().orElseThrow().valueError(new double[1])[0])
          .isGreaterThanOrEqualTo(seen);
    }
  }

  @Test
  void underflowInSinglePrecisionIsCovered() {
    try (INDArray theta = Tensors.of(DataType.FLOAT, new double[] {3e-24, 5e-24}, 2);
        INDArray x = Tensors.of(DataType.FLOAT, new double[] {1e-22, 1e-22}, 1, 2);
        Linearization l = Dense.of("d", 2, 1).linearize(theta, x)) {
      double[] w = Tensors.toDoubles(theta);
      double seen =
          Math.abs(l.value().getDouble(0) - Tensors.toDoubles(x)[0] * (w[0] + w[1]) / Math.sqrt(2));
      assertThat(seen).isPositive();
      assertThat(l.rounding().orElseThrow().valueError(new double[1])[0])
          .isGreaterThanOrEqualTo(seen);
    }
  }

  @Test
  void zeroInputHasAnExactImage() {
    try (INDArray theta = Tensors.of(gaussian("w", 6), 6);
        INDArray x = Tensors.zeros(DataType.DOUBLE, 1, 2);
        Linearization l =
            Sequential.of(Dense.of("d", 2, 3), Elementwise.of(Activations.RELU))
                .linearize(theta, x)) {
      assertThat(l.rounding().orElseThrow().valueError(new double[1])).containsExactly(0);
    }
  }

  @Test
  void spectralBoundIsTrueAndTight() {
    for (int[] shape : new int[][] {{1, 1}, {1, 9}, {9, 1}, {5, 5}, {20, 7}, {7, 20}, {60, 60}}) {
      for (double scale : new double[] {1, 1e-60, 1e-200, 1e100}) {
        double[] v = gaussian(Arrays.toString(shape), shape[0] * shape[1]);
        Array2DRowRealMatrix matrix = new Array2DRowRealMatrix(shape[0], shape[1]);
        for (int k = 0; k < v.length; k++) {
          matrix.setEntry(k / shape[1], k % shape[1], v[k]);
          v[k] *= scale;
        }
        double exact = new SingularValueDecomposition(matrix).getNorm() * scale;
        try (INDArray w = Tensors.of(v, shape[0], shape[1])) {
          double bound = MatrixNorms.of(w).spectral();
          // Schatten-8 against the 2-norm: at most the number of singular values to the 1/8.
          double loss = Math.pow(Math.min(shape[0], shape[1]), 1.0 / 8) * (1 + 1e-5);
          assertThat(bound).isBetween(exact * (1 - 8 * U), exact * loss);
        }
      }
    }
    try (INDArray zero = Tensors.zeros(DataType.FLOAT, 3, 2)) {
      assertThat(MatrixNorms.of(zero)).isEqualTo(new MatrixNorms(0, 0));
    }
  }

  /** A hinge whose kink is not at zero. */
  private record Shifted() implements Activation {
    @Override
    public String name() {
      return "shifted";
    }

    @Override
    public double value(double x) {
      return Math.max(x, 1);
    }

    @Override
    public double derivative(double x) {
      return x > 1 ? 1 : 0;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public Regularity regularity() {
      return new Regularity(1, Double.POSITIVE_INFINITY, false, false, false, OptionalInt.empty());
    }
  }

  @Test
  void kinkInUnknownPlaceLeavesNoModel() {
    Network net = Network.of(Shape.of(2), Dense.of("d", 2, 2), Elementwise.of(new Shifted()));
    try (INDArray theta = Tensors.of(gaussian("s", 4), 4);
        INDArray x = Tensors.of(gaussian("t", 2), 1, 2);
        Linearization l = net.linearize(theta, x)) {
      assertThat(l.rounding()).isEmpty();
      assertThat(JacobianError.rowErrors(l)).isEmpty();
      assertThat(JacobianError.frobenius(l)).isEmpty();
    }
  }
}
