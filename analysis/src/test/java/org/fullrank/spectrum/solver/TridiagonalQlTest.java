package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.fullrank.spectrum.OneSidedJacobi;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The QL iteration on tridiagonal matrices that are hard for it, against Sturm sequences. */
class TridiagonalQlTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1, 500, -500, -1000, -1040, 1010})
  void solvesWilkinsonMatricesOfEveryScale(int exponent) {
    for (int n : new int[] {1, 2, 3, 21, 40}) {
      double[] d = IntStream.range(0, n).mapToDouble(i -> Math.abs(i - (n - 1) / 2)).toArray();
      requireSolvedBySolver(d, constant(n - 1, 1), exponent);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e-16, 1e-14, 1e-8, 1e-4})
  void solvesGluedWilkinsonMatrices(double glue) {
    int copies = 5;
    double[] d = IntStream.range(0, 21 * copies).mapToDouble(i -> Math.abs(i % 21 - 10)).toArray();
    double[] e =
        IntStream.range(0, d.length - 1).mapToDouble(i -> i % 21 == 20 ? glue : 1).toArray();
    requireSolved(d, e);
  }

  @Test
  void solvesZeroBlocksAndExactMultiplicities() {
    requireSolved(new double[1], new double[0]);
    requireSolved(new double[9], new double[8]);
    requireSolved(constant(9, 3), new double[8]);
    requireSolved(new double[] {0, 0}, new double[] {1});
    requireSolved(new double[] {1, 1, 0, 0, 0, 2, 2}, new double[] {1, 0, 0, 0, 0, -1});
    requireSolved(new double[] {0, 0, 5, 0, 0, 0, 0}, new double[] {0, 1, 1, 0, 0, 1});
  }

  @Test
  void losesNoEigenvalueOfAnyMagnitudeAndMakesNoNan() {
    Random random = new Random(20);
    for (int trial = 0; trial < 2000; trial++) {
      int n = 1 + random.nextInt(24);
      int spread = new int[] {1, 20, 60, 200, 1074}[trial % 5];
      double[] d = random.doubles(n).map(x -> entry(random, spread)).toArray();
      double[] e = random.doubles(n - 1).map(x -> entry(random, spread)).toArray();
      // The largest entry is of moderate size, as the callers guarantee.
      d[random.nextInt(n)] = 1;
      requireSolved(d, e);
    }
  }

  private static double entry(Random random, int spread) {
    double x = random.nextInt(6) == 0 ? 0 : random.nextDouble() - 0.5;
    return Math.scalb(x, -random.nextInt(spread));
  }

  @Test
  void solvesBlocksOfPureRounding() {
    // What the reduction of a rank-deficient matrix leaves: a few large rows, then rounding.
    Random random = new Random(21);
    for (int large : new int[] {1, 3, 10, 40}) {
      for (boolean up : new boolean[] {false, true}) {
        int n = 150;
        double[] d = new double[n];
        double[] e = new double[n - 1];
        for (int i = 0; i < n; i++) {
          boolean tiny = up ? i < n - large : i >= large;
          double size = tiny ? 0x1p-52 : 1;
          d[i] = size * random.nextGaussian();
          if (i < n - 1) {
            e[i] = size * random.nextGaussian();
          }
        }
        requireSolved(d, e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "100, 0.5, true, 1e-12", "100, 0.25, true, 1e-12", "200, 0.9, true, 1e-12",
    "60, 0.95, false, 1e-12", "100, 0.9, false, 1e-12", "20, 0.5, false, 1e-12",
    "20, 0.25, false, 1e-12"
  })
  void keepsSmallEigenvaluesOfGradedMatrices(int n, double q, boolean down, double tolerance) {
    double[][] t = new double[n][n];
    for (int i = 0; i < n; i++) {
      int p = down ? i : n - 1 - i;
      t[i][i] = Math.pow(q, 2 * p);
      if (i > 0) {
        int before = down ? p - 1 : p + 1;
        t[i][i - 1] = 0.4 * Math.pow(q, p) * Math.pow(q, before);
        t[i - 1][i] = t[i][i - 1];
      }
    }
    double[] exact = OneSidedJacobi.eigenvalues(OneSidedJacobi.choleskyFactor(t));
    RawPairs pairs = Objects.requireNonNull(TridiagonalQl.solve(t, false));
    for (int i = 0; i < n; i++) {
      assertThat(pairs.values()[i] / exact[i]).isBetween(1 - tolerance, 1 + tolerance);
    }
  }

  @Test
  void reducesRowsWhoseSquaresUnderflow() {
    Random random = new Random(22);
    for (int trial = 0; trial < 1000; trial++) {
      int n = 2 + random.nextInt(12);
      double[][] a = new double[n][n];
      for (int i = 0; i < n; i++) {
        int exponent = -random.nextInt(1074);
        for (int j = 0; j <= i; j++) {
          a[i][j] = Math.scalb(random.nextDouble() - 0.5, exponent - random.nextInt(40));
          a[j][i] = a[i][j];
        }
      }
      a[0][0] = 1;
      requireDecomposition(a, Objects.requireNonNull(TridiagonalQl.solve(copy(a), true)), 1e-13);
    }
  }

  private static double[][] copy(double[][] a) {
    return Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
  }

  private static void requireSolved(double[] d, double[] e) {
    RawPairs pairs = Objects.requireNonNull(TridiagonalQl.solve(dense(d, e), true));
    requireSpectrum(d, e, pairs.values());
    requireDecomposition(dense(d, e), pairs, tolerance(d, e));
  }

  private static void requireDecomposition(double[][] a, RawPairs pairs, double bound) {
    double[][] x = Objects.requireNonNull(pairs.vectors());
    double residual = 0;
    double skew = 0;
    for (int i = 0; i < a.length; i++) {
      double[] r = new double[a.length];
      for (int j = 0; j < r.length; j++) {
        r[j] = Vectors.dot(a[j], x[i]) - pairs.values()[i] * x[i][j];
        skew = max(skew, Vectors.dot(x[i], x[j]) - (i == j ? 1 : 0));
      }
      residual = max(residual, Vectors.norm(r));
    }
    assertThat(residual).isLessThanOrEqualTo(bound);
    assertThat(skew).isLessThan(1e-12);
  }

  /** The larger magnitude, NaN if there is one. */
  private static double max(double x, double y) {
    return Math.max(x, Math.abs(y));
  }

  private static void requireSolvedBySolver(double[] d, double[] e, int exponent) {
    double[] scaledD = Arrays.stream(d).map(x -> Math.scalb(x, exponent)).toArray();
    double[] scaledE = Arrays.stream(e).map(x -> Math.scalb(x, exponent)).toArray();
    try (Eigenpairs pairs =
        JavaEigenSolver.create()
            .solve(Spectra.symmetric(dense(scaledD, scaledE)), Wanted.all().withVectors())) {
      assertThat(pairs.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(pairs.count()).isEqualTo(d.length);
      double[] t = Arrays.stream(pairs.values()).map(x -> Math.scalb(x, -exponent)).toArray();
      // Values in the subnormal range are rounded to it.
      double coarse = exponent < -900 ? Math.scalb(1.0, -1074 - exponent) : 0;
      requireSpectrum(d, e, t, tolerance(d, e) + coarse);
    }
  }

  private static void requireSpectrum(double[] d, double[] e, double[] values) {
    requireSpectrum(d, e, values, tolerance(d, e));
  }

  /** The number of eigenvalues below {@code t_i} plus or minus the tolerance fits the index i. */
  private static void requireSpectrum(double[] d, double[] e, double[] values, double tolerance) {
    assertThat(values).hasSize(d.length);
    for (int i = 0; i < d.length; i++) {
      assertThat(values[i]).isFinite();
      assertThat(below(d, e, values[i] + tolerance)).isGreaterThan(i);
      assertThat(below(d, e, values[i] - tolerance)).isLessThanOrEqualTo(i);
    }
  }

  private static double tolerance(double[] d, double[] e) {
    double largest =
        DoubleStream.concat(Arrays.stream(d), Arrays.stream(e)).map(Math::abs).max().orElse(0);
    return (20 + 4 * d.length) * 0x1p-53 * largest + Double.MIN_NORMAL;
  }

  /** How many eigenvalues are below x: negative pivots of {@code T - x I} (Sylvester). */
  private static int below(double[] d, double[] e, double x) {
    int count = 0;
    double pivot = 1;
    for (int i = 0; i < d.length; i++) {
      double left = i == 0 ? 0 : e[i - 1] / pivot * e[i - 1];
      pivot = d[i] - x - left;
      if (pivot == 0) {
        pivot = -Double.MIN_VALUE;
      }
      count += pivot < 0 ? 1 : 0;
    }
    return count;
  }

  private static double[][] dense(double[] d, double[] e) {
    double[][] t = new double[d.length][d.length];
    for (int i = 0; i < d.length; i++) {
      t[i][i] = d[i];
      if (i > 0) {
        t[i][i - 1] = e[i - 1];
        t[i - 1][i] = e[i - 1];
      }
    }
    return t;
  }

  private static double[] constant(int n, double x) {
    double[] all = new double[n];
    Arrays.fill(all, x);
    return all;
  }
}
