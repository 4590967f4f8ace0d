package org.fullrank.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares native results with plain Java; the routines are replaceable so that a test can lie. */
final class BackendProbe {
  private static final int PRODUCT_SIZE = 67;
  private static final int CHOLESKY_SIZE = 300;
  private static final int EIGEN_SIZE = 120;
  private static final int RATE_SIZE = 512;

  /** Unit roundoff times a size-dependent constant; wrong kernels are off by 1e-2 or give NaN. */
  private static final double TOLERANCE = 1e-12;

  private BackendProbe() {}

  /** The native routines under test. */
  interface Routines {
    INDArray product(INDArray a, INDArray b);

    Lapack.Cholesky cholesky(INDArray a);

    Lapack.SymmetricEigen eigen(INDArray a);
  }

  static final Routines NATIVE =
      new Routines() {
        @Override
        public INDArray product(INDArray a, INDArray b) {
          return Products.multiply(a, false, b, false);
        }

        @Override
        public Lapack.Cholesky cholesky(INDArray a) {
          return Lapack.cholesky(a);
        }

        @Override
        public Lapack.SymmetricEigen eigen(INDArray a) {
          return Lapack.symmetricEigen(a, true);
        }
      };

  static SelfTest run(Routines routines, String core, String blasVersion) {
    List<String> wrong = new ArrayList<>();
    // Written so that NaN counts as wrong.
    if (!(productError(routines) <= TOLERANCE)) {
      wrong.add("gemm");
    }
    if (!(choleskyError(routines) <= TOLERANCE)) {
      wrong.add("potrf");
    }
    if (!(eigenError(routines) <= TOLERANCE)) {
      wrong.add("syev");
    }
    double rate = rate(routines);
    if (!wrong.isEmpty()) {
      return new SelfTest(
          SelfTest.Status.WRONG,
          wrong,
          rate,
          "Native "
              + String.join(", ", wrong)
              + " returned wrong numbers (BLAS "
              + blasVersion
              + " with kernels '"
              + core
              + "'). Import org.fullrank:fullrank-bom, which pins OpenBLAS 0.3.30, or start the JVM"
              + " with OPENBLAS_CORETYPE=Haswell in its environment.");
    }
    Optional<String> slow = BackendAdvice.slow(core, blasVersion);
    if (slow.isPresent()) {
      return new SelfTest(SelfTest.Status.SLOW, List.of(), rate, slow.get());
    }
    return new SelfTest(SelfTest.Status.PASSED, List.of(), rate, "");
  }

  /** Relative to the sum of absolute products. */
  private static double productError(Routines routines) {
    int n = PRODUCT_SIZE;
    double[][] a = random(n, n, 1);
    double[][] b = random(n, n, 2);
    try (INDArray x = Tensors.ofRows(a);
        INDArray y = Tensors.ofRows(b);
        INDArray z = routines.product(x, y)) {
      double[][] c = Tensors.toRows(z);
      double worst = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          double size = 0;
          for (int k = 0; k < n; k++) {
            sum += a[i][k] * b[k][j];
            size += Math.abs(a[i][k] * b[k][j]);
          }
          worst = larger(worst, Math.abs(sum - c[i][j]) / size);
        }
      }
      return worst;
    }
  }

  /** Largest entry of {@code A - L L^T}, relative to the largest of {@code A}. */
  private static double choleskyError(Routines routines) {
    int n = CHOLESKY_SIZE;
    double[][] a = positive(n);
    try (INDArray x = Tensors.ofRows(a);
        Lapack.Cholesky result = routines.cholesky(x)) {
      if (!result.completed()) {
        return Double.NaN;
      }
      double[][] l = Tensors.toRows(result.factor());
      double worst = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = 0;
          for (int k = 0; k <= j; k++) {
            sum += l[i][k] * l[j][k];
          }
          worst = larger(worst, Math.abs(sum - a[i][j]) / a[0][0]);
        }
      }
      return worst;
    }
  }

  /** Largest entry of {@code A V - V diag(t)}, relative to the largest eigenvalue. */
  private static double eigenError(Routines routines) {
    int n = EIGEN_SIZE;
    double[][] a = positive(n);
    try (INDArray x = Tensors.ofRows(a);
        Lapack.SymmetricEigen result = routines.eigen(x)) {
      if (!result.completed()) {
        return Double.NaN;
      }
      double[] t = result.values();
      double[][] v = Tensors.toRows(result.vectors());
      double worst = 0;
      for (int j = 0; j < n; j++) {
        double norm = 0;
        for (int i = 0; i < n; i++) {
          double sum = 0;
          for (int k = 0; k < n; k++) {
            sum += a[i][k] * v[k][j];
          }
          worst = larger(worst, Math.abs(sum - t[j] * v[i][j]) / t[n - 1]);
          norm += v[i][j] * v[i][j];
        }
        worst = larger(worst, Math.abs(norm - 1));
      }
      return worst;
    }
  }

  private static double rate(Routines routines) {
    int n = RATE_SIZE;
    long best = Long.MAX_VALUE;
    try (INDArray x = Tensors.ofRows(random(n, n, 3));
        INDArray y = Tensors.ofRows(random(n, n, 4))) {
      for (int i = 0; i < 3; i++) {
        long start = System.nanoTime();
        routines.product(x, y).close();
        best = Math.min(best, System.nanoTime() - start);
      }
    }
    return 2.0 * n * n * n / Math.max(best, 1);
  }

  /** NaN if either is. */
  private static double larger(double a, double b) {
    return Math.max(a, b);
  }

  /** Diagonally dominant, so positive definite; diagonal {@code n}, others in (-1, 1). */
  private static double[][] positive(int n) {
    double[][] a = random(n, n, 5);
    for (int i = 0; i < n; i++) {
      a[i][i] = n;
      for (int j = 0; j < i; j++) {
        a[i][j] = a[j][i];
      }
    }
    return a;
  }

  private static double[][] random(int n, int m, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] a = new double[n][m];
    for (double[] row : a) {
      for (int j = 0; j < m; j++) {
        row[j] = 2 * random.nextDouble() - 1;
      }
    }
    return a;
  }
}
