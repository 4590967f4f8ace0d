package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.spectrum.FaultyOperator;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What iterative solvers must satisfy where they find a few pairs of a large spectrum. */
abstract class IterativeSolverContract extends EigenSolverContract {
  /** The promise of the default tolerance. */
  private static final double TOLERANCE = 1e-10;

  /** Rounding of the construction of the matrix, of products and of the solver's own residual. */
  private static final double ROUNDING = 1e-13;

  abstract EigenSolver seeded(long seed);

  static Case[] partialCases() {
    return new Case[] {
      new Case("simple", ends(200, 1), 0),
      new Case("double", ends(200, 2), 0),
      new Case("fivefold", ends(150, 5), 0),
      new Case("fiftyfold", ends(240, 50), 0),
      new Case("cluster of 20 within 1e-12", cluster(200, 20, 1e-12), 0),
      new Case("cluster of 6 within 1e-5", cluster(200, 6, 1e-5), 0),
      new Case("tiny", ends(120, 3), -996),
      new Case("huge", ends(120, 3), 996),
      new Case("zero", new double[120], 0),
      new Case("identity", filled(120, 1), 0),
      new Case("two values", twoValues(), 0),
      new Case("decaying", decaying(150), 0)
    };
  }

  /** A given number of copies of both -4 and 5 around values in [-1, 1]. */
  private static double[] ends(int n, int copies) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = i < copies ? -4 : i >= n - copies ? 5 : -1 + 2.0 * i / n;
    }
    return t;
  }

  private static double[] cluster(int n, int count, double width) {
    double[] t = ends(n, count);
    for (int i = 0; i < count; i++) {
      t[n - count + i] += width * i / count;
      t[i] += width * i / count;
    }
    return t;
  }

  private static double[] filled(int n, double x) {
    double[] t = new double[n];
    Arrays.fill(t, x);
    return t;
  }

  /** The Krylov space of any vector has dimension 2. */
  private static double[] twoValues() {
    double[] t = filled(120, -1);
    Arrays.fill(t, 113, 120, 3);
    return t;
  }

  private static double[] decaying(int n) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.pow(0.8, n - 1 - i);
    }
    return t;
  }

  @ParameterizedTest
  @MethodSource("partialCases")
  void findsBothEndsWithAllCopies(Case c) {
    double[][] rows = Spectra.scaled(Spectra.withSpectrum(c.values(), 7), c.exponent());
    int n = rows.length;
    double norm = Math.max(Math.abs(c.values()[0]), Math.abs(c.values()[n - 1]));
    DenseSymmetric a = Spectra.symmetric(rows);
    int copies = 1;
    while (copies < 50 && c.values()[n - 1 - copies] > c.values()[n - 1] - 0.1) {
      copies++;
    }
    int count = Math.min(copies, 50) + 2;
    for (boolean top : new boolean[] {false, true}) {
      // The values between the ends are dense; ask for the group alone when it is large.
      int k = copies >= 5 ? Math.min(copies, 50) : count;
      Wanted wanted = (top ? Wanted.largest(k) : Wanted.smallest(k)).withVectors();
      try (Eigenpairs pairs = solver().solve(a, wanted)) {
        if (!top && c.toString().equals("decaying") && pairs.operatorCount() != n) {
          // Out of reach without a factorisation: the gaps are below 1e-12 of the width.
          assertThat(pairs.status()).isEqualTo(SolverStatus.NOT_CONVERGED);
          continue;
        }
        assertThat(pairs.status()).as("top %s", top).isEqualTo(SolverStatus.CONVERGED);
        assertThat(pairs.values()).isSorted().hasSize(k);
        for (int j = 0; j < k; j++) {
          double expected = c.values()[top ? n - k + j : j];
          assertThat(Math.abs(Math.scalb(pairs.value(j), -c.exponent()) - expected))
              .as("value %d of %d, top %s", j, k, top)
              .isLessThanOrEqualTo((TOLERANCE + ROUNDING) * norm);
        }
        requireHonest(rows, pairs, c.exponent(), norm);
      }
    }
  }

  /** Residuals by an independent loop, and orthonormal vectors. */
  private static void requireHonest(double[][] rows, Eigenpairs pairs, int exponent, double norm) {
    double[][] v = Spectra.transposed(Tensors.toRows(pairs.vectors()));
    int n = rows.length;
    for (int j = 0; j < v.length; j++) {
      double square = 0;
      for (int i = 0; i < n; i++) {
        double s = -Math.scalb(pairs.value(j), -exponent) * v[j][i];
        for (int k = 0; k < n; k++) {
          s += Math.scalb(rows[i][k], -exponent) * v[j][k];
        }
        square += s * s;
      }
      double reported = Math.scalb(pairs.residualNorms()[j], -exponent);
      assertThat(reported).isLessThanOrEqualTo(TOLERANCE * norm * (1 + 1e-12));
      assertThat(Math.abs(Math.sqrt(square) - reported)).isLessThanOrEqualTo(ROUNDING * norm);
      for (int k = 0; k <= j; k++) {
        double product = 0;
        for (int i = 0; i < n; i++) {
          product += v[j][i] * v[k][i];
        }
        assertThat(Math.abs(product - (j == k ? 1 : 0))).isLessThan(1e-12);
      }
    }
  }

  @Test
  void repeatsItsBitsForASeedAndNotForAnother() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(ends(150, 2), 3));
    Wanted wanted = Wanted.largest(4).withVectors();
    try (Eigenpairs x = seeded(5).solve(a, wanted);
        Eigenpairs y = seeded(5).solve(a, wanted);
        Eigenpairs z = seeded(6).solve(a, wanted)) {
      assertThat(y.values()).containsExactly(x.values());
      assertThat(y.residualNorms()).containsExactly(x.residualNorms());
      assertThat(y.operatorCount()).isEqualTo(x.operatorCount());
      double[] vx = Tensors.toDoubles(x.vectors());
      assertThat(Tensors.toDoubles(y.vectors())).containsExactly(vx);
      assertThat(Tensors.toDoubles(z.vectors())).isNotEqualTo(vx);
    }
  }

  @Test
  void countsTheColumnsItAppliesTheOperatorTo() {
    for (int exponent : new int[] {0, 900, -900}) {
      double[][] rows = Spectra.scaled(Spectra.withSpectrum(ends(120, 2), 3), exponent);
      FaultyOperator counted = FaultyOperator.sound(Spectra.symmetric(rows));
      try (Eigenpairs pairs = solver().solve(counted, Wanted.largest(3))) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
        assertThat(pairs.operatorCount()).isEqualTo(counted.appliedColumns());
      }
    }
  }

  @Test
  void givesAllMemoryBack() throws InterruptedException {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(ends(100, 2), 3));
    solver().solve(a, Wanted.smallest(3).withVectors()).close();
    System.gc();
    Thread.sleep(50);
    long before = Backend.tensorBytes();
    for (int i = 0; i < 3; i++) {
      solver().solve(a, Wanted.smallest(3).withVectors()).close();
      solver().solve(a, Wanted.largest(2)).close();
    }
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void neverCallsAWrongPairConverged(FaultyOperator.Fault fault) {
    double[][] rows = Spectra.withSpectrum(ends(60, 2), 9);
    for (Wanted wanted : new Wanted[] {Wanted.largest(5), Wanted.smallest(5)}) {
      FaultyOperator a = FaultyOperator.with(Spectra.symmetric(rows), fault);
      Eigenpairs pairs;
      try {
        pairs = solver().solve(a, wanted.withVectors());
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching("(?s).*(finite|symmetric|shape|expects).*");
        continue;
      }
      try (pairs) {
        assertThat(fault.mustThrow()).isFalse();
        if (pairs.status().succeeded()) {
          // Possible only for solvers that read the entries, where these faults are not to be seen.
          assertThat(fault).isIn(FaultyOperator.Fault.AFFINE, FaultyOperator.Fault.WIDTH_DEPENDENT);
          assertThat(pairs.operatorCount()).isEqualTo(60);
          requireHonest(rows, pairs, 0, 5);
        }
      }
    }
  }

  abstract EigenSolver withTolerance(double tolerance);

  @Test
  void neverMeetsAToleranceBelowRounding() {
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(decaying(30), 5));
    try (Eigenpairs pairs = withTolerance(1e-19).solve(a, Wanted.largest(4))) {
      assertThat(pairs.status().succeeded()).isFalse();
    }
    try (Eigenpairs pairs = withTolerance(1e-13).solve(a, Wanted.largest(4))) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
    }
  }

  @Test
  void tellsTheSmallestNumberFromZero() {
    double[][] rows = new double[120][120];
    for (int i = 0; i < 120; i++) {
      rows[i][i] = Double.MIN_VALUE;
    }
    try (Eigenpairs pairs = solver().solve(Spectra.symmetric(rows), Wanted.largest(2))) {
      assertThat(pairs.value(0)).isEqualTo(Double.MIN_VALUE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void solvesOperatorsSmallerThanTheRequest(int n) {
    double[] t = new SplittableRandom(n).doubles(n, -1, 1).sorted().toArray();
    DenseSymmetric a = Spectra.symmetric(Spectra.withSpectrum(t, n));
    try (Eigenpairs low = solver().solve(a, Wanted.smallest(9).withVectors());
        Eigenpairs high = solver().solve(a, Wanted.largest(9))) {
      for (Eigenpairs pairs : new Eigenpairs[] {low, high}) {
        assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
        assertThat(pairs.count()).isEqualTo(n);
        for (int i = 0; i < n; i++) {
          assertThat(Math.abs(pairs.value(i) - t[i])).isLessThan(1e-14);
        }
      }
    }
  }

  @Test
  void findsTheEndsOfAFloatOperator() {
    double[] t = ends(120, 2);
    double[][] rows = Spectra.withSpectrum(t, 4);
    try (INDArray m = Tensors.ofRows(DataType.FLOAT, rows)) {
      SymmetricOperator a = DenseSymmetric.of(m);
      try (Eigenpairs low = solver().solve(a, Wanted.smallest(2));
          Eigenpairs high = solver().solve(a, Wanted.largest(2).withVectors())) {
        assertThat(low.status()).isEqualTo(SolverStatus.CONVERGED);
        assertThat(high.status()).isEqualTo(SolverStatus.CONVERGED);
        // The tolerance for FLOAT, and rounding the entries.
        assertThat(Math.abs(low.value(0) + 4)).isLessThan(5e-5 + 1e-5);
        assertThat(Math.abs(high.value(1) - 5)).isLessThan(5e-5 + 1e-5);
        assertThat(high.vectors().dataType()).isEqualTo(DataType.DOUBLE);
      }
    }
  }
}
