package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.fullrank.io.Npy;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.spectrum.disk.FileCholeskyBound;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A kernel of inputs that are not normalised, {@code c_ij d_i d_j} with d from 4e-3 to 1.4e-11: its
 * smallest eigenvalue is 1.8e-21, far below {@code u} times the trace.
 */
class GradedKernelTest {
  @TempDir Path folder;

  private static Path file() throws Exception {
    return Path.of(
        Objects.requireNonNull(GradedKernelTest.class.getResource("/graded/graded.npy")).toURI());
  }

  private static void check(Quantity lambdaMin, double atLeast) throws Exception {
    assertThat(lambdaMin.isProof()).isTrue();
    assertThat(lambdaMin.interval().lo()).isGreaterThan(atLeast);
    try (INDArray a = Npy.read(file())) {
      assertThat(
              ExactMatrix.of(Tensors.toRows(a))
                  .lambdaMinIn(lambdaMin.interval().lo(), lambdaMin.interval().hi()))
          .isTrue();
    }
  }

  @Test
  void isPositiveDefinite() throws Exception {
    try (INDArray a = Npy.read(file())) {
      DenseSymmetric kernel = DenseSymmetric.of(a);
      Extremes plain = CholeskyBound.withDefaults().enclose(kernel);
      check(plain.lambdaMin(), 1.8e-21);
      assertThat(plain.lambdaMinStatus()).isEqualTo(EnclosureStatus.CONVERGED);
      assertThat(plain.positiveDefinite()).isEqualTo(Verdict.HOLDS);
      check(CholeskyBound.withDefaults().refined().enclose(kernel).lambdaMin(), 1.8e-21);
      check(DirectBound.determinant().enclose(kernel).lambdaMin(), 3e-22);
    }
    FileCholeskyBound onDisk = FileCholeskyBound.of(TiledCholeskyBound.withDefaults());
    for (Hint hint : new Hint[] {Hint.none(), Hint.ofValue(1.8e-21), Hint.ofValue(-3)}) {
      FileCholeskyBound.Result r = onDisk.lambdaMin(file(), hint, folder);
      check(r.lambdaMin(), 1.79e-21);
    }
  }
}
