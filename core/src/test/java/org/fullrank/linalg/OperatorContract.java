package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What every {@link LinearOperator} promises. A subclass gives one operator. */
abstract class OperatorContract {
  /** Columns in a block. */
  private static final int BLOCK = 5;

  /** The operator under test; a new one each time. */
  abstract LinearOperator operator();

  /** Rounding units: several products of at most a few hundred terms each. */
  private static double tolerance(LinearOperator a) {
    double unit = a.dataType() == DataType.FLOAT ? 0x1p-24 : 0x1p-53;
    return 64 * unit * Math.sqrt((double) (a.rows() + a.columns()));
  }

  private static double[] random(int length, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    return r.doubles(length, -1, 1).toArray();
  }

  private static INDArray block(LinearOperator a, long rows, long columns, long seed) {
    return Tensors.of(a.dataType(), random((int) (rows * columns), seed), rows, columns);
  }

  private static double[][] times(double[][] a, double[][] v) {
    double[][] out = new double[a.length][v[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < v.length; k++) {
        for (int j = 0; j < v[0].length; j++) {
          out[i][j] += a[i][k] * v[k][j];
        }
      }
    }
    return out;
  }

  static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static double norm(double[][] a) {
    double s = 0;
    for (double[] row : a) {
      for (double x : row) {
        s += x * x;
      }
    }
    return Math.sqrt(s);
  }

  private static void assertClose(double[][] actual, double[][] expected, double bound) {
    assertThat(actual.length).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i].length).isEqualTo(expected[i].length);
      for (int j = 0; j < expected[i].length; j++) {
        assertThat(Math.abs(actual[i][j] - expected[i][j])).as(i + "," + j).isLessThan(bound);
      }
    }
  }

  @Test
  void appliesLikeItsMatrix() {
    LinearOperator a = operator();
    double[][] matrix = Tensors.toRows(a.toMatrix());
    assertThat(matrix.length).isEqualTo((int) a.rows());
    assertThat(matrix[0].length).isEqualTo((int) a.columns());
    INDArray v = block(a, a.columns(), BLOCK, 1);
    INDArray u = block(a, a.rows(), BLOCK, 2);
    double bound = tolerance(a) * norm(matrix) * Math.sqrt((double) (a.rows() + a.columns()));
    assertClose(Tensors.toRows(a.apply(v)), times(matrix, Tensors.toRows(v)), bound);
    assertClose(
        Tensors.toRows(a.applyTranspose(u)), times(transposed(matrix), Tensors.toRows(u)), bound);
  }

  @Test
  void appliesBlocksColumnByColumn() {
    LinearOperator a = operator();
    INDArray v = block(a, a.columns(), BLOCK, 3);
    double[][] whole = Tensors.toRows(a.apply(v));
    double bound = tolerance(a) * (1 + norm(whole));
    for (int j = 0; j < BLOCK; j++) {
      INDArray column = v.get(NDArrayIndex.all(), NDArrayIndex.interval(j, j + 1));
      double[][] one = Tensors.toRows(a.apply(column));
      for (int i = 0; i < one.length; i++) {
        assertThat(Math.abs(one[i][0] - whole[i][j])).isLessThan(bound);
      }
    }
  }

  @Test
  void isLinear() {
    LinearOperator a = operator();
    double[] x = random((int) a.columns(), 4);
    double[] y = random((int) a.columns(), 5);
    double[] z = new double[x.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = 3 * x[i] - 2 * y[i];
    }
    double[] ax = image(a, x);
    double[] ay = image(a, y);
    double[] az = image(a, z);
    double size = 0;
    for (int i = 0; i < ax.length; i++) {
      size = Math.max(size, Math.max(Math.abs(ax[i]), Math.abs(ay[i])));
    }
    for (int i = 0; i < ax.length; i++) {
      assertThat(Math.abs(az[i] - (3 * ax[i] - 2 * ay[i])))
          .isLessThan(tolerance(a) * (1 + size) * Math.sqrt((double) (a.rows() + a.columns())));
    }
  }

  private static double[] image(LinearOperator a, double[] x) {
    return Tensors.toDoubles(a.apply(Tensors.of(a.dataType(), x, x.length, 1)));
  }

  @Test
  void transposeIsConsistent() {
    LinearOperator a = operator();
    double[][] v = Tensors.toRows(block(a, a.columns(), 1, 6));
    double[][] u = Tensors.toRows(block(a, a.rows(), 1, 7));
    double[][] av = Tensors.toRows(a.apply(block(a, a.columns(), 1, 6)));
    double[][] atu = Tensors.toRows(a.applyTranspose(block(a, a.rows(), 1, 7)));
    double left = times(transposed(av), u)[0][0];
    double right = times(transposed(v), atu)[0][0];
    assertThat(Math.abs(left - right))
        .isLessThan(tolerance(a) * (norm(av) * norm(u) + norm(v) * norm(atu)));
  }

  @Test
  void isDeterministicAndLeavesItsArgumentAlone() {
    LinearOperator a = operator();
    INDArray v = block(a, a.columns(), BLOCK, 8);
    double[] before = Tensors.toDoubles(v);
    double[] first = Tensors.toDoubles(a.apply(v));
    assertThat(Tensors.toDoubles(a.apply(v))).containsExactly(first);
    assertThat(Tensors.toDoubles(v)).containsExactly(before);
    INDArray u = block(a, a.rows(), BLOCK, 9);
    before = Tensors.toDoubles(u);
    first = Tensors.toDoubles(a.applyTranspose(u));
    assertThat(Tensors.toDoubles(a.applyTranspose(u))).containsExactly(first);
    assertThat(Tensors.toDoubles(u)).containsExactly(before);
  }

  @Test
  void acceptsFortranOrderAndViews() {
    LinearOperator a = operator();
    INDArray v = block(a, a.columns(), BLOCK, 10);
    double[] expected = Tensors.toDoubles(a.apply(v));
    assertThat(Tensors.toDoubles(a.apply(v.dup('f')))).containsExactly(expected);
    INDArray wide = Tensors.zeros(a.dataType(), a.columns() + 2, 2 * BLOCK);
    INDArray view =
        wide.get(NDArrayIndex.interval(1, a.columns() + 1), NDArrayIndex.interval(0, 2, 2 * BLOCK));
    view.assign(v);
    assertThat(Tensors.toDoubles(a.apply(view))).containsExactly(expected);
    INDArray u = block(a, a.rows(), BLOCK, 11);
    assertThat(Tensors.toDoubles(a.applyTranspose(u.dup('f'))))
        .containsExactly(Tensors.toDoubles(a.applyTranspose(u)));
  }

  @Test
  void givesRowMajorResultsThatAreItsOwn() {
    LinearOperator a = operator();
    INDArray v = block(a, a.columns(), BLOCK, 12);
    INDArray first = a.apply(v);
    assertThat(TensorViews.isContiguous(first)).isTrue();
    assertThat(first.dataType()).isEqualTo(a.dataType());
    double[] kept = Tensors.toDoubles(first);
    a.apply(v).assign(0);
    INDArray matrix = a.toMatrix();
    matrix.assign(0);
    assertThat(Tensors.toDoubles(a.apply(v))).containsExactly(kept);
  }

  @Test
  void refusesBadArguments() {
    LinearOperator a = operator();
    INDArray tall = block(a, a.columns() + 1, 1, 13);
    assertThatThrownBy(() -> a.apply(tall))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(a.columns()))
        .hasMessageContaining(String.valueOf(a.columns() + 1));
    INDArray high = block(a, a.rows() + 1, 1, 14);
    assertThatThrownBy(() -> a.applyTranspose(high)).isInstanceOf(IllegalArgumentException.class);
    INDArray vector = Tensors.zeros(a.dataType(), a.columns());
    assertThatThrownBy(() -> a.apply(vector)).isInstanceOf(IllegalArgumentException.class);
    DataType other = a.dataType() == DataType.DOUBLE ? DataType.FLOAT : DataType.DOUBLE;
    INDArray mixed = Tensors.zeros(other, a.columns(), 1);
    assertThatThrownBy(() -> a.apply(mixed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(other.toString());
    INDArray empty = Nd4j.empty(a.dataType());
    assertThatThrownBy(() -> a.apply(empty)).isInstanceOf(IllegalArgumentException.class);
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray v = block(a, a.columns(), 2, 15);
      v.putScalar(a.columns() - 1, 1, bad);
      assertThatThrownBy(() -> a.apply(v))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("finite");
      INDArray u = block(a, a.rows(), 2, 16);
      u.putScalar(0, 0, bad);
      assertThatThrownBy(() -> a.applyTranspose(u)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
