package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.disk.SymmetricSource;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Matrices whose diagonal covers many decades, and what is made to break their equilibration. */
class GradedMatricesTest {
  private static final int KINDS = 10;

  @TempDir Path folder;

  private final ShiftedCholeskyBound cholesky = ShiftedCholeskyBound.withDefaults();
  private final TiledCholeskyBound tiled =
      TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26);

  /** {@code c_ij d_i d_j} rounded, symmetric to the bit, with d over these decimal digits. */
  private static double[][] graded(double[][] c, double digits, double factor, Random random) {
    int n = c.length;
    double[] d = new double[n];
    for (int i = 0; i < n; i++) {
      d[i] = Math.pow(10, -digits * random.nextDouble());
    }
    return AdversarialMatrices.fill(n, (i, j) -> c[i][j] * d[i] * d[j] * factor);
  }

  /** Ones on the diagonal; smallest eigenvalue 0.4 at least, or what the entry is told. */
  private static double[][] correlations(int n, double strength, Random random) {
    double[][] g = AdversarialMatrices.gaussian(n, 2 * n, random);
    return AdversarialMatrices.fill(
        n,
        (i, j) -> {
          double dot = 0;
          double x = 0;
          double y = 0;
          for (int k = 0; k < 2 * n; k++) {
            dot += g[i][k] * g[j][k];
            x += g[i][k] * g[i][k];
            y += g[j][k] * g[j][k];
          }
          return i == j ? 1 : strength * dot / Math.sqrt(x * y);
        });
  }

  private static double[][] draw(int kind, Random random) {
    int n = 2 + random.nextInt(6);
    double digits = 2 + random.nextInt(28);
    double[][] definite = graded(correlations(n, 0.6, random), digits, 1, random);
    switch (kind) {
      case 0 -> {
        return definite;
      }
      case 1 -> { // down to subnormal numbers and to 0, but symmetric still
        return graded(correlations(n, 0.6, random), digits, 0x1p-1020, random);
      }
      case 2 -> {
        return graded(correlations(n, 0.6, random), digits, 0x1p1022, random);
      }
      case 3 -> { // mostly indefinite
        return graded(correlations(n, 2 + 2 * random.nextDouble(), random), digits, 1, random);
      }
      case 4 -> { // singular but for rounding
        double[][] g = AdversarialMatrices.gaussian(n, Math.max(1, n - 1), random);
        double[] d = new double[n];
        Arrays.setAll(d, i -> Math.pow(10, -digits * random.nextDouble()));
        return AdversarialMatrices.gram(n, Math.max(1, n - 1), (i, k) -> d[i] * g[i][k]);
      }
      case 5 -> { // a zero on the diagonal, of either sign
        int zero = random.nextInt(n);
        boolean alone = random.nextBoolean();
        for (int j = 0; j < n; j++) {
          if (j == zero || alone) {
            definite[zero][j] = random.nextBoolean() ? 0.0 : -0.0;
            definite[j][zero] = definite[zero][j];
          }
        }
        return definite;
      }
      case 6 -> { // negative definite
        return AdversarialMatrices.fill(n, (i, j) -> -definite[i][j]);
      }
      case 7 -> { // repeated rows
        int copy = random.nextInt(n);
        int of = random.nextInt(n);
        return AdversarialMatrices.fill(
            n, (i, j) -> definite[i == copy ? of : i][j == copy ? of : j]);
      }
      case 8 -> { // entries beside the diagonal that overflow when they are scaled
        int i = random.nextInt(n);
        int j = random.nextInt(n);
        if (i != j) {
          definite[i][j] = random.nextBoolean() ? Double.MAX_VALUE : 1e80;
          definite[j][i] = definite[i][j];
        }
        return definite;
      }
      default -> { // the whole range, exactly graded, at the limit of definiteness
        int[] e = random.ints(n, -500, 1).toArray();
        double limit = 1 - random.nextInt(8) * 0x1p-53;
        return AdversarialMatrices.fill(
            n, (i, j) -> Math.scalb(i == j ? 1.0 : i / 2 == j / 2 ? limit : 0, e[i] + e[j]));
      }
    }
  }

  private void sweep(int count, long seed, TestReporter reporter) throws Exception {
    int[] positive = new int[KINDS];
    int[] decided = new int[KINDS];
    int certified = 0;
    int[] decidedOnDisk = new int[KINDS];
    int[] decidedByDeterminant = new int[KINDS];
    for (int index = 0; index < count; index++) {
      int kind = index % KINDS;
      double[][] a = draw(kind, new Random(seed * 1_000_003 + index));
      ExactMatrix exact = ExactMatrix.of(a);
      SymmetricMatrix m = SymmetricMatrix.of(a);
      String which = "seed " + seed + ", index " + index;
      Interval x = cholesky.lambdaMin(m);
      assertThat(exact.lambdaMinIn(x.lo(), x.hi())).as("%s: %s", which, x).isTrue();
      Interval onDisk =
          tiled.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder).interval();
      assertThat(exact.lambdaMinIn(onDisk.lo(), onDisk.hi()))
          .as("%s: %s on disk", which, onDisk)
          .isTrue();
      Interval determinant = DeterminantBound.withDefaults().lambdaMin(m);
      assertThat(exact.lambdaMinIn(determinant.lo(), determinant.hi()))
          .as("%s: %s", which, determinant)
          .isTrue();
      assertThat(EnclosureContract.lambdaMaxIn(exact, cholesky.lambdaMax(m))).as(which).isTrue();
      assertThat(EnclosureContract.lambdaMaxIn(exact, DeterminantBound.withDefaults().lambdaMax(m)))
          .as(which)
          .isTrue();
      assertThat(EnclosureContract.lambdaMinIn(exact, TempleKatoBound.withDefaults().lambdaMin(m)))
          .as(which)
          .isTrue();
      for (double s : new double[] {x.lo(), Math.nextDown(x.lo()), x.hi() * 0.5, 0}) {
        if (cholesky.certifyLambdaMinAtLeast(m, s)) {
          certified++;
          assertThat(exact.lambdaMinAtLeast(s)).as("%s at least %s", which, s).isTrue();
        }
      }
      if (exact.definiteness() > 0) {
        positive[kind]++;
        decided[kind] += x.lo() > 0 ? 1 : 0;
        decidedOnDisk[kind] += onDisk.lo() > 0 ? 1 : 0;
        decidedByDeterminant[kind] += determinant.lo() > 0 ? 1 : 0;
      }
    }
    String figures =
        Arrays.toString(positive)
            + " positive definite; decided: Cholesky "
            + Arrays.toString(decided)
            + ", on disk "
            + Arrays.toString(decidedOnDisk)
            + ", determinant "
            + Arrays.toString(decidedByDeterminant);
    reporter.publishEntry("matrices of " + KINDS + " kinds", figures);
    assertThat(certified).as(figures).isGreaterThan(count);
    assertThat(positive[0]).as(figures).isEqualTo(count / KINDS);
    assertThat(decided[0]).as(figures).isEqualTo(positive[0]);
    assertThat(decidedOnDisk[0]).as(figures).isEqualTo(positive[0]);
    assertThat(decidedByDeterminant[0]).as(figures).isEqualTo(positive[0]);
  }

  @Test
  void containsTheExactEigenvalue(TestReporter reporter) throws Exception {
    sweep(300, 1, reporter);
  }

  @Test
  @Tag("exhaustive")
  void containsTheExactEigenvalueOfManyMatrices(TestReporter reporter) throws Exception {
    sweep(60_000, 2, reporter);
  }

  @Test
  void enclosesAClosePairBelowALargeEntry() {
    // lambda_min is that of a 2 x 2 matrix with exact entries: [1, 1/2; 1/2, 1] times 2^-200.
    double[][] a = {
      {1, 0x1p-60, 0},
      {0x1p-60, 0x1p-200, 0x1p-201},
      {0, 0x1p-201, 0x1p-200}
    };
    EigenvalueEnclosure e = cholesky.encloseLambdaMin(SymmetricMatrix.of(a), Hint.none());
    assertThat(e.positive()).isNotEqualTo(Verdict.HOLDS); // 2^-120 > 2^-200: indefinite
    a[0][1] = 0x1p-101;
    a[1][0] = 0x1p-101;
    e = cholesky.encloseLambdaMin(SymmetricMatrix.of(a), Hint.none());
    assertThat(ExactMatrix.of(a).lambdaMinIn(e.interval().lo(), e.interval().hi())).isTrue();
    assertThat(e.positive()).isEqualTo(Verdict.HOLDS);
    assertThat(e.status()).isEqualTo(EnclosureStatus.CONVERGED);
    assertThat(e.interval().relativeWidth()).isLessThan(1e-6);
  }

  @Test
  void scalesOnlyWhatIsGradedAndPositive() {
    assertThat(DiagonalScaling.of(new double[] {1, 1, 1})).isNull();
    assertThat(DiagonalScaling.of(new double[] {1, 0.2, 1})).isNull();
    for (double bad : new double[] {0.0, -0.0, -1e-9, -Double.MIN_VALUE, Double.NaN}) {
      assertThat(DiagonalScaling.of(new double[] {1, bad, 1e-5})).isNull();
    }
    double[] diagonal = {Double.MIN_VALUE, 1e-310, 0x1p-1022, 1e-200, 1, 3, 4, 1e60};
    DiagonalScaling scaling = Objects.requireNonNull(DiagonalScaling.of(diagonal));
    for (int i = 0; i < diagonal.length; i++) {
      double[] row = {diagonal[i]};
      scaling.scaleRow(i, i, 1, row);
      assertThat(row[0]).isBetween(1.0, Math.nextDown(4.0));
      int power = -2200;
      while (Math.scalb(diagonal[i], power) != row[0]) {
        power += 2; // ends: the entry times a power of four
        assertThat(power).isLessThan(2200);
      }
    }
    // max D_ii^2 is 2^1074.
    assertThat(scaling.backDown(1)).isEqualTo(Double.MIN_VALUE);
    assertThat(scaling.backDown(0.9)).isEqualTo(0);
  }
}
