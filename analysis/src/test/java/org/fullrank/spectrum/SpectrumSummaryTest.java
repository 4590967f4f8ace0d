package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.SolverStatus;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.api.Test;

class SpectrumSummaryTest {
  /** Logarithms and sums of a handful of terms. */
  private static final double TOLERANCE = 1e-14;

  private static DenseSymmetric diagonal(double... t) {
    double[][] a = new double[t.length][t.length];
    for (int i = 0; i < t.length; i++) {
      a[i][i] = t[i];
    }
    return Spectra.symmetric(a);
  }

  private static SpectrumSummary summary(DenseSymmetric a) {
    try (Eigenpairs pairs = JavaEigenSolver.create().solve(a, Wanted.all())) {
      return SpectrumSummary.of(pairs);
    }
  }

  private static void assertNear(Quantity q, double expected) {
    assertThat(Math.abs(q.interval().mid() - expected)).isLessThan(TOLERANCE * expected);
    assertThat(q.rigor()).isEqualTo(Rigor.COMPUTED);
  }

  @Test
  void hasTheTextbookValuesAtAnyScale() {
    for (double scale : new double[] {1, 0x1p-1000, 0x1p1000}) {
      // p = (1/2, 1/4, 1/4): entropy 1.5 log 2.
      SpectrumSummary s = summary(diagonal(scale, 2 * scale, scale));
      assertNear(s.effectiveRank(), Math.pow(2, 1.5));
      assertNear(s.intrinsicDimension(), 2);
      assertNear(s.conditionNumber(), 2);
    }
    assertNear(summary(diagonal(3, 3, 3, 3)).effectiveRank(), 4);
    assertNear(summary(diagonal(0, 0, 5)).effectiveRank(), 1);
  }

  @Test
  void carriesRigor() {
    DenseSymmetric a = diagonal(1, 2, 4);
    SpectrumSummary s = summary(a).withExtremes(CholeskyBound.withDefaults().enclose(a));
    assertThat(s.conditionNumber().isProof()).isTrue();
    assertThat(s.conditionNumber().interval().contains(4)).isTrue();
    assertThat(s.effectiveRank().rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(s.intrinsicDimension().rigor()).isEqualTo(Rigor.COMPUTED);
    Quantity trace = Quantity.verified("tr", Interval.of(7), Subject.STORED_MATRIX, "sum");
    Quantity dimension = s.withTrace(trace).intrinsicDimension();
    assertThat(dimension.isProof()).isTrue();
    assertThat(dimension.interval().contains(1.75)).isTrue();
    assertThat(summary(a).withTrace(trace).intrinsicDimension().isProof()).isFalse();
  }

  @Test
  void conditionNumberOfMatricesThatMayBeSingular() {
    Extremes singular = CholeskyBound.withDefaults().enclose(Spectra.symmetric(ones()));
    assertThat(singular.conditionNumber().interval().hi()).isEqualTo(Double.POSITIVE_INFINITY);
    Extremes indefinite = CholeskyBound.withDefaults().enclose(diagonal(-1, 2));
    assertThat(indefinite.conditionNumber().interval().contains(2)).isTrue();
    // Undecided by Gershgorin; the true condition number is about 103, not lambda_max over a
    // positive upper end of lambda_min.
    Extremes undecided =
        DirectBound.gershgorin().enclose(Spectra.symmetric(new double[][] {{1e-3, 1}, {1, 10}}));
    assertThat(undecided.conditionNumber().interval().lo()).isLessThan(103);
  }

  @Test
  void intrinsicDimensionOfAnIndefiniteMatrixIsNotTheTraceQuotient() {
    DenseSymmetric a = diagonal(1, -1);
    Quantity trace = Quantity.verified("tr", Interval.ZERO, Subject.STORED_MATRIX, "sum");
    Quantity dimension =
        summary(a)
            .withExtremes(CholeskyBound.withDefaults().enclose(a))
            .withTrace(trace)
            .intrinsicDimension();
    assertThat(dimension.interval().contains(2)).isTrue();
  }

  @Test
  void extremesOfTwoMatricesDoNotMix() {
    Extremes stored = CholeskyBound.withDefaults().enclose(diagonal(1, 2));
    Quantity other =
        Quantity.verified("lambda_max", Interval.of(4), Subject.EXACT_NETWORK, "elsewhere");
    assertThatThrownBy(
            () ->
                new Extremes(
                    stored.lambdaMin(),
                    other,
                    stored.lambdaMinStatus(),
                    stored.lambdaMaxStatus(),
                    0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stored matrix")
        .hasMessageContaining("network in exact arithmetic");
    assertThatThrownBy(
            () ->
                summary(diagonal(1, 2))
                    .withTrace(
                        Quantity.verified(
                            "tr", Interval.of(3), Subject.EXACT_PRODUCT, "elsewhere")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double[][] ones() {
    return new double[][] {{1, 1}, {1, 1}};
  }

  @Test
  void refusesPartialAndZeroSpectra() {
    try (Eigenpairs some = JavaEigenSolver.create().solve(diagonal(1, 2), Wanted.smallest(1));
        Eigenpairs zero = JavaEigenSolver.create().solve(diagonal(0, 0), Wanted.all())) {
      assertThatThrownBy(() -> SpectrumSummary.of(some))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("all 2 eigenvalues but got 1");
      assertThatThrownBy(() -> SpectrumSummary.of(zero))
          .isInstanceOf(IllegalArgumentException.class);
      Eigenpairs doubtful =
          Eigenpairs.of(
              2, new double[] {1, 2}, null, new double[0], SolverStatus.INACCURATE, 2, "a solver");
      assertThatThrownBy(() -> SpectrumSummary.of(doubtful))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("INACCURATE");
    }
  }
}
