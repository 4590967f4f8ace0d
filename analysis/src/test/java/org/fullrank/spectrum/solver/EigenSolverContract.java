package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every {@link EigenSolver} of dense matrices must satisfy, on prescribed spectra. */
abstract class EigenSolverContract {
  /**
   * Backward errors of solver and construction, in units of {@code n u ||A||}: three reflections
   * from both sides and an orthogonal reduction. Errors seen are near 2.
   */
  private static final double UNITS = 40;

  private static final double U = 0x1p-53;

  /** Exponent of the scale 1e300, and of 1e-300 with the opposite sign. */
  private static final int HUGE = 996;

  abstract EigenSolver solver();

  /** How far a {@code FLOAT} operator's eigenvalues near 1 may be off. */
  double floatError() {
    return 4 * U;
  }

  /** A prescribed spectrum, ascending. */
  static final class Case {
    private final String name;
    private final double[] values;
    private final int exponent;

    Case(String name, double[] values, int exponent) {
      this.name = name;
      this.values = values;
      this.exponent = exponent;
    }

    double[] values() {
      return values;
    }

    int exponent() {
      return exponent;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Case[] cases() {
    double[] random = Spectra.random(1, 40, 3)[0];
    Arrays.sort(random);
    return new Case[] {
      new Case("n = 1", new double[] {-3.25}, 0),
      new Case("n = 2", new double[] {-1, 2}, 0),
      new Case("zero", new double[5], 0),
      new Case("identity", new double[] {1, 1, 1, 1}, 0),
      new Case("repeated", repeated(), 0),
      new Case("clustered", clustered(), 0),
      new Case("indefinite", random, 0),
      new Case("geometric", geometric(), 0),
      new Case("tiny", geometric(), -HUGE),
      new Case("huge", random, HUGE),
      new Case("tiny n = 1", new double[] {1}, -HUGE)
    };
  }

  private static double[] repeated() {
    double[] t = new double[30];
    for (int i = 0; i < 30; i++) {
      t[i] = i < 10 ? -1 : i < 25 ? 2 : 5;
    }
    return t;
  }

  private static double[] clustered() {
    double[] t = new double[20];
    for (int i = 0; i < 20; i++) {
      t[i] = 1 + 1e-13 * i;
    }
    return t;
  }

  private static double[] geometric() {
    double[] t = new double[30];
    for (int i = 0; i < 30; i++) {
      t[i] = Math.pow(10, -14 + 0.5 * i);
    }
    return t;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findsThePrescribedSpectrum(Case c) {
    double[][] rows = Spectra.scaled(Spectra.withSpectrum(c.values, 1), c.exponent);
    int n = rows.length;
    double norm = Math.max(Math.abs(c.values[0]), Math.abs(c.values[n - 1]));
    double tolerance = UNITS * n * U * norm;
    DenseSymmetric a = Spectra.symmetric(rows);
    try (Eigenpairs pairs = solver().solve(a, Wanted.all().withVectors());
        Eigenpairs only = solver().solve(a, Wanted.all())) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(pairs.count()).isEqualTo(n);
      assertThat(pairs.operatorCount()).isPositive();
      assertThat(pairs.values()).isSorted();
      assertThat(only.values()).isSorted();
      double[][] v = Spectra.transposed(Tensors.toRows(pairs.vectors()));
      for (int j = 0; j < n; j++) {
        double t = Math.scalb(pairs.value(j), -c.exponent);
        assertThat(Math.abs(t - c.values[j])).as("value %d", j).isLessThanOrEqualTo(tolerance);
        assertThat(Math.abs(Math.scalb(only.value(j), -c.exponent) - t))
            .isLessThanOrEqualTo(tolerance);
        assertThat(Math.scalb(pairs.residualNorms()[j], -c.exponent))
            .isLessThanOrEqualTo(tolerance);
        assertThat(Math.scalb(residual(rows, t, v[j], c.exponent), 0))
            .isLessThanOrEqualTo(tolerance);
        for (int k = 0; k <= j; k++) {
          double product = 0;
          for (int i = 0; i < n; i++) {
            product += v[j][i] * v[k][i];
          }
          assertThat(Math.abs(product - (j == k ? 1 : 0))).isLessThanOrEqualTo(UNITS * n * U);
        }
      }
    }
  }

  private static double residual(double[][] rows, double t, double[] v, int exponent) {
    double worst = 0;
    for (int i = 0; i < v.length; i++) {
      double s = -t * v[i];
      for (int k = 0; k < v.length; k++) {
        s += Math.scalb(rows[i][k], -exponent) * v[k];
      }
      worst = Math.max(worst, Math.abs(s));
    }
    return worst;
  }

  @Test
  void selectsEitherEnd() {
    double[] t = {-2, -1, 0.5, 3, 7};
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, 2));
    double tolerance = UNITS * 5 * U * 7;
    try (Eigenpairs low = solver().solve(a, Wanted.smallest(2).withVectors());
        Eigenpairs high = solver().solve(a, Wanted.largest(3));
        Eigenpairs all = solver().solve(a, Wanted.largest(99))) {
      assertThat(low.count()).isEqualTo(2);
      assertThat(low.vectors().shape()).containsExactly(5, 2);
      assertThat(low.residualNorms()).hasSize(2);
      assertThat(Math.abs(low.value(1) + 1)).isLessThan(tolerance);
      assertThat(high.count()).isEqualTo(3);
      assertThat(Math.abs(high.value(0) - 0.5)).isLessThan(tolerance);
      assertThat(Math.abs(high.value(2) - 7)).isLessThan(tolerance);
      assertThat(high.hasVectors()).isFalse();
      assertThatThrownBy(high::vectors)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("withVectors");
      assertThat(all.count()).isEqualTo(5);
    }
  }

  @Test
  void solvesFloatOperatorsInDoublePrecision() {
    float third = 1f / 3;
    INDArray m = Tensors.of(DataType.FLOAT, new double[] {1, third, third, 1}, 2, 2);
    try (Eigenpairs pairs = solver().solve(DenseSymmetric.of(m), Wanted.all())) {
      assertThat(Math.abs(pairs.value(0) - (1 - (double) third))).isLessThan(floatError());
    }
  }

  @Test
  void givesTheSameBitsTwice() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(geometric(), 4));
    try (Eigenpairs first = solver().solve(a, Wanted.all());
        Eigenpairs second = solver().solve(a, Wanted.all())) {
      assertThat(second.values()).containsExactly(first.values());
    }
  }
}
