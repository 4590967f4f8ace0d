package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.spectrum.FaultyOperator;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;

/** What is special to each iterative solver: budgets, limits, shifts and preconditioners. */
class IterativeSolversTest {
  /** Condition number 1e8, geometrically spaced. */
  private static double[] illConditioned(int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.pow(10, -8 + 8.0 * i / (n - 1));
    }
    return t;
  }

  @Test
  void saysWhenTheBudgetIsSpent() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(illConditioned(200), 1));
    EigenSolver[] solvers = {
      LanczosSolver.withDefaults().withOperatorLimit(60),
      LobpcgSolver.withDefaults().withOperatorLimit(60),
    };
    for (EigenSolver solver : solvers) {
      try (Eigenpairs pairs = solver.solve(a, Wanted.smallest(3).withVectors())) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.NOT_CONVERGED);
        assertThat(pairs.status().succeeded()).isFalse();
        assertThat(pairs.status().text()).contains("raise the limit");
        assertThat(pairs.count()).isEqualTo(3);
        assertThat(pairs.operatorCount()).isLessThanOrEqualTo(60);
        assertThat(Arrays.stream(pairs.residualNorms()).max().getAsDouble()).isGreaterThan(1e-10);
      }
    }
    for (int limit = 1; limit < 30; limit++) {
      for (EigenSolver solver :
          new EigenSolver[] {
            LanczosSolver.withDefaults().withOperatorLimit(limit),
            LobpcgSolver.withDefaults().withOperatorLimit(limit),
            ShiftInvertSolver.withDefaults().withSolveLimit(limit)
          }) {
        try (Eigenpairs pairs = solver.solve(a, Wanted.smallest(3).withVectors())) {
          assertThat(pairs.status())
              .isIn(SolverStatus.NOT_CONVERGED, SolverStatus.MULTIPLICITY_UNKNOWN);
          assertThat(pairs.status().text()).contains("limit");
        }
      }
    }
  }

  @Test
  void noSolverRecommendsItself() {
    for (SolverStatus status : SolverStatus.values()) {
      if (!status.succeeded()) {
        // These two end in no other way than FAILED, where the text asks for a report.
        assertThat(status.text()).doesNotContain("check whether the matrix is symmetric");
        assertThat(status.text()).containsAnyOf("raise", "look at", "check that", "give a shift");
      }
    }
    assertThat(SolverStatus.FAILED.text()).contains("report").contains("LAPACK");
  }

  @Test
  void knowsAtAnyTimeHowFarItIs() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(illConditioned(200), 1));
    // Budgets that end before, at and after restarts.
    for (int limit = 40; limit < 120; limit += 2) {
      LanczosSolver solver = LanczosSolver.withDefaults().withOperatorLimit(limit);
      try (Eigenpairs pairs = solver.solve(a, Wanted.smallest(3))) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.NOT_CONVERGED);
      }
    }
  }

  @Test
  void findsCopiesBehindConvergedValues() {
    // Six copies on top, and smaller values that converge as fast as the copies do.
    double[] t = new double[160];
    for (int i = 0; i < 160; i++) {
      t[i] = i < 151 ? i / 1000.0 : i < 154 ? 2 + (i - 151) : 5;
    }
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 1));
    for (int block = 1; block <= 5; block++) {
      EigenSolver solver = LanczosSolver.withDefaults().withBlockSize(block);
      for (int wanted = 1; wanted <= 9; wanted++) {
        try (Eigenpairs pairs = solver.solve(a, Wanted.largest(wanted))) {
          assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
          for (int i = 0; i < wanted; i++) {
            assertThat(Math.abs(pairs.value(i) - t[160 - wanted + i]))
                .as("block %d, wanted %d", block, wanted)
                .isLessThan(1e-9);
          }
        }
      }
    }
  }

  @Test
  void givesUpOnAnAsymmetricOperatorAtOnce() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(illConditioned(200), 1));
    FaultyOperator faulty = FaultyOperator.with(a, FaultyOperator.Fault.ASYMMETRIC);
    try (Eigenpairs pairs = LanczosSolver.withDefaults().solve(faulty, Wanted.smallest(3))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.INCONSISTENT);
      assertThat(pairs.status().text()).contains("symmetric");
      assertThat(pairs.operatorCount()).isLessThan(60);
    }
  }

  @Test
  void seesAnAsymmetricEntryInEveryBlock() {
    for (int[] at : new int[][] {{1, 0}, {33, 32}, {40, 3}, {69, 68}, {31, 0}, {69, 0}}) {
      double[][] rows = new double[70][70];
      rows[at[0]][at[1]] = 1;
      assertThatThrownBy(() -> StoredMatrix.of(rows, "test"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(" + at[0] + ", " + at[1] + ")");
    }
  }

  @Test
  void admitsThatCopiesMayBeMissing() {
    double[] t = new double[200];
    for (int i = 0; i < 200; i++) {
      t[i] = i < 170 ? i / 170.0 : 5;
    }
    t[169] = 2;
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 1));
    // Room for 2 + 3 * 2 vectors, which cannot hold the 30 copies.
    EigenSolver solver = LanczosSolver.withDefaults().withBlockSize(2).withBasisLimit(11);
    try (Eigenpairs pairs = solver.solve(a, Wanted.largest(5).withVectors())) {
      assertThat(pairs.status().succeeded()).isFalse();
    }
    try (Eigenpairs pairs = solver.solve(a, Wanted.largest(2))) {
      // Both are copies of one value and nothing below them was asked for.
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
    }
  }

  @Test
  void keepsToTheBasisLimitOrRefusesIt() {
    double[] t = new SplittableRandom(4).doubles(300).sorted().toArray();
    t[299] = 1.5;
    t[298] = 1.4;
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 1));
    LanczosSolver tight = LanczosSolver.withDefaults().withBasisLimit(9);
    try (Eigenpairs pairs = tight.solve(a, Wanted.largest(2))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(Math.abs(pairs.value(1) - 1.5)).isLessThan(1e-9);
    }
    assertThatThrownBy(() -> tight.solve(a, Wanted.largest(7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 10")
        .hasMessageContaining("9");
  }

  @Test
  void movesAShiftThatIsNotBelowTheSpectrum() {
    double[] t = illConditioned(120);
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 2));
    for (double shift : new double[] {-1e-9, -1, 5e-3, 7, -1e200, 1e200}) {
      for (Wanted wanted : new Wanted[] {Wanted.smallest(3), Wanted.largest(3)}) {
        try (Eigenpairs pairs =
            ShiftInvertSolver.withDefaults().withShift(shift).solve(a, wanted.withVectors())) {
          assertThat(pairs.status()).as("shift %s", shift).isEqualTo(SolverStatus.CONVERGED);
          for (int i = 0; i < 3; i++) {
            double expected = t[wanted.part() == Wanted.Part.SMALLEST ? i : 117 + i];
            assertThat(Math.abs(pairs.value(i) - expected)).isLessThan(1e-10);
          }
        }
      }
    }
  }

  @Test
  void preconditioningSavesIterations() {
    double[] t = illConditioned(200);
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 1));
    try (Eigenpairs plain = LobpcgSolver.withDefaults().solve(a, Wanted.smallest(3));
        Eigenpairs fast =
            LobpcgSolver.withDefaults()
                .withPreconditioner(Preconditioner.cholesky(a, 1e-9))
                .solve(a, Wanted.smallest(3).withVectors())) {
      assertThat(fast.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(Math.abs(fast.value(2) - t[2])).isLessThan(1e-10);
      assertThat(fast.operatorCount()).isLessThan(plain.operatorCount() / 4);
    }
  }

  @Test
  void aDiagonalPreconditionerSolvesADiagonallyDominantMatrix() {
    int n = 150;
    double[][] rows = Spectra.random(n, n, 8);
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        rows[i][j] *= 0.01;
        rows[j][i] = rows[i][j];
      }
      diagonal[i] = 1 + i * i;
      rows[i][i] = diagonal[i];
    }
    DenseSymmetric a = Spectra.symmetric(rows);
    LobpcgSolver solver =
        LobpcgSolver.withDefaults().withPreconditioner(Preconditioner.diagonal(diagonal));
    try (Eigenpairs pairs = solver.solve(a, Wanted.smallest(4));
        Eigenpairs plain = LobpcgSolver.withDefaults().solve(a, Wanted.smallest(4));
        Eigenpairs truth = JavaEigenSolver.create().solve(a, Wanted.smallest(4))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(pairs.operatorCount()).isLessThan(plain.operatorCount() / 2);
      for (int i = 0; i < 4; i++) {
        assertThat(Math.abs(pairs.value(i) - truth.value(i))).isLessThan(1e-10 * n * n);
      }
    }
  }

  @Test
  void aBadPreconditionerCannotForgeSuccess() {
    double[] t = illConditioned(50);
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 1));
    Preconditioner indefinite =
        r -> {
          double[] x = Tensors.toDoubles(r);
          for (int i = 0; i < x.length; i++) {
            x[i] *= i % 3 == 0 ? -2 : 1;
          }
          return Tensors.of(x, r.shape());
        };
    Preconditioner zero = r -> Tensors.zeros(r.dataType(), r.shape());
    Preconditioner huge = r -> Tensors.scaled(r, 1e307);
    for (Preconditioner p : new Preconditioner[] {indefinite, zero, huge}) {
      try (Eigenpairs pairs =
          LobpcgSolver.withDefaults()
              .withPreconditioner(p)
              .solve(a, Wanted.smallest(3).withVectors())) {
        double worst = Arrays.stream(pairs.residualNorms()).max().getAsDouble();
        assertThat(pairs.status().succeeded()).isEqualTo(worst <= 1e-10);
      }
    }
    assertThatThrownBy(
            () ->
                LobpcgSolver.withDefaults()
                    .withPreconditioner(r -> Tensors.filled(r.dataType(), Double.NaN, r.shape()))
                    .solve(a, Wanted.smallest(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("preconditioner")
        .hasMessageContaining("NaN");
    assertThatThrownBy(
            () ->
                LobpcgSolver.withDefaults()
                    .withPreconditioner(r -> Tensors.zeros(r.dataType(), 2, 2))
                    .solve(a, Wanted.smallest(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("preconditioner");
  }

  @Test
  void refusesBadSettings() {
    assertThatThrownBy(() -> LanczosSolver.withDefaults().withTolerance(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LobpcgSolver.withDefaults().withTolerance(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LanczosSolver.withDefaults().withBlockSize(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LanczosSolver.withDefaults().withBasisLimit(3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LobpcgSolver.withDefaults().withOperatorLimit(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LobpcgSolver.withDefaults().withGuardColumns(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ShiftInvertSolver.withDefaults().withShift(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Preconditioner.diagonal(new double[] {1, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("index 1");
    DenseSymmetric indefinite = Spectra.symmetric(new double[][] {{1, 2}, {2, 1}});
    assertThatThrownBy(() -> Preconditioner.cholesky(indefinite, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive definite");
  }
}
