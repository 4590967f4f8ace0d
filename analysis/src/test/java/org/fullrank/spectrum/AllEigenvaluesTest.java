package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.SpectrumEnclosure;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.SolverStatus;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Enclosures of the whole spectrum with sound solvers and with solvers that lie. */
class AllEigenvaluesTest {
  /** Says CONVERGED and returns something else. */
  record Liar(int kind) implements EigenSolver {
    static final int KINDS = 9;

    @Override
    public String name() {
      return "liar " + kind;
    }

    @Override
    public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
      try (Eigenpairs truth = JavaEigenSolver.create().solve(a, wanted)) {
        double[] t = truth.values();
        double[][] v = Tensors.toRows(truth.vectors());
        int n = t.length;
        Random random = new Random(kind);
        switch (kind) {
          case 0 -> java.util.Arrays.setAll(t, i -> t[i] * (1 + 1e-2));
          case 1 -> java.util.Arrays.setAll(t, i -> t[i] * (1 + 1e-12 * random.nextGaussian()));
          case 2 -> java.util.Arrays.fill(t, Double.NaN);
          case 3 -> java.util.Arrays.fill(t, 7);
          case 4 -> v[0][0] += 1e-2;
          case 5 -> v = AdversarialMatrices.gaussian(n, n, random);
          case 6 -> v[n - 1][0] = Double.POSITIVE_INFINITY;
          case 7 -> { // one vector for all
            for (double[] row : v) {
              java.util.Arrays.fill(row, row[0]);
            }
          }
          default -> v = new double[n][n]; // zeros, as a failed native call leaves them
        }
        return Eigenpairs.of(
            n, t, Tensors.ofRows(v), new double[n], SolverStatus.CONVERGED, n, name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.spectrum.Spectra#fixtures")
  void enclosesTheReferenceSpectra(Spectra.Fixture f) {
    DenseSymmetric gram = f.gram();
    for (int kind = -1; kind < Liar.KINDS; kind++) {
      AllEigenvalues method = AllEigenvalues.withDefaults().withThreads(2);
      method = kind < 0 ? method : method.withCandidates(new Liar(kind));
      SpectrumEnclosure e = method.enclose(gram);
      assertThat(e.interval(0).contains(f.lambdaMin())).as("%d", kind).isTrue();
      assertThat(e.interval(e.order() - 1).contains(f.lambdaMax())).as("%d", kind).isTrue();
      assertThat(e.subject()).isEqualTo(Subject.STORED_MATRIX);
      if (kind < 0) {
        assertThat(e.decompositionUsed()).isTrue();
        assertThat(e.width()).isLessThan(1e-9 * e.interval(e.order() - 1).magnitude());
      }
      if (kind == 2 || kind >= 5) {
        assertThat(e.decompositionUsed()).as("%d", kind).isFalse();
      }
    }
  }

  @Test
  void neverMissesOnAdversarialMatrices() {
    for (int index = 0; index < 300; index++) {
      double[][] rows = AdversarialMatrices.draw(index, 51);
      if (rows.length > 12) {
        continue;
      }
      ExactMatrix exact = ExactMatrix.of(rows);
      DenseSymmetric a = Spectra.symmetric(rows);
      AllEigenvalues method = AllEigenvalues.withDefaults();
      for (AllEigenvalues m :
          new AllEigenvalues[] {method, method.withCandidates(new Liar(index / 30 % Liar.KINDS))}) {
        SpectrumEnclosure e = m.enclose(a);
        assertThat(exact.lambdaMinIn(e.interval(0).lo(), e.interval(0).hi()))
            .as("%d", index)
            .isTrue();
        assertThat(
                exact.lambdaMaxIn(e.interval(e.order() - 1).lo(), e.interval(e.order() - 1).hi()))
            .as("%d", index)
            .isTrue();
      }
    }
  }

  @Test
  void countsThePrescribedSpectrum() {
    double[] t = new double[120];
    for (int i = 0; i < t.length; i++) {
      t[i] = i < 50 ? 1e-3 : i < 55 ? 1 : i < 57 ? 2 + 1e-12 * i : 3 + i;
    }
    SpectrumEnclosure e =
        AllEigenvalues.withDefaults().enclose(Spectra.symmetric(Spectra.withSpectrum(t, 3)));
    assertThat(e.clusters()).hasSize(3 + 63);
    assertThat(e.clusters().get(0).size()).isEqualTo(50);
    assertThat(e.clusters().get(1).size()).isEqualTo(5);
    assertThat(e.clusters().get(2).size()).isEqualTo(2);
    assertThat(e.countBelow(2.5)).isEqualTo(new SpectrumEnclosure.Count(57, 57));
    assertThat(e.countIn(Interval.of(0, 1.5))).isEqualTo(new SpectrumEnclosure.Count(55, 55));
    assertThatThrownBy(() -> AllEigenvalues.withDefaults().withThreads(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A solver that finds nothing leaves the discs. */
  @Test
  void failedSolverLeavesTheDiscs() {
    EigenSolver none =
        new EigenSolver() {
          @Override
          public String name() {
            return "none";
          }

          @Override
          public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
            return Eigenpairs.of(
                a.size(), new double[0], null, new double[0], SolverStatus.FAILED, 0, name());
          }
        };
    SpectrumEnclosure e =
        AllEigenvalues.withDefaults()
            .withCandidates(none)
            .enclose(Spectra.symmetric(new double[][] {{2, 1}, {1, 2}}));
    assertThat(e.decompositionUsed()).isFalse();
    assertThat(e.interval(1).contains(3)).isTrue();
  }

  /** Refined by Temple and Kato: a separated eigenvalue below the reach of Cholesky. */
  @Test
  void refinedBoundDecidesWhatCholeskyCannot() {
    double[][] rows = AdversarialMatrices.similar(30, new Random(9), i -> i == 0 ? 3e-15 : 1 + i);
    DenseSymmetric a = Spectra.symmetric(rows);
    Extremes plain = CholeskyBound.withDefaults().enclose(a);
    Extremes refined = CholeskyBound.withDefaults().refined().enclose(a);
    ExactMatrix exact = ExactMatrix.of(rows);
    assertThat(
            exact.lambdaMinIn(
                refined.lambdaMin().interval().lo(), refined.lambdaMin().interval().hi()))
        .isTrue();
    assertThat(
            exact.lambdaMaxIn(
                refined.lambdaMax().interval().lo(), refined.lambdaMax().interval().hi()))
        .isTrue();
    assertThat(plain.lambdaMin().interval().contains(0)).isTrue();
    assertThat(refined.lambdaMin().interval().contains(0)).isFalse();
    assertThat(refined.lambdaMin().method()).contains("Temple");
  }
}
