package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Reconstructs each matrix from its factors with plain loops. */
class LapackTest {
  /** Backward error of the factorisations in units of roundoff, relative to the norm. */
  private static final double UNITS = 100;

  private static double[][] random(int n, int w, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    double[][] a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = r.doubles(w, -1, 1).toArray();
    }
    return a;
  }

  private static INDArray array(DataType type, double[][] rows) {
    try (INDArray a = Tensors.ofRows(rows)) {
      return Tensors.convert(a, type);
    }
  }

  private static double[][] product(double[][] a, double[] scale, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          c[i][j] += a[i][k] * scale[k] * b[k][j];
        }
      }
    }
    return c;
  }

  private static double[] ones(int n) {
    double[] v = new double[n];
    java.util.Arrays.fill(v, 1);
    return v;
  }

  private static void assertClose(double[][] actual, double[][] expected, double bound) {
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertThat(Math.abs(actual[i][j] - expected[i][j])).as(i + "," + j).isLessThan(bound);
      }
    }
  }

  private static void assertOrthonormalRows(double[][] q, double bound) {
    double[][] g = product(q, ones(q[0].length), OperatorContract.transposed(q));
    for (int i = 0; i < g.length; i++) {
      g[i][i] -= 1;
    }
    assertClose(g, new double[g.length][g.length], bound);
  }

  private static double unit(DataType type) {
    return type == DataType.FLOAT ? 0x1p-24 : 0x1p-53;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,5", "5,1", "2,2", "7,7", "6,40", "40,6", "33,90", "64,65"})
  void svdReconstructs(int n, int w) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray m = array(type, random(n, w, 31L * n + w));
      double[][] expected = Tensors.toRows(m);
      try (Lapack.Svd svd = Lapack.svd(m.dup('f'))) {
        assertThat(svd.completed()).isTrue();
        int r = Math.min(n, w);
        double[] s = svd.singularValues();
        assertThat(s).hasSize(r);
        for (int i = 1; i < r; i++) {
          assertThat(s[i]).isBetween(0.0, s[i - 1]);
        }
        assertThat(svd.u().shape()).containsExactly(n, r);
        assertThat(svd.vt().shape()).containsExactly(r, w);
        double bound = UNITS * unit(type) * (1 + s[0]);
        double[][] u = Tensors.toRows(svd.u());
        double[][] vt = Tensors.toRows(svd.vt());
        assertClose(product(u, s, vt), expected, bound);
        assertOrthonormalRows(vt, UNITS * unit(type));
        assertOrthonormalRows(OperatorContract.transposed(u), UNITS * unit(type));
      }
    }
  }

  @Test
  void svdOfScaledAndDeficientMatrices() {
    for (double scale : new double[] {1e-300, 1e300}) {
      double[][] m = random(3, 8, 1);
      double[][] scaled = new double[3][8];
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 8; j++) {
          scaled[i][j] = m[i][j] * scale;
        }
      }
      try (Lapack.Svd a = Lapack.svd(Tensors.ofRows(m));
          Lapack.Svd b = Lapack.svd(Tensors.ofRows(scaled))) {
        for (int i = 0; i < 3; i++) {
          assertThat(b.singularValues()[i] / scale / a.singularValues()[i])
              .isBetween(1 - 1e-13, 1 + 1e-13);
        }
      }
    }
    double[][] equalRows = {{1, 2, 3}, {1, 2, 3}};
    try (Lapack.Svd svd = Lapack.svd(Tensors.ofRows(equalRows))) {
      assertThat(svd.singularValues()[1]).isLessThan(UNITS * 0x1p-53);
    }
    try (Lapack.Svd zero = Lapack.svd(Tensors.zeros(DataType.DOUBLE, 2, 4))) {
      assertThat(zero.singularValues()).containsExactly(0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "5", "60"})
  void symmetricEigenReconstructs(int n) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray a = DenseSymmetric.symmetrized(array(type, random(n, n, n))).toMatrix();
      double[][] expected = Tensors.toRows(a);
      try (Lapack.SymmetricEigen e = Lapack.symmetricEigen(a, true);
          Lapack.SymmetricEigen only = Lapack.symmetricEigen(a, false)) {
        assertThat(e.info()).isZero();
        double[] t = e.values();
        assertThat(t).isSorted();
        double[][] v = Tensors.toRows(e.vectors());
        double bound = UNITS * unit(type) * (1 + n);
        assertClose(product(v, t, OperatorContract.transposed(v)), expected, bound);
        assertOrthonormalRows(OperatorContract.transposed(v), bound);
        assertThat(only.values()).hasSize(n);
        for (int i = 0; i < n; i++) {
          assertThat(Math.abs(only.values()[i] - t[i])).isLessThan(bound);
        }
        assertThatThrownBy(only::vectors)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("not requested");
      }
      assertThat(Tensors.toRows(a)).isDeepEqualTo(expected);
    }
  }

  @Test
  void choleskyReconstructsAndReportsTheBadPivot() {
    int n = 40;
    double[][] m = random(n, n + 3, 9);
    double[][] a = product(m, ones(n + 3), OperatorContract.transposed(m));
    try (Lapack.Cholesky c = Lapack.cholesky(Tensors.ofRows(a))) {
      double[][] l = Tensors.toRows(c.factor());
      assertThat(l[0][1]).isZero();
      assertClose(product(l, ones(n), OperatorContract.transposed(l)), a, UNITS * 0x1p-53 * n);
    }
    double[][] bad = {{1, 0, 0}, {0, -1, 0}, {0, 0, 1}};
    try (Lapack.Cholesky c = Lapack.cholesky(Tensors.ofRows(bad))) {
      assertThat(c.info()).isEqualTo(2);
      assertThat(c.completed()).isFalse();
      assertThatThrownBy(c::factor)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("info = 2");
    }
  }

  @Test
  void readsViewsAndFortranOrder() {
    double[][] rows = {{4, 1, 9}, {1, 3, 9}, {9, 9, 9}};
    INDArray view =
        Tensors.ofRows(rows).get(NDArrayIndex.interval(0, 2), NDArrayIndex.interval(0, 2));
    try (Lapack.Cholesky c = Lapack.cholesky(view);
        Lapack.SymmetricEigen e = Lapack.symmetricEigen(view, false)) {
      assertThat(c.factor().getDouble(0, 0)).isEqualTo(2);
      // Trace 7 and determinant 11: (7 -+ sqrt(5)) / 2.
      assertThat(Math.abs(e.values()[0] - (7 - Math.sqrt(5)) / 2)).isLessThan(1e-14);
    }
  }

  @Test
  void refusesBadArguments() {
    INDArray nan = Tensors.of(new double[] {1, Double.NaN, 0, 1}, 2, 2);
    INDArray wide = Tensors.zeros(DataType.DOUBLE, 2, 3);
    assertThatThrownBy(() -> Lapack.symmetricEigen(nan, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Lapack.symmetricEigen(wide, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3]");
    assertThatThrownBy(() -> Lapack.cholesky(nan)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Lapack.cholesky(wide)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Lapack.svd(nan)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Lapack.svd(Tensors.zeros(DataType.DOUBLE, 3)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
