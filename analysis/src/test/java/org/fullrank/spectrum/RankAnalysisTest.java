package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.solver.SolverStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

class RankAnalysisTest {
  private static RankReport analyze(double[][] m) {
    return RankAnalysis.withDefaults().analyze(Tensors.ofRows(m));
  }

  /** Full-rank or not, {@code sigma_min^2 = lambda_min(M M^T)}, decided in exact arithmetic. */
  private static void assertTrue(double[][] m, RankReport r) {
    ExactMatrix gram = ExactMatrix.of(m).gram();
    if (r.certifiedRank().isPresent()) {
      assertThat(gram.definiteness()).isPositive();
    }
    double lo = r.sigmaMin().interval().lo();
    assertThat(gram.minusSquare(lo).definiteness()).isNotNegative();
  }

  private static RightInverse corrupted(double relative, double absolute) {
    return m -> {
      double[][] p;
      try (Lapack.Svd svd = Lapack.svd(Tensors.ofRows(m))) {
        p = RankAnalysis.pseudoinverse(svd, 1);
      }
      for (double[] row : p) {
        row[0] = row[0] * (1 + relative) + absolute;
      }
      return p;
    };
  }

  @Test
  void certifiesRandomWideMatrices() {
    for (int seed = 0; seed < 20; seed++) {
      double[][] m =
          Spectra.scaled(Spectra.random(1 + seed % 5, 5 + seed % 7, seed), seed % 3 * 300 - 300);
      RankReport r = analyze(m);
      assertThat(r.fullRowRank()).isEqualTo(Verdict.HOLDS);
      assertThat(r.certifiedRank()).isEqualTo(OptionalInt.of(m.length));
      assertThat(r.numericalRank()).isEqualTo(m.length);
      assertThat(r.sigmaMin().rigor()).isEqualTo(Rigor.VERIFIED);
      assertThat(r.status()).isEqualTo(SolverStatus.CONVERGED);
      double smallest = r.singularValues()[m.length - 1];
      assertThat(r.sigmaMin().interval().lo()).isBetween(smallest / (2 * m.length), smallest);
      assertTrue(m, r);
    }
  }

  @Test
  void reachesConditionNumbersThatAGramMatrixDoesNot() {
    double[][] m = {{1, 1, 1}, {1, 1 + 1e-11, 1}, {0, 0, 1}};
    RankReport r = analyze(m);
    assertThat(r.certifiedRank()).isEqualTo(OptionalInt.of(3));
    assertTrue(m, r);
    double[][] gram = new double[3][3];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++) {
          gram[i][j] += m[i][k] * m[j][k];
        }
      }
    }
    assertThat(CholeskyBound.withDefaults().enclose(Spectra.symmetric(gram)).positiveDefinite())
        .isNotEqualTo(Verdict.HOLDS);
  }

  @Test
  void aLyingRightInverseNeverProvesAFalsehood() {
    double[][][] matrices = {
      Spectra.random(4, 9, 1),
      Spectra.random(6, 6, 2),
      {{1, 2, 3}, {1, 2, 3}},
      {{1, 2, 3}, {2, 4, 6}, {1, 0, 1}},
      {{0, 0, 0}, {1, 2, 3}},
      {{1, 1}, {1, Math.nextUp(1.0)}}
    };
    double[] errors = {0, 1e-2, 1e-12, -1, 1e300, Double.NaN, Double.POSITIVE_INFINITY};
    for (double[][] m : matrices) {
      for (double error : errors) {
        for (RightInverse lie : new RightInverse[] {corrupted(error, 0), corrupted(0, error)}) {
          RankReport r =
              RankAnalysis.withDefaults().withRightInverse(lie).analyze(Tensors.ofRows(m));
          assertTrue(m, r);
        }
      }
    }
    double[][] good = matrices[0];
    RankReport exact = analyze(good);
    RankReport worse =
        RankAnalysis.withDefaults()
            .withRightInverse(corrupted(1e-2, 0))
            .analyze(Tensors.ofRows(good));
    assertThat(worse.epsilon()).isGreaterThan(1e-3);
    assertThat(worse.sigmaMin().interval().lo()).isLessThan(exact.sigmaMin().interval().lo());
  }

  @Test
  void duplicatesAndTallMatricesAreNotCertified() {
    RankReport twins = analyze(new double[][] {{1, 2, 3}, {1, 2, 3}});
    assertThat(twins.fullRowRank()).isEqualTo(Verdict.UNDECIDED);
    assertThat(twins.certifiedRank()).isEmpty();
    assertThat(twins.numericalRank()).isEqualTo(1);
    assertThat(twins.sigmaMin().interval().lo()).isZero();
    RankReport tall = analyze(Spectra.random(5, 3, 4));
    assertThat(tall.fullRowRank()).isEqualTo(Verdict.FAILS);
    assertThat(tall.numericalRank()).isEqualTo(3);
    assertThat(analyze(new double[2][3]).numericalRank()).isZero();
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.spectrum.Spectra#fixtures")
  void agreesWithNumPyOnTheFeatures(Spectra.Fixture f) {
    double[][] h = Tensors.toRows(f.read("features"));
    double[][] ones = new double[h.length][h[0].length + 1];
    for (int i = 0; i < h.length; i++) {
      System.arraycopy(h[i], 0, ones[i], 0, h[i].length);
      ones[i][h[i].length] = 1;
    }
    RankReport without = analyze(h);
    RankReport with = analyze(ones);
    assertThat(without.numericalRank()).isEqualTo(f.rankFeatures());
    assertThat(with.numericalRank()).isEqualTo(f.rankFeaturesOnes());
    if (f.rankFeaturesOnes() == h.length) {
      assertThat(with.certifiedRank()).hasValue(h.length);
      assertThat(with.isAboveRounding()).isTrue();
    } else {
      assertThat(with.isAboveRounding()).isFalse();
    }
    assertTrue(ones, with);
  }

  @Test
  void widensFloatAndRefusesBadArguments() {
    RankReport r =
        RankAnalysis.withDefaults()
            .withThreads(2)
            .analyze(Tensors.of(DataType.FLOAT, new double[] {1, 0.1, 0, 1}, 2, 2));
    assertThat(r.certifiedRank()).isEqualTo(OptionalInt.of(2));
    assertThatThrownBy(() -> analyze(new double[][] {{1, Double.NaN}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> RankAnalysis.withDefaults().analyze(Tensors.zeros(DataType.DOUBLE, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 dimensions");
    assertThatThrownBy(() -> RankAnalysis.withDefaults().withThreads(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
