package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every result is compared bit by bit with one rounding per operation, in scalar code. */
final class EntrywiseTest {
  /** Two orders of summing 40 products below 1 in single precision. */
  private static final double ORDER = 1e-5;

  private static final int[] SIZES = {1, 7, 4095, 4097, 3 * 4096, 70 * 4096 + 5};

  static Stream<Arguments> cases() {
    return Stream.of(DataType.DOUBLE, DataType.FLOAT)
        .flatMap(
            type ->
                Stream.of(1, 3)
                    .flatMap(k -> Stream.of(true, false).map(in -> Arguments.of(type, k, in))));
  }

  /** Numbers of many sizes, and what arithmetic is careful about. */
  private static double[] numbers(DataType type, int length, long seed) {
    Random random = new Random(seed);
    double[] v = new double[length];
    for (int i = 0; i < length; i++) {
      v[i] = random.nextGaussian() * Math.scalb(1.0, random.nextInt(60) - 30);
      v[i] = type == DataType.FLOAT ? (float) v[i] : v[i];
    }
    double[] special = {-0.0, 1e-38, 0x1p-140, Double.NaN, Double.NEGATIVE_INFINITY, 3e38, 0};
    for (int i = 0; i < Math.min(special.length, length - 1); i++) {
      v[length - 1 - i] = type == DataType.FLOAT ? (float) special[i] : special[i];
    }
    return v;
  }

  private static INDArray from(boolean insideTask, Supplier<INDArray> result) {
    if (!insideTask) {
      return result.get();
    }
    INDArray[] out = new INDArray[1];
    Parallel.forEach(1, task -> out[0] = result.get());
    return out[0];
  }

  private static void same(INDArray got, double[] expected) {
    double[] values = Tensors.toDoubles(got);
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      if (Double.doubleToLongBits(values[i]) != Double.doubleToLongBits(expected[i])) {
        assertThat(values[i]).as("entry %d of %d", i, values.length).isEqualTo(expected[i]);
      }
    }
  }

  private static double product(DataType type, double a, double b) {
    return type == DataType.FLOAT ? (float) a * (float) b : a * b;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void timesMultipliesEveryBlock(DataType type, int k, boolean insideTask) {
    for (int size : SIZES) {
      double[] b = numbers(type, k * size, 1);
      double[] f = numbers(type, size, 2);
      double[] expected = new double[b.length];
      for (int i = 0; i < b.length; i++) {
        expected[i] = product(type, b[i], f[i % size]);
      }
      long before = Backend.tensorBytes();
      try (INDArray blocks = Tensors.of(type, b, k, 1, size);
          INDArray factors = Tensors.of(type, f, size);
          INDArray out = from(insideTask, () -> Entrywise.times(blocks, factors))) {
        assertThat(out.shape()).containsExactly(k, 1, size);
        assertThat(out.dataType()).isEqualTo(type);
        same(out, expected);
        same(blocks, b);
        Entrywise.times(blocks, factors, blocks);
        same(blocks, expected);
      }
      // Garbage of other tests may still go in between; a leak would only add.
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void scaledPlusRoundsProductAndSum(DataType type, int k, boolean insideTask) {
    for (int size : SIZES) {
      double[] a = numbers(type, k * size, 3);
      double[] b = numbers(type, k * size, 4);
      // The second is not a float: it must not be rounded to one.
      for (double factor : new double[] {-0.75, 1 / Math.sqrt(2), 1, 0}) {
        double[] multiple = new double[a.length];
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
          boolean single = type == DataType.FLOAT;
          multiple[i] = single ? (float) (factor * a[i]) : factor * a[i];
          sum[i] = single ? (float) multiple[i] + (float) b[i] : multiple[i] + b[i];
        }
        long before = Backend.tensorBytes();
        try (INDArray first = Tensors.of(type, a, k, size);
            INDArray second = Tensors.of(type, b, k, size);
            INDArray scaled = from(insideTask, () -> Tensors.scaled(first, factor));
            INDArray out = from(insideTask, () -> Entrywise.scaledPlus(first, factor, second))) {
          assertThat(out.shape()).containsExactly(k, size);
          same(scaled, multiple);
          same(out, sum);
          same(first, a);
          same(second, b);
          Entrywise.scaled(first, factor, out);
          same(out, multiple);
          Entrywise.scaledPlus(first, factor, second, first);
          same(first, sum);
        }
        // Garbage of other tests may still go in between; a leak would only add.
        assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mapIsTheSameInsideATask(DataType type, int k, boolean insideTask) {
    double[] x = numbers(type, 9 * 4096 + k, 5);
    try (INDArray a = Tensors.of(type, x, x.length)) {
      INDArray first =
          from(
              insideTask,
              () -> {
                var both =
                    Chunks.map(
                        a,
                        (u, v, w) -> {
                          for (int i = 0; i < u.length; i++) {
                            double t = u[i];
                            w[i] = t / 3;
                            v[i] = t * t;
                          }
                        },
                        (u, v, w) -> {
                          for (int i = 0; i < u.length; i++) {
                            float t = u[i];
                            w[i] = t / 3;
                            v[i] = t * t;
                          }
                        });
                both.get(1).close();
                return both.get(0);
              });
      double[] expected = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        expected[i] = type == DataType.FLOAT ? (float) (x[i] * x[i]) : x[i] * x[i];
      }
      same(first, expected);
      first.close();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void transposesAreReadAsTheyLie(DataType type, int k, boolean insideTask) {
    try (INDArray a = Tensors.of(type, new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        INDArray b = Tensors.of(type, new double[] {1, 10, 100, 2, 20, 200}, 3, 2);
        INDArray sum = from(insideTask, () -> Entrywise.scaledPlus(a.transpose(), k, b));
        INDArray product = from(insideTask, () -> Entrywise.times(a.transpose(), b))) {
      same(sum, new double[] {k + 1, 4 * k + 10, 2 * k + 100, 5 * k + 2, 3 * k + 20, 6 * k + 200});
      same(product, new double[] {1, 40, 200, 10, 60, 1200});
      assertThatThrownBy(() -> Entrywise.scaledPlus(a, 1, b)).hasMessageContaining("summand");
      assertThatThrownBy(() -> Entrywise.times(b, Tensors.filled(type, 1, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("blocks");
      DataType other = type == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT;
      assertThatThrownBy(() -> Entrywise.times(a, Tensors.filled(other, 1, 3)))
          .hasMessageContaining("convert");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void productsDoNotReadTheMemoryTheyFill(DataType type, int k, boolean insideTask) {
    for (long[] shape : new long[][] {{1, 1, 1}, {1, 3, 5}, {2, 1, 9}, {9, 4, 1}, {33, 40, 17}}) {
      int n = (int) shape[0];
      int in = (int) shape[1];
      int m = (int) shape[2];
      int count = k * n;
      try (INDArray a =
              Tensors.of(type, new Random(1).doubles((long) k * n * in).toArray(), k, n, in);
          INDArray b = Tensors.of(type, new Random(2).doubles((long) in * m).toArray(), in, m);
          INDArray bt = Tensors.transpose(b);
          INDArray c = Tensors.zeros(type, count, m);
          INDArray nan = Tensors.filled(type, Double.NaN, count, m);
          INDArray rows = from(insideTask, () -> Products.multiplyRows(0.3, a, b, false));
          INDArray other = from(insideTask, () -> Products.multiplyRows(0.3, a, bt, true))) {
        INDArray flat = TensorViews.reshape(a, count, in);
        Products.multiply(0.3, flat, false, b, false, 0, c);
        assertThat(rows.shape()).containsExactly(k, n, m);
        same(rows, Tensors.toDoubles(c));
        for (int i = 0; i < c.length(); i++) {
          assertThat(Tensors.toDoubles(other)[i]).isCloseTo(Tensors.toDoubles(c)[i], within(ORDER));
        }
        Products.multiply(0.3, flat, false, b, false, 0, nan);
        same(nan, Tensors.toDoubles(c));
        nan.assign(Double.NaN);
        Products.multiply(0.3, flat, false, bt, true, 0, nan);
        same(nan, Tensors.toDoubles(other));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void targetsMustFit(DataType type, int k, boolean insideTask) {
    DataType other = type == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT;
    try (INDArray a = Tensors.zeros(type, 2, 3);
        INDArray short2 = Tensors.zeros(type, 2, 2);
        INDArray wrong = Tensors.zeros(other, 2, 3);
        INDArray integers = Nd4j.zeros(DataType.INT32, 2, 3);
        INDArray square = Tensors.zeros(type, 3, 2)) {
      INDArray gaps = square.transpose();
      for (INDArray target : new INDArray[] {short2, wrong, gaps}) {
        assertThatThrownBy(() -> Entrywise.times(a, a, target))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Entrywise.scaled(a, 2, target))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Entrywise.scaledPlus(a, 2, a, target))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                () -> Chunks.map(a, EntrywiseTest::nothing, EntrywiseTest::nothing, target, a))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> Entrywise.times(integers, integers, integers))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Entrywise.scaled(integers, 2, integers))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Tensors.tile(new double[3], integers))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Chunks.map(a, EntrywiseTest::nothing, EntrywiseTest::nothing, a, a))
          .hasMessageContaining("different arrays");
    }
  }

  private static void nothing(double[] x, double[] first, double[] second) {}

  private static void nothing(float[] x, float[] first, float[] second) {}
}
