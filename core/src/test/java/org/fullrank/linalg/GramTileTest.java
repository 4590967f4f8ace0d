package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.fullrank.linalg.FactorRows.Scaled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

final class GramTileTest {
  /** A few roundings of inner products of at most 9 terms below 1. */
  private static double tolerance(DataType type) {
    return type == DataType.DOUBLE ? 1e-14 : 1e-5;
  }

  private static INDArray random(DataType type, long seed, long rows, long columns) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] v = new double[(int) (rows * columns)];
    Arrays.setAll(v, i -> random.nextDouble(-1, 1));
    return Tensors.of(type, v, rows, columns);
  }

  private static double dot(double[][] x, int i, double[][] y, int j) {
    double sum = 0;
    for (int q = 0; q < x[i].length; q++) {
      sum += x[i][q] * y[j][q];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "DOUBLE, 1, true", "DOUBLE, 3, true", "DOUBLE, 1, false", "DOUBLE, 3, false",
    "FLOAT, 1, true", "FLOAT, 3, true", "FLOAT, 1, false", "FLOAT, 3, false"
  })
  void tilesOfASumOfTermsAreThoseOfTheDefinition(DataType type, int k, boolean symmetric) {
    int n = 11;
    int m = symmetric ? n : 7;
    INDArray a = random(type, 1, n, 5);
    INDArray b = symmetric ? a : random(type, 2, m, 5);
    INDArray g = random(type, 3, (long) n * k, 9);
    INDArray h = symmetric ? g : random(type, 4, (long) m * k, 9);
    INDArray r = random(type, 5, (long) n * k, 4);
    INDArray s = symmetric ? r : random(type, 6, (long) m * k, 4);
    MatrixSink sink = MatrixSink.create(type, (long) n * k, (long) m * k);
    Tensors.write(filled(n * k * m * k, Double.NaN), sink.matrix());
    int step = 4;
    try (GramTile tile = GramTile.of(type, (long) step * step * k * k)) {
      for (int i = 0; i < n; i += step) {
        for (int j = symmetric ? i : 0; j < m; j += step) {
          tile.start(i, Math.min(step, n - i), j, Math.min(step, m - j), k, symmetric && i == j);
          tile.add(a, b, g, h);
          tile.add(null, null, r, s);
          tile.finish(sink, (long) i * k, (long) j * k, symmetric);
        }
      }
    }
    double[][] got = Tensors.toRows(sink.matrix());
    double[][] ar = Tensors.toRows(a);
    double[][] br = Tensors.toRows(b);
    double[][] gr = Tensors.toRows(g);
    double[][] hr = Tensors.toRows(h);
    double[][] rr = Tensors.toRows(r);
    double[][] sr = Tensors.toRows(s);
    for (int i = 0; i < n * k; i++) {
      for (int j = 0; j < m * k; j++) {
        double expected = dot(ar, i / k, br, j / k) * dot(gr, i, hr, j) + dot(rr, i, sr, j);
        assertThat(Math.abs(got[i][j] - expected)).isLessThanOrEqualTo(tolerance(type));
        if (symmetric) {
          assertThat(got[i][j]).isEqualTo(got[j][i]);
        }
      }
    }
  }

  private static double[] filled(int length, double value) {
    double[] v = new double[length];
    Arrays.fill(v, value);
    return v;
  }

  @Test
  void badTilesSayExpectedAndGot() {
    INDArray a = random(DataType.DOUBLE, 1, 4, 2);
    MatrixSink sink = MatrixSink.create(DataType.DOUBLE, 4, 4);
    try (GramTile tile = GramTile.of(DataType.DOUBLE, 16)) {
      assertThatThrownBy(() -> tile.start(0, 5, 0, 4, 1, false))
          .hasMessageContaining("expects 1 to 16 entries");
      assertThatThrownBy(() -> tile.start(0, 2, 1, 2, 1, true))
          .hasMessageContaining("equal rows and columns");
      tile.start(2, 4, 0, 4, 1, false);
      assertThatThrownBy(() -> tile.add(null, null, a, a)).hasMessageContaining("<= 4");
      tile.start(0, 4, 0, 4, 1, false);
      assertThatThrownBy(() -> tile.add(null, null, a, random(DataType.DOUBLE, 1, 4, 3)))
          .hasMessageContaining("equal width");
      assertThatThrownBy(() -> tile.add(null, null, a, random(DataType.FLOAT, 1, 4, 2)))
          .hasMessageContaining("FLOAT");
      assertThatThrownBy(() -> tile.add(null, null, a, a.transpose().dup('c').transpose()))
          .hasMessageContaining("row-major");
      tile.add(null, null, a, a);
      assertThatThrownBy(() -> tile.finish(sink, 1, 0, false))
          .hasMessageContaining("inside [4, 4]");
      INDArray huge = Tensors.filled(DataType.DOUBLE, 1e200, 4, 2);
      tile.add(null, null, huge, huge);
      assertThatThrownBy(() -> tile.finish(sink, 0, 0, false))
          .hasMessageContaining("expects finite values");
    }
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, 1", "DOUBLE, 3", "FLOAT, 1", "FLOAT, 3"})
  void factorRowsStackScaleAndInterleave(DataType type, int k) {
    int m = 900; // several buffers
    INDArray w = random(type, 1, m, 30);
    INDArray ones = Tensors.filled(type, 1, m, 1, 1);
    INDArray g = TensorViews.reshape(random(type, 2, (long) k * m, 20), k, m, 1, 20);
    INDArray inputs = Tensors.zeros(type, m + 5, 31);
    FactorRows.concatenate(List.of(new Scaled(w, 0.3), new Scaled(ones, 0.1)), inputs, 2);
    INDArray cotangents = Tensors.zeros(type, (m + 5L) * k, 20);
    FactorRows.interleave(g, cotangents, 2);
    INDArray single = TensorViews.reshape(random(type, 3, k, m), k, m, 1, 1);
    INDArray rows = Tensors.zeros(type, (m + 5L) * k, 31);
    FactorRows.products(List.of(new Scaled(w, 0.3), new Scaled(ones, 0.1)), single, rows, 2);
    double[][] wr = Tensors.toRows(w);
    double[] gv = Tensors.toDoubles(g);
    double[] sv = Tensors.toDoubles(single);
    double[][] a = Tensors.toRows(inputs);
    double[][] c = Tensors.toRows(cotangents);
    double[][] r = Tensors.toRows(rows);
    for (int i = 0; i < m; i++) {
      for (int q = 0; q < 31; q++) {
        double exact = q < 30 ? 0.3 * wr[i][q] : 0.1;
        double half = type == DataType.FLOAT ? 0.5 * Math.ulp((float) exact) : 0;
        assertThat(a[i + 2][q]).isEqualTo(exact, within(half * (1 + 0x1p-20)));
        for (int o = 0; o < k; o++) {
          double product = sv[o * m + i] * exact;
          assertThat(r[(i + 2) * k + o][q])
              .isEqualTo(type == DataType.FLOAT ? (float) product : product);
        }
      }
      for (int o = 0; o < k; o++) {
        for (int q = 0; q < 20; q++) {
          assertThat(c[(i + 2) * k + o][q]).isEqualTo(gv[(o * m + i) * 20 + q]);
        }
      }
    }
    assertThat(a[0]).containsOnly(0);
    assertThat(a[m + 2]).containsOnly(0);
    assertThatThrownBy(() -> FactorRows.interleave(g, cotangents, 6))
        .hasMessageContaining("stacked factors");
    assertThatThrownBy(() -> FactorRows.concatenate(List.of(new Scaled(w, 1)), inputs, 0))
        .hasMessageContaining("expects shape");
  }

  /** Small scales and entries, of which one part of the scale is too small for single precision. */
  @ParameterizedTest
  @CsvSource({"0.1", "-3", "0", "1e-18", "1e-30", "1e18", "1e30"})
  void singleRowsAreRoundedOnce(double scale) {
    int m = 300;
    double[] x = new double[m * 70];
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) ((random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(60) - 30));
    }
    INDArray a = Tensors.of(DataType.FLOAT, x, m, 70);
    INDArray target = Tensors.zeros(DataType.FLOAT, m, 70);
    FactorRows.concatenate(List.of(new Scaled(a, scale)), target, 0);
    double[] got = Tensors.toDoubles(target);
    for (int i = 0; i < x.length; i++) {
      double exact = scale * x[i];
      double half = 0.5 * Math.ulp((float) exact) * (1 + 0x1p-20);
      // The lower part of the scale times a number, which may be subnormal.
      double tiny = Math.abs(exact) < 0x1p-100 ? Float.MIN_VALUE : 0;
      assertThat(got[i]).isEqualTo(exact, within(half + tiny));
    }
  }
}
