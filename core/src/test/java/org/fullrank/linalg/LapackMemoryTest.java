package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LapackMemoryTest {
  private static double[][] symmetric(int n) {
    Random random = new Random(5);
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i][j] = random.nextGaussian();
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void leavesNoTensorToTheCollector(DataType type) {
    try (INDArray a = Tensors.ofRows(type, symmetric(40));
        INDArray wide = Tensors.ofRows(type, new double[][] {{1, 2, 3}, {4, 5, 7}})) {
      long before = Backend.tensorBytes();
      Lapack.symmetricEigen(a, true).close();
      Lapack.symmetricEigen(a, false).close();
      Lapack.cholesky(a).close();
      Lapack.svd(a).close();
      Lapack.svd(wide).close();
      assertThat(Backend.tensorBytes()).isEqualTo(before);
    }
  }

  /** ND4J's own methods, which leave work arrays behind. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void givesTheBitsOfTheWrapper(DataType type) {
    int n = 40;
    try (INDArray a = Tensors.ofRows(type, symmetric(n));
        Lapack.SymmetricEigen eigen = Lapack.symmetricEigen(a, true);
        Lapack.Svd svd = Lapack.svd(a)) {
      INDArray v = a.dup('f');
      INDArray w = Nd4j.create(type, n);
      assertThat(Nd4j.getBlasWrapper().lapack().syev('V', 'U', v, w)).isZero();
      assertThat(eigen.values()).isEqualTo(Tensors.toDoubles(w));
      assertThat(Tensors.toDoubles(eigen.vectors())).isEqualTo(Tensors.toDoubles(v));
      double[][] definite = symmetric(n);
      for (int i = 0; i < n; i++) {
        definite[i][i] += 2 * n;
      }
      try (INDArray b = Tensors.ofRows(type, definite);
          Lapack.Cholesky cholesky = Lapack.cholesky(b)) {
        INDArray l = b.dup('f');
        Nd4j.getBlasWrapper().lapack().potrf(l, true);
        assertThat(Tensors.toDoubles(cholesky.factor())).isEqualTo(Tensors.toDoubles(l));
      }
      INDArray s = Nd4j.create(type, n);
      INDArray u = Nd4j.create(type, new long[] {n, n}, 'f');
      INDArray vt = Nd4j.create(type, new long[] {n, n}, 'f');
      Nd4j.getBlasWrapper().lapack().gesvd(a.dup('f'), s, u, vt);
      assertThat(svd.singularValues()).isEqualTo(Tensors.toDoubles(s));
      assertThat(Tensors.toDoubles(svd.u())).isEqualTo(Tensors.toDoubles(u));
      assertThat(Tensors.toDoubles(svd.vt())).isEqualTo(Tensors.toDoubles(vt));
    }
  }
}
