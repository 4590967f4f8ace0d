package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

final class ChunksTest {
  private static final double ROUNDING = 1e-10;

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 4095, 4096, 4097, 8 * 4096, 8 * 4096 + 1, 100_003})
  void mapEvaluatesEveryEntryOnce(int length) {
    double[] values = new Random(length).doubles(length, -1, 1).toArray();
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      try (INDArray a = Tensors.of(type, values, length)) {
        double[] x = Tensors.toDoubles(a);
        List<INDArray> both =
            Chunks.map(a, ChunksTest::squareAndNegative, ChunksTest::squareAndNegative);
        double[] first = Tensors.toDoubles(both.get(0));
        double[] second = Tensors.toDoubles(both.get(1));
        for (int i = 0; i < length; i++) {
          double square = x[i] * x[i];
          assertThat(first[i]).isEqualTo(type == DataType.FLOAT ? (float) square : square);
          assertThat(second[i]).isEqualTo(-x[i]);
        }
        assertThat(Tensors.toDoubles(a)).as("the argument").containsExactly(x);
        both.forEach(INDArray::close);
      }
    }
  }

  private static void squareAndNegative(double[] x, double[] first, double[] second) {
    for (int i = 0; i < x.length; i++) {
      double t = x[i];
      second[i] = -t;
      first[i] = t * t;
    }
  }

  private static void squareAndNegative(float[] x, float[] first, float[] second) {
    for (int i = 0; i < x.length; i++) {
      float t = x[i];
      second[i] = -t;
      first[i] = t * t;
    }
  }

  @Test
  void mapReadsTransposesAndPassesExceptionsOn() {
    try (INDArray a = Tensors.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3)) {
      List<INDArray> both =
          Chunks.map(a.transpose(), ChunksTest::squareAndNegative, ChunksTest::squareAndNegative);
      assertThat(both.get(0).shape()).containsExactly(3, 2);
      assertThat(Tensors.toDoubles(both.get(0))).containsExactly(1, 16, 4, 25, 9, 36);
      both.forEach(INDArray::close);
      assertThatThrownBy(
              () ->
                  Chunks.map(
                      a,
                      (x, y, z) -> {
                        throw new IllegalStateException("refused");
                      },
                      ChunksTest::squareAndNegative))
          .hasMessageContaining("refused");
    }
  }

  @Test
  void floatsAreMappedInFloats() {
    double[] values = {1 / 3.0, -3, 1e-30};
    try (INDArray a = Tensors.of(DataType.FLOAT, values, 3)) {
      List<INDArray> both =
          Chunks.map(
              a,
              (x, y, z) -> {
                throw new IllegalStateException("doubles");
              },
              (x, y, z) -> {
                for (int i = 0; i < x.length; i++) {
                  float t = x[i];
                  y[i] = t / 3f + 1f;
                  z[i] = t * t;
                }
              });
      // Two roundings each, unlike a result in double precision that is rounded once.
      assertThat(Tensors.toDoubles(both.get(0)))
          .containsExactly((float) (1 / 3.0) / 3f + 1f, 0, 1e-30f / 3f + 1f);
      assertThat(Tensors.toDoubles(both.get(1))[2]).isZero();
      both.forEach(INDArray::close);
      List<INDArray> transposed =
          Chunks.map(
              a.reshape(1, 3).transpose(),
              ChunksTest::squareAndNegative,
              ChunksTest::squareAndNegative);
      assertThat(transposed.get(1).shape()).containsExactly(3, 1);
      transposed.forEach(INDArray::close);
    }
  }

  @Test
  void withoutAccessToTheMemoryFloatsAreEvaluatedInFloats() {
    double[] x = {(float) 0.1, -3, 1e-30f};
    double[] second = new double[3];
    double[] expected = Arrays.stream(x).map(t -> (float) t * (float) t).toArray();
    double[] negative = Arrays.stream(x).map(t -> -t).toArray();
    Chunks.evaluateFloats(ChunksTest::squareAndNegative, x, second);
    assertThat(x).containsExactly(expected);
    assertThat(second).containsExactly(negative);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 512, 5000})
  void addRowsIsTheWeightedSumOfRows(int m) {
    int n = 19;
    Random random = new Random(m);
    double[] values = random.doubles((long) n * m, -1, 1).toArray();
    double[] weights = random.doubles(n, -1, 1).toArray();
    double[] target = random.doubles(m, -1, 1).toArray();
    double[] expected = target.clone();
    for (int i = 0; i < n; i++) {
      for (int q = 0; q < m; q++) {
        expected[q] += 2.5 * weights[i] * values[i * m + q];
      }
    }
    try (INDArray a = Tensors.of(values, n, m)) {
      Chunks.addRows(2.5, weights, a, target);
      for (int q = 0; q < m; q++) {
        assertThat(target[q]).isCloseTo(expected[q], within(ROUNDING));
      }
      assertThatThrownBy(() -> Chunks.addRows(1, new double[n + 1], a, target))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 9, 10_000})
  void tiledRepeatsItsRow(int n) {
    for (int m : new int[] {1, 3, 500, 5000}) {
      if ((long) n * m > 5_000_000) {
        continue;
      }
      double[] row = new Random(m).doubles(m, -1, 1).toArray();
      for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
        try (INDArray rounded = Tensors.of(type, row, m);
            INDArray a = Tensors.tiled(type, row, n)) {
          assertThat(a.shape()).containsExactly(n, m);
          double[] expected = Tensors.toDoubles(rounded);
          double[] got = Tensors.toDoubles(a);
          for (int i = 0; i < n; i++) {
            assertThat(Arrays.equals(got, i * m, (i + 1) * m, expected, 0, m)).isTrue();
          }
        }
      }
    }
  }
}
