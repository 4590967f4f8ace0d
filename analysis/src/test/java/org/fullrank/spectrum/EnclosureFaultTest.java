package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.SolverStatus;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Enclosures against exact truth, with sound, corrupted and absurd suggestions. */
class EnclosureFaultTest {
  private static final int SAMPLE = 300;
  private static final int EXHAUSTIVE = 5_000;

  /** The relative width that the bounds aim at by default. */
  private static final double WIDTH = 1e-6;

  /** A solver that bends what a sound one says. */
  record Liar(String name, double relative, double absolute, boolean vectors)
      implements EigenSolver {
    @Override
    public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
      Wanted request = vectors ? wanted.withVectors() : wanted;
      try (Eigenpairs truth = JavaEigenSolver.create().solve(a, request)) {
        double[] t = truth.values();
        for (int i = 0; i < t.length; i++) {
          t[i] = t[i] * (1 + relative) + absolute;
        }
        INDArray v = null;
        if (vectors) {
          double[][] rows = Tensors.toRows(truth.vectors());
          for (int i = 0; i < rows.length; i++) {
            rows[i][0] += relative + absolute;
            rows[i][rows.length - 1] *= 1 - relative;
          }
          v = Tensors.ofRows(rows);
        }
        return Eigenpairs.of(
            truth.size(), t, v, truth.residualNorms(), SolverStatus.CONVERGED, 0, name);
      }
    }
  }

  static List<CholeskyBound> bounds() {
    CholeskyBound plain = CholeskyBound.withDefaults();
    List<CholeskyBound> bounds = new ArrayList<>();
    bounds.add(plain);
    bounds.add(plain.withCandidates(JavaEigenSolver.create()));
    bounds.add(plain.withThreads(2).withRelativeWidth(1e-10));
    bounds.add(plain.withCandidates(DenseEigenSolver.withDefaults()));
    for (boolean vectors : new boolean[] {false, true}) {
      for (double relative : new double[] {1e-2, -1e-2, 1e-12, -1e-12, 1e6, -2}) {
        bounds.add(plain.withCandidates(new Liar("relative", relative, 0, vectors)));
      }
      bounds.add(plain.withCandidates(new Liar("shifted", 0, 1e3, vectors)));
      bounds.add(plain.withCandidates(new Liar("NaN", 0, Double.NaN, vectors)));
      bounds.add(plain.withCandidates(new Liar("infinite", 0, -1 / 0.0, vectors)));
    }
    return bounds;
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.spectrum.Spectra#fixtures")
  void enclosesTheReferenceSpectra(Spectra.Fixture f) {
    DenseSymmetric gram = f.gram();
    for (CholeskyBound bound : bounds()) {
      Extremes e = bound.enclose(gram);
      assertThat(e.lambdaMin().interval().contains(f.lambdaMin())).isTrue();
      assertThat(e.lambdaMax().interval().contains(f.lambdaMax())).isTrue();
      assertThat(e.lambdaMin().isProof()).isTrue();
      assertThat(e.lambdaMin().subject()).isEqualTo(Subject.STORED_MATRIX);
      assertThat(e.lambdaMax().interval().relativeWidth()).isLessThanOrEqualTo(WIDTH);
    }
    for (DirectBound bound :
        new DirectBound[] {DirectBound.gershgorin(), DirectBound.wolkowiczStyan()}) {
      Extremes e = bound.enclose(gram);
      assertThat(e.lambdaMin().interval().contains(f.lambdaMin())).isTrue();
      assertThat(e.lambdaMax().interval().contains(f.lambdaMax())).isTrue();
      assertThat(e.lambdaMin().isProof()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.spectrum.Spectra#fixtures")
  void enclosesTheExactProduct(Spectra.Fixture f) {
    if (!f.hasJacobian()) {
      return;
    }
    Extremes e = ExactProductBound.withDefaults().withThreads(2).enclose(f.read("jacobian"));
    assertThat(e.lambdaMin().interval().contains(f.exactMin())).isTrue();
    assertThat(e.lambdaMax().interval().contains(f.exactMax())).isTrue();
    assertThat(e.lambdaMin().isProof()).isTrue();
    assertThat(e.lambdaMin().subject()).isEqualTo(Subject.EXACT_PRODUCT);
    assertThat(e.lambdaMax().interval().relativeWidth()).isLessThanOrEqualTo(WIDTH);
  }

  @Test
  void neverMissesOnAdversarialMatrices() {
    check(SAMPLE, 5);
  }

  @Test
  @Tag("exhaustive")
  void neverMissesOnManyAdversarialMatrices() {
    check(EXHAUSTIVE, 6);
  }

  private static void check(int count, long seed) {
    List<CholeskyBound> bounds = bounds();
    for (int index = 0; index < count; index++) {
      double[][] rows = AdversarialMatrices.draw(index, seed);
      DenseSymmetric a = Spectra.symmetric(rows);
      ExactMatrix exact = ExactMatrix.of(rows);
      // Two of the bounds for each matrix, so that every pair meets every family.
      for (int k = 0; k < 2; k++) {
        CholeskyBound bound = bounds.get((index * 7 + k * 11 + index / 20) % bounds.size());
        Extremes e = bound.enclose(a);
        assertThat(exact.lambdaMinIn(e.lambdaMin().interval().lo(), e.lambdaMin().interval().hi()))
            .as("lambda_min of matrix %d, bound %d: %s", index, k, e)
            .isTrue();
        assertThat(exact.lambdaMaxIn(e.lambdaMax().interval().lo(), e.lambdaMax().interval().hi()))
            .as("lambda_max of matrix %d, bound %d: %s", index, k, e)
            .isTrue();
      }
    }
  }

  @Test
  void exactProductOfRandomFactorsIsEnclosed() {
    for (int seed = 0; seed < 40; seed++) {
      int n = 1 + seed % 6;
      double[][] j = Spectra.scaled(Spectra.random(n, 1 + seed % 9, seed), seed % 3 * 400 - 400);
      ExactMatrix product = ExactMatrix.of(j).gram();
      Extremes e = ExactProductBound.withDefaults().enclose(Tensors.ofRows(j));
      assertThat(product.lambdaMinIn(e.lambdaMin().interval().lo(), e.lambdaMin().interval().hi()))
          .as("seed %d", seed)
          .isTrue();
      assertThat(product.lambdaMaxIn(e.lambdaMax().interval().lo(), e.lambdaMax().interval().hi()))
          .as("seed %d", seed)
          .isTrue();
    }
  }

  @Test
  void floatMatricesAreWidenedExactly() {
    float third = 1f / 3;
    INDArray m = Tensors.of(DataType.FLOAT, new double[] {1, third, third, 1}, 2, 2);
    Extremes e = CholeskyBound.withDefaults().enclose(DenseSymmetric.of(m));
    double[][] wide = {{1, third}, {third, 1}};
    assertThat(
            ExactMatrix.of(wide)
                .lambdaMinIn(e.lambdaMin().interval().lo(), e.lambdaMin().interval().hi()))
        .isTrue();
    assertThat(e.lambdaMin().interval().contains(1 - 1.0 / 3)).isFalse();
  }

  @Test
  void scalesWithTheMatrix() {
    double[][] rows = Spectra.withSpectrum(new double[] {1e-5, 0.1, 1, 2}, 8);
    Extremes one = CholeskyBound.withDefaults().enclose(Spectra.symmetric(rows));
    for (int exponent : new int[] {-900, -30, 30, 900}) {
      Extremes e =
          CholeskyBound.withDefaults().enclose(Spectra.symmetric(Spectra.scaled(rows, exponent)));
      double lo = Math.scalb(e.lambdaMin().interval().lo(), -exponent);
      assertThat(Math.abs(lo - one.lambdaMin().interval().lo())).isLessThan(1e-5 * WIDTH);
      assertThat(e.conditionNumber().interval().relativeWidth()).isLessThan(3 * WIDTH);
    }
  }
}
