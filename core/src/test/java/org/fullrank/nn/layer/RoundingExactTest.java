package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Double precision against exact arithmetic, on a small deep linear network. */
class RoundingExactTest {
  private static double[] gaussian(String name, int count) {
    RandomStream stream = Seed.of(21).stream(name);
    double[] v = new double[count];
    Arrays.setAll(v, i -> stream.nextGaussian());
    return v;
  }

  /** {@code scale * x W + biasScale * b} without rounding; {@code w} of shape [in, out]. */
  private static BigDecimal[] affine(
      BigDecimal[] x, double[] w, double scale, double[] b, double biasScale) {
    int out = w.length / x.length;
    BigDecimal[] z = new BigDecimal[out];
    for (int q = 0; q < out; q++) {
      BigDecimal sum = BigDecimal.ZERO;
      for (int p = 0; p < x.length; p++) {
        sum = sum.add(x[p].multiply(new BigDecimal(w[p * out + q])));
      }
      BigDecimal bias =
          b.length == 0
              ? BigDecimal.ZERO
              : new BigDecimal(b[q]).multiply(new BigDecimal(biasScale));
      z[q] = sum.multiply(new BigDecimal(scale)).add(bias);
    }
    return z;
  }

  private static BigDecimal[] decimals(double[] v) {
    return Arrays.stream(v).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new);
  }

  private static double distance(double[] stored, BigDecimal[] exact) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < stored.length; i++) {
      sum = sum.add(new BigDecimal(stored[i]).subtract(exact[i]).pow(2));
    }
    return sum.sqrt(new MathContext(20)).doubleValue();
  }

  private static double[] transposed(double[] w, int in) {
    int out = w.length / in;
    double[] t = new double[w.length];
    for (int k = 0; k < w.length; k++) {
      t[k % out * in + k / out] = w[k];
    }
    return t;
  }

  @Test
  void doublePrecisionLiesWithinTheBoundsOfExactArithmetic() {
    int[] widths = {6, 9, 7, 2};
    List<Dense> layers = new ArrayList<>();
    for (int l = 0; l < 3; l++) {
      layers.add(
          Dense.of("l" + l, widths[l], widths[l + 1]).withSigmaW(1.1).withBias(0.1 + 0.2 * l));
    }
    Sequential chain = Sequential.of(layers);
    double[] theta = gaussian("theta", (int) chain.parameterCount());
    double[] x = gaussian("input", 6);
    try (INDArray t = Tensors.of(theta, theta.length);
        INDArray in = Tensors.of(x, 1, 6);
        Linearization l = chain.linearize(t, in);
        INDArray dy = Tensors.of(new double[] {1, 0, 0, 1}, 2, 1, 2);
        Pullback p = l.pullback(dy)) {
      List<BigDecimal[]> h = new ArrayList<>();
      h.add(decimals(x));
      List<double[]> weights = new ArrayList<>();
      int offset = 0;
      for (Dense d : layers) {
        int size = (int) (d.in() * d.out());
        double[] w = Arrays.copyOfRange(theta, offset, offset + size);
        double[] b = Arrays.copyOfRange(theta, offset + size, offset + size + (int) d.out());
        weights.add(w);
        h.add(affine(h.get(h.size() - 1), w, d.weightScale(), b, d.biasScale()));
        offset += size + b.length;
      }
      RoundingModel model = l.rounding().orElseThrow();
      double seen = distance(Tensors.toDoubles(l.value()), h.get(3));
      assertThat(seen).isPositive().isLessThanOrEqualTo(model.valueError(new double[1])[0]);

      double[][] bounds = JacobianError.rowErrors(l).orElseThrow();
      for (int c = 0; c < 2; c++) {
        BigDecimal[] g = decimals(c == 0 ? new double[] {1, 0} : new double[] {0, 1});
        double squares = 0;
        for (int layer = 2; layer >= 0; layer--) {
          squares += rowError(p, layer, c, h.get(layer), g, layers.get(layer));
          double[] back = transposed(weights.get(layer), widths[layer]);
          g = affine(g, back, layers.get(layer).weightScale(), new double[0], 0);
        }
        assertThat(Math.sqrt(squares)).isPositive().isLessThanOrEqualTo(bounds[c][0]);
        double[] dx = Tensors.toDoubles(TensorViews.leading(p.inputCotangent(), c, c + 1));
        double[][] zero = new double[2][1];
        assertThat(distance(dx, g))
            .isPositive()
            .isLessThanOrEqualTo(
                model.pullbackError(new double[1], dy, zero).inputCotangent()[c][0]);
      }
    }
  }

  /** Squared distance of the weight and bias rows of one layer from exact ones. */
  private static double rowError(
      Pullback p, int layer, int c, BigDecimal[] a, BigDecimal[] g, Dense d) {
    KroneckerBlock block = (KroneckerBlock) p.blocks().get(2 * layer);
    double[] as = Tensors.toDoubles(block.inputs());
    double[] gs = Tensors.toDoubles(TensorViews.leading(block.outputCotangents(), c, c + 1));
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal biasSum = BigDecimal.ZERO;
    for (int q = 0; q < g.length; q++) {
      BigDecimal stored = new BigDecimal(gs[q]);
      for (int i = 0; i < a.length; i++) {
        sum = sum.add(new BigDecimal(as[i]).multiply(stored).subtract(a[i].multiply(g[q])).pow(2));
      }
      biasSum = biasSum.add(stored.subtract(g[q]).pow(2));
    }
    double sw = d.weightScale();
    double sb = d.biasScale();
    return sw * sw * sum.doubleValue() + sb * sb * biasSum.doubleValue();
  }
}
