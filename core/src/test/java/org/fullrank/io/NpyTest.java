package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Against files that NumPy wrote ({@code npy/make.py} in the test resources). */
class NpyTest {
  @TempDir Path folder;

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = NpyTest.class.getResourceAsStream("/npy/" + name + ".npy")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static INDArray read(byte[] bytes) throws IOException {
    return Npy.read(new ByteArrayInputStream(bytes), "test.npy");
  }

  private static double[] base(double shift, double factor) {
    return IntStream.range(0, 6).mapToDouble(i -> (7 * i - 10 + shift) * factor).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"})
  void readsEveryTypeInBothByteOrders(String type) throws IOException {
    for (String order : new String[] {"le_", "be_"}) {
      INDArray a = read(bytes(order + type));
      assertThat(a.shape()).containsExactly(2, 3);
      assertThat(a.dataType()).isEqualTo(type.equals("f4") ? DataType.FLOAT : DataType.DOUBLE);
      assertThat(Tensors.toDoubles(a)).containsExactly(base(type.startsWith("u") ? 10 : 0, 1));
    }
  }

  @Test
  void readsBool() throws IOException {
    assertThat(Tensors.toDoubles(read(bytes("b1")))).containsExactly(0, 0, 1, 1, 1, 1);
  }

  @Test
  void keepsBitsInBothIndexOrders() throws IOException {
    double[] thirds = base(0, 1);
    double[] singles = base(0, 1);
    for (int i = 0; i < 6; i++) {
      thirds[i] /= 3.0;
      singles[i] = (float) thirds[i];
    }
    assertThat(Tensors.toDoubles(read(bytes("third_f8")))).containsExactly(thirds);
    assertThat(Tensors.toDoubles(read(bytes("third_f8_fortran")))).containsExactly(thirds);
    assertThat(Tensors.toDoubles(read(bytes("third_f4")))).containsExactly(singles);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cube_c", "cube_fortran", "cube_fortran_be_f4"})
  void readsThreeAxes(String name) throws IOException {
    INDArray a = read(bytes(name));
    assertThat(a.shape()).containsExactly(2, 3, 4);
    assertThat(a.getDouble(1, 2, 0)).isEqualTo(20);
    assertThat(Tensors.toDoubles(a))
        .containsExactly(IntStream.range(0, 24).asDoubleStream().toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"version2", "version3"})
  void readsLaterVersions(String name) throws IOException {
    assertThat(Tensors.toDoubles(read(bytes(name)))).containsExactly(base(0, 1));
  }

  @Test
  void readsSpecialValues() throws IOException {
    assertThat(read(bytes("scalar")).shape()).containsExactly(1);
    assertThat(Tensors.toDoubles(read(bytes("scalar")))).containsExactly(2.5);
    double[] v = Tensors.toDoubles(read(bytes("vector")));
    assertThat(v).containsExactly(1.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE);
    assertThat(1 / v[1]).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Tensors.toDoubles(read(bytes("vector_fortran")))).containsExactly(1, 2, 3);
    assertThat(Tensors.toDoubles(read(bytes("nonfinite"))))
        .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    // 6e-8 and 6.1e-5 rounded to binary16: 2^-24 and 1023 * 2^-24, both subnormal.
    assertThat(Tensors.toDoubles(read(bytes("half_special"))))
        .containsExactly(0x1p-24, 65504, -1023 * 0x1p-24, Double.POSITIVE_INFINITY, 0.333251953125);
    assertThat(Tensors.toDoubles(read(bytes("u4_max")))).containsExactly(4294967295.0);
    assertThat(Tensors.toDoubles(read(bytes("i8_exact")))).containsExactly(0x1p53, -0x1p53);
  }

  @ParameterizedTest
  @ValueSource(strings = {"third_f8", "third_f4", "cube_c", "vector", "le_f8", "nonfinite"})
  void writesTheBytesNumpyWrites(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, read(bytes(name)));
    assertThat(out.toByteArray()).isEqualTo(bytes(name));
  }

  @Test
  void writesViewsTransposesAndFortranOrder() throws IOException {
    double[] values = IntStream.range(0, 24).mapToDouble(i -> 1.0 / (i + 3)).toArray();
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray a = Tensors.of(type, values, 4, 6);
      INDArray[] arrays = {
        a,
        a.transpose(),
        a.dup('f'),
        a.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 5)),
        a.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2, 5)),
        a.getColumn(3),
        a.getRow(2),
        a.reshape('c', 2, 3, 4).permute(2, 0, 1),
        Nd4j.scalar(type, 7.0),
      };
      for (INDArray x : arrays) {
        Path file = folder.resolve("view.npy");
        Npy.write(file, x);
        INDArray back = Npy.read(file);
        assertThat(back.dataType()).isEqualTo(type);
        assertThat(back.shape()).isEqualTo(x.rank() == 0 ? new long[] {1} : x.shape());
        // Element by element through ND4J's own indexing, which knows nothing of row-major copies.
        for (long i = 0; i < x.length(); i++) {
          long[] at = index(i, back.shape());
          double expected = x.rank() == 0 ? x.getDouble(0) : x.getDouble(at);
          assertThat(back.getDouble(at)).isEqualTo(expected);
        }
      }
    }
  }

  private static long[] index(long linear, long[] shape) {
    long[] at = new long[shape.length];
    long rest = linear;
    for (int d = shape.length - 1; d >= 0; d--) {
      at[d] = rest % shape[d];
      rest /= shape[d];
    }
    return at;
  }

  @Test
  void roundTripsAnArrayOfManyChunks() throws IOException {
    double[] values = new Random(5).doubles(100_003).toArray();
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray a = Tensors.of(type, values, 100_003);
      Path file = folder.resolve("large.npy");
      Npy.write(file, a);
      assertThat(Tensors.toDoubles(Npy.read(file))).isEqualTo(Tensors.toDoubles(a));
    }
  }
}
