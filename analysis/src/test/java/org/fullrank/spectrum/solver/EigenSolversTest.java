package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Objects;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every eigen-solver against the contract, and what a lying LAPACK does to the dense one. */
class EigenSolversTest {
  @Nested
  class Dense extends EigenSolverContract {
    @Override
    EigenSolver solver() {
      return DenseEigenSolver.withDefaults();
    }
  }

  @Nested
  class Java extends EigenSolverContract {
    @Override
    EigenSolver solver() {
      return JavaEigenSolver.create();
    }
  }

  /** Ways in which a native routine can be wrong while it reports success, or not. */
  enum Lie {
    FAILURE,
    VALUE,
    SMALL_VALUE_ERROR,
    VECTOR,
    DUPLICATE,
    UNSORTED,
    NAN_VALUES,
    NAN_VECTORS,
    ZERO
  }

  private static DenseEigenSolver.Candidate lying(Lie lie) {
    return (rows, vectors) -> {
      RawPairs truth = Objects.requireNonNull(DenseEigenSolver.lapack(rows, vectors));
      double[] t = truth.values();
      double[][] v = truth.vectors();
      int n = t.length;
      switch (lie) {
        case FAILURE -> {
          return null;
        }
        case VALUE -> t[2] *= 1.01;
        case SMALL_VALUE_ERROR -> t[n - 1] *= 1 + 1e-8;
        case VECTOR -> {
          t[1] -= v == null ? 0.01 : 0;
          if (v != null) {
            v[1][0] += 1e-2;
          }
        }
        case DUPLICATE -> {
          t[3] = t[4];
          if (v != null) {
            v[3] = v[4];
          }
        }
        case UNSORTED -> {
          double swap = t[0];
          t[0] = t[1];
          t[1] = swap;
        }
        case NAN_VALUES -> t[0] = Double.NaN;
        case NAN_VECTORS -> {
          if (v == null) {
            t[n - 1] = Double.POSITIVE_INFINITY;
          } else {
            v[0][0] = Double.NaN;
          }
        }
        case ZERO -> Arrays.fill(t, 0);
      }
      return truth;
    };
  }

  private static DenseSymmetric matrix() {
    return Spectra.symmetric(Spectra.withSpectrum(new double[] {1, 2, 3, 4, 5, 8}, 5));
  }

  @ParameterizedTest
  @EnumSource
  void fallsBackWhenLapackLies(Lie lie) {
    for (Wanted wanted : new Wanted[] {Wanted.all(), Wanted.all().withVectors()}) {
      try (Eigenpairs pairs =
          DenseEigenSolver.withDefaults().withCandidate(lying(lie)).solve(matrix(), wanted)) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.FALLBACK);
        assertThat(pairs.status().text()).contains("fullrank-bom");
        assertThat(pairs.method()).contains("Java");
        assertThat(Math.abs(pairs.value(0) - 1)).isLessThan(1e-13);
        assertThat(Math.abs(pairs.value(5) - 8)).isLessThan(1e-13);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void saysSoWhenThereIsNoFallback(Lie lie) {
    try (Eigenpairs pairs =
        DenseEigenSolver.withDefaults()
            .withFallbackUpTo(5)
            .withCandidate(lying(lie))
            .solve(matrix(), Wanted.all().withVectors())) {
      assertThat(pairs.status())
          .isEqualTo(lie == Lie.FAILURE ? SolverStatus.FAILED : SolverStatus.INACCURATE);
      assertThat(pairs.status().succeeded()).isFalse();
      if (lie == Lie.FAILURE) {
        assertThatThrownBy(pairs::vectors)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Backend.selfTest()");
      }
    }
  }

  @Test
  void bothSolversAgree() {
    double[][] rows = Spectra.random(60, 60, 6);
    for (int i = 0; i < 60; i++) {
      for (int j = 0; j < i; j++) {
        rows[i][j] = rows[j][i];
      }
    }
    DenseSymmetric a = Spectra.symmetric(rows);
    try (Eigenpairs x = DenseEigenSolver.withDefaults().solve(a, Wanted.all());
        Eigenpairs y = JavaEigenSolver.create().solve(a, Wanted.all())) {
      for (int i = 0; i < 60; i++) {
        assertThat(Math.abs(x.value(i) - y.value(i))).isLessThan(1e-12);
      }
    }
  }

  @Test
  void refusesBadRequests() {
    assertThatThrownBy(() -> Wanted.smallest(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThatThrownBy(() -> DenseEigenSolver.withDefaults().withFallbackUpTo(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
