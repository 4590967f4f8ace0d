package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Shift-invert Lanczos against the contracts. */
class ShiftInvertSolverTest extends IterativeSolverContract {
  @Override
  EigenSolver solver() {
    return ShiftInvertSolver.withDefaults();
  }

  @Override
  EigenSolver seeded(long seed) {
    return ShiftInvertSolver.withDefaults().withSeed(seed);
  }

  @Override
  EigenSolver withTolerance(double tolerance) {
    return ShiftInvertSolver.withDefaults().withTolerance(tolerance);
  }

  /** Two samples 1e-9 apart: one eigenvalue is zero to rounding, the others are not. */
  private static DenseSymmetric nearlyRepeatedSample() {
    double[] x = {0, 1e-9, 0.4, 0.9, 1.5, 2.2, 3, 3.9, 4.9, 6, 7.2, 8.5};
    double[][] rows = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        rows[i][j] = Math.exp(-4 * (x[i] - x[j]) * (x[i] - x[j]));
      }
    }
    return Spectra.symmetric(rows);
  }

  @Test
  void findsTheNeighboursOfAZeroEigenvalue() {
    try (Eigenpairs pairs = solver().solve(nearlyRepeatedSample(), Wanted.smallest(3))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      // By eigvalsh of NumPy.
      assertThat(Math.abs(pairs.value(0))).isLessThan(1e-15);
      assertThat(Math.abs(pairs.value(1) - 0.412784896)).isLessThan(1e-9);
      assertThat(Math.abs(pairs.value(2) - 0.793447203)).isLessThan(1e-9);
    }
  }

  @Test
  void findsTheNeighbourOfAnExactlyRepeatedSample() {
    DenseSymmetric a = Spectra.symmetric(new double[][] {{1, 1, 0.5}, {1, 1, 0.5}, {0.5, 0.5, 1}});
    try (Eigenpairs pairs = solver().solve(a, Wanted.smallest(2).withVectors())) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(Math.abs(pairs.value(0))).isLessThan(1e-15);
      assertThat(Math.abs(pairs.value(1) - (3 - Math.sqrt(3)) / 2)).isLessThan(1e-14);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-14, -1e-12, -1e-10, -1e-8, -1e-6, -1e-4, -1, -50})
  void aGivenShiftIsRightOrNamedAsTheCause(double shift) {
    DenseSymmetric a = nearlyRepeatedSample();
    try (Eigenpairs pairs =
            ShiftInvertSolver.withDefaults().withShift(shift).solve(a, Wanted.smallest(3));
        Eigenpairs truth = JavaEigenSolver.create().solve(a, Wanted.smallest(3))) {
      if (shift <= -1e-6) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      } else if (shift < 0 && shift >= -1e-12) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.SHIFT_TOO_CLOSE);
        assertThat(pairs.status().succeeded()).isFalse();
        assertThat(pairs.status().text()).contains("shift").contains("ten times");
      }
      if (pairs.status() == SolverStatus.CONVERGED) {
        for (int i = 0; i < 3; i++) {
          assertThat(Math.abs(pairs.value(i) - truth.value(i))).isLessThan(1e-9);
        }
      } else {
        assertThat(pairs.status()).isEqualTo(SolverStatus.SHIFT_TOO_CLOSE);
      }
    }
  }

  @Test
  void aToleranceBelowRoundingIsNotBlamedOnTheShift() {
    try (Eigenpairs pairs =
        ShiftInvertSolver.withDefaults()
            .withShift(-0.01)
            .withTolerance(1e-19)
            .solve(nearlyRepeatedSample(), Wanted.smallest(3))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.INACCURATE);
      assertThat(pairs.status().text()).contains("tolerance");
    }
  }

  @Test
  void oneRepeatedSampleInEveryFixtureCostsNoAccuracy() {
    List<Spectra.Fixture> small = Spectra.fixtures().filter(f -> f.gram().size() <= 300).toList();
    assertThat(small).hasSizeGreaterThan(1);
    for (Spectra.Fixture f : small) {
      try (INDArray gram = f.read("gram")) {
        double[][] rows = withRepeatedSample(Tensors.toRows(gram));
        for (int k : new int[] {2, 3, rows.length / 3}) {
          requireRight(f.name(), Spectra.symmetric(rows), k);
        }
      }
    }
  }

  private static double[][] withRepeatedSample(double[][] a) {
    int n = a.length;
    double[][] rows = new double[n + 1][];
    for (int i = 0; i <= n; i++) {
      rows[i] = Arrays.copyOf(a[i % n], n + 1);
      rows[i][n] = rows[i][0];
    }
    return rows;
  }

  private void requireRight(String name, DenseSymmetric a, int k) {
    try (Eigenpairs pairs = solver().solve(a, Wanted.smallest(k));
        Eigenpairs truth = DenseEigenSolver.withDefaults().solve(a, Wanted.all())) {
      assertThat(pairs.status()).as("%s, %d", name, k).isEqualTo(SolverStatus.CONVERGED);
      double norm = truth.value(truth.count() - 1);
      for (int i = 0; i < pairs.count(); i++) {
        assertThat(Math.abs(pairs.value(i) - truth.value(i))).isLessThan(2e-10 * norm);
      }
    }
  }
}
