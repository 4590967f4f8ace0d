package org.fullrank.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Factored blocks against the explicit rows that they stand for, shared positions included. */
class ParameterBlockTest {
  private static final double ROUNDING = 1e-12;

  private static INDArray random(String name, long... shape) {
    RandomStream stream = Seed.of(3).stream(name);
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, shape);
  }

  /** Rows by the definition, in plain loops. */
  private static double[] rows(
      double[] a, double[] g, int m, int n, int s, int in, int out, double scale, boolean inOut) {
    double[] rows = new double[m * n * in * out];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        for (int q = 0; q < s; q++) {
          for (int p = 0; p < in; p++) {
            for (int o = 0; o < out; o++) {
              rows[(c * n + i) * in * out + (inOut ? p * out + o : o * in + p)] +=
                  scale * a[(i * s + q) * in + p] * g[((c * n + i) * s + q) * out + o];
            }
          }
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 1, 4, 2, IN_OUT",
    "2, 3, 1, 4, 2, OUT_IN",
    "2, 3, 5, 2, 3, IN_OUT",
    "3, 2, 4, 3, 2, OUT_IN"
  })
  void factoredEqualsExplicit(int m, int n, int s, int in, int out, KroneckerBlock.Layout layout) {
    INDArray a = random("a", n, s, in);
    INDArray g = random("g", m, n, s, out);
    KroneckerBlock block = KroneckerBlock.of(a, g, 0.7, layout);
    double[] expected =
        rows(
            Tensors.toDoubles(a),
            Tensors.toDoubles(g),
            m,
            n,
            s,
            in,
            out,
            0.7,
            layout == KroneckerBlock.Layout.IN_OUT);
    assertThat(Tensors.toDoubles(block.rows())).containsExactly(expected, within(ROUNDING));
    ExplicitBlock explicit = ExplicitBlock.of(Tensors.of(expected, m, n, (long) in * out));
    close(block.sum(), explicit.sum());
    close(block.squaredNorms(), explicit.squaredNorms());
    close(block.gram(block), explicit.gram(explicit));
    close(block.gram(explicit), explicit.gram(block));
    INDArray t1 = Tensors.zeros(a.dataType(), n, n);
    INDArray t2 = Tensors.zeros(a.dataType(), n, n);
    block.addTrace(explicit, t1);
    explicit.addTrace(block, t2);
    close(t1, t2);
    KroneckerBlock other =
        KroneckerBlock.of(random("a2", n + 1, s, in), random("g2", m, n + 1, s, out), 2, layout);
    ExplicitBlock otherRows = ExplicitBlock.of(other.rows());
    close(block.gram(other), explicit.gram(otherRows));
  }

  private static void close(INDArray got, INDArray expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(Tensors.toDoubles(got))
        .containsExactly(Tensors.toDoubles(expected), within(100 * ROUNDING));
  }

  @Test
  void differentTensorsAreRefused() {
    ExplicitBlock a = ExplicitBlock.of(random("a", 1, 2, 3));
    ExplicitBlock b = ExplicitBlock.of(random("b", 1, 2, 4));
    assertThatThrownBy(() -> a.gram(b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3")
        .hasMessageContaining("4");
  }
}
