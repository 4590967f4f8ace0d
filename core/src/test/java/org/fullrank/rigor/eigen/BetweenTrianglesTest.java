package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.disk.SymmetricSource;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.disk.TiledEnclosure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrices that are not symmetric: the bounds hold for what lies between their triangles. */
class BetweenTrianglesTest {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  @TempDir Path folder;

  private final TiledCholeskyBound tiled =
      TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26).symmetrized();

  /** A proof about a ball says so: the doubles are not the matrix then. */
  @Test
  void theBallIsNamed() {
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    SymmetricMatrix ball = SymmetricMatrix.between(new double[][] {{2, 0.5}, {0.5001, 3}});
    assertThat(bound.encloseLambdaMin(ball, Hint.none()).eigenvalue().method())
        .contains("; for every symmetric matrix within 5e-05 of it in the 2-norm");
    assertThat(SpectrumEnclosure.withoutDecomposition(ball).quantity(0).method())
        .contains("; for every symmetric matrix within ");
    assertThat(ball).hasToString("SymmetricMatrix(order 2, within 5e-05, " + text() + ")");
    SymmetricMatrix exact = SymmetricMatrix.between(new double[][] {{2, 0.5}, {0.5, 3}});
    assertThat(bound.encloseLambdaMin(exact, Hint.none()).eigenvalue().method())
        .doesNotContain("for every");
    assertThat(exact).hasToString("SymmetricMatrix(order 2, " + text() + ")");
  }

  private static String text() {
    return Subject.STORED_MATRIX.text();
  }

  private static ExactMatrix triangle(double[][] a, boolean lower) {
    return ExactMatrix.of(AdversarialMatrices.fill(a.length, (i, j) -> lower ? a[i][j] : a[j][i]));
  }

  /** {@code (A + A^T) / 2}, exactly. */
  private static ExactMatrix mean(double[][] a) {
    int n = a.length;
    BigDecimal[][] m = new BigDecimal[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        m[i][j] = new BigDecimal(a[i][j]).add(new BigDecimal(a[j][i])).multiply(HALF);
      }
    }
    return ExactMatrix.of(m);
  }

  private static double[][] mixed(double[][] a, Random random) {
    return AdversarialMatrices.fill(
        a.length,
        (i, j) -> {
          double t = random.nextDouble();
          double x = t * a[i][j] + (1 - t) * a[j][i];
          double least = Math.min(a[i][j], a[j][i]);
          return Math.max(least, Math.min(x, Math.max(a[i][j], a[j][i])));
        });
  }

  /** One of the adversarial matrices with other entries above the diagonal. */
  private static double[][] draw(int index, Random random) {
    double[][] a = AdversarialMatrices.draw(index, 77);
    double size = index % 3 == 0 ? 0x1p-52 : Math.pow(10, -16 * random.nextDouble());
    for (int i = 0; i < a.length; i++) {
      for (int j = i + 1; j < a.length; j++) {
        double noise = size * random.nextGaussian() * a[i][j];
        a[i][j] =
            random.nextInt(4) == 0 ? Math.nextUp(a[i][j]) : Math.min(a[i][j] + noise, 0x1p1023);
        if (Math.abs(a[i][j]) > Double.MAX_VALUE) {
          a[i][j] = a[j][i];
        }
      }
    }
    return a;
  }

  private void sweep(int count, long seed) throws Exception {
    Random random = new Random(seed);
    int decided = 0;
    int certified = 0;
    for (int index = 0; index < count; index++) {
      double[][] a = draw(index, random);
      if (a.length > 12) {
        continue;
      }
      ExactMatrix[] inside = {
        triangle(a, true), triangle(a, false), mean(a), ExactMatrix.of(mixed(a, random))
      };
      SymmetricMatrix m = SymmetricMatrix.between(a);
      Interval[] smallest = {
        ShiftedCholeskyBound.withDefaults().lambdaMin(m),
        tiled.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder).interval()
      };
      Interval largest = ShiftedCholeskyBound.withDefaults().lambdaMax(m);
      for (ExactMatrix x : inside) {
        for (Interval interval : smallest) {
          assertThat(x.lambdaMinIn(interval.lo(), interval.hi()))
              .as("%d in %s", index, interval)
              .isTrue();
        }
        assertThat(x.lambdaMaxIn(largest.lo(), largest.hi()))
            .as("%d in %s", index, largest)
            .isTrue();
      }
      for (double share : new double[] {0, 0.25, 0.5}) {
        double s = smallest[1].lo() + share * smallest[1].width();
        boolean onDisk = tiled.certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), s, folder);
        if (onDisk || ShiftedCholeskyBound.withDefaults().certifyLambdaMinAtLeast(m, s)) {
          certified++;
          assertThat(inside).as("%d at least %s", index, s).allMatch(x -> x.lambdaMinAtLeast(s));
        }
      }
      decided += smallest[0].lo() > 0 || smallest[0].hi() < 0 ? 1 : 0;
    }
    assertThat(decided).isGreaterThan(count / 5);
    assertThat(certified).isGreaterThan(count);
  }

  @Test
  void holdsForEveryMatrixBetween() throws Exception {
    sweep(300, 3);
  }

  @Test
  @Tag("exhaustive")
  void holdsForEveryMatrixBetweenManyTriangles() throws Exception {
    sweep(30_000, 4);
  }

  @Test
  void theAsymmetryIsTheWidth() throws Exception {
    // Between 1 and 3 beside the diagonal: eigenvalues 4 - x, so from 1 to 3 exactly.
    double[][] a = {{4, 1}, {3, 4}};
    TiledEnclosure e = tiled.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder);
    assertThat(e.asymmetry()).isEqualTo(2);
    assertThat(e.interval().contains(1.0)).isTrue();
    assertThat(e.interval().contains(3.0)).isTrue();
    assertThat(tiled.name()).contains("between the triangles");
    Interval x = ShiftedCholeskyBound.withDefaults().lambdaMin(SymmetricMatrix.between(a));
    assertThat(x.lo()).isBetween(0.999999, 1.0);
    assertThat(x.hi()).isBetween(3.0, 3.000001);
    double[][] symmetric = {{4, 1}, {1, 4}};
    TiledEnclosure same =
        tiled.encloseLambdaMin(SymmetricSource.ofRows(symmetric), Hint.none(), folder);
    assertThat(same.asymmetry()).isEqualTo(0);
    assertThat(same.interval())
        .isEqualTo(
            TiledCholeskyBound.withDefaults()
                .withWorkingBytes(1 << 26)
                .encloseLambdaMin(SymmetricSource.ofRows(symmetric), Hint.none(), folder)
                .interval());
    assertThat(SymmetricMatrix.between(symmetric).radius()).isLessThan(1e-320);
  }

  @Test
  void refusalsNameTheWayOn() {
    double[][] a = {{4, 1}, {Math.nextUp(1.0), 4}};
    assertThatThrownBy(() -> SymmetricMatrix.of(a)).hasMessageContaining("SymmetricMatrix.between");
    TiledCholeskyBound plain = TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26);
    assertThatThrownBy(() -> plain.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder))
        .hasMessageContaining("TiledCholeskyBound expects")
        .hasMessageContaining("(1, 0)")
        .hasMessageContaining("symmetrized()");
    // The mean of two radii would be too small for one of them.
    double[][] mids = {{4, 1}, {1, 4}};
    assertThatThrownBy(() -> SymmetricMatrix.withRadii(mids, a))
        .hasMessageContaining("radii")
        .hasMessageContaining("take the larger one");
    double[][] huge = {{4, Double.MAX_VALUE}, {-Double.MAX_VALUE, 4}};
    assertThat(ShiftedCholeskyBound.withDefaults().lambdaMin(SymmetricMatrix.between(huge)).lo())
        .isLessThanOrEqualTo(-Double.MAX_VALUE);
    for (double[][] bad : new double[][][] {{{1, Double.NaN}, {1, 1}}, {{1, 2}}, {}}) {
      assertThatThrownBy(() -> SymmetricMatrix.between(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** The search ends at the limit of precision, which is far below the radius of the first one. */
  @Test
  void theEntriesAreBlamedForTheWidthOfASingularMatrixOnlyIfTheyCauseIt() throws Exception {
    for (double gap : new double[] {1e-9, 0}) {
      double[][] a = {{1, 1}, {1 - gap, 1}};
      SymmetricMatrix m = SymmetricMatrix.between(a);
      for (EigenvalueEnclosure e :
          List.of(
              ShiftedCholeskyBound.withDefaults().encloseLambdaMin(m, Hint.none()),
              TempleKatoBound.withDefaults().encloseLambdaMin(m, Hint.none()),
              tiled.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder).enclosure())) {
        assertThat(e.interval().contains(0.0)).isTrue();
        assertThat(e.status() == EnclosureStatus.ENTRIES_UNCERTAIN)
            .as("%s for %s", e, gap)
            .isEqualTo(gap > 0);
      }
    }
  }

  /** More factorisations would not help, so the status may not say that all is well. */
  @Test
  void aWidthThatComesFromTheEntriesIsSaid() {
    SymmetricMatrix m = SymmetricMatrix.between(new double[][] {{1, 0.4}, {0.6, 2}});
    for (EigenvalueEnclosure e :
        List.of(
            ShiftedCholeskyBound.withDefaults().encloseLambdaMin(m, Hint.none()),
            ShiftedCholeskyBound.withDefaults().encloseLambdaMax(m, Hint.none()),
            TempleKatoBound.withDefaults().encloseLambdaMin(m, Hint.none()))) {
      assertThat(e.interval().width()).isGreaterThan(0.1);
      assertThat(e.status()).isEqualTo(EnclosureStatus.ENTRIES_UNCERTAIN);
    }
    SymmetricMatrix exact = SymmetricMatrix.between(new double[][] {{1, 0.5}, {0.5, 2}});
    assertThat(ShiftedCholeskyBound.withDefaults().encloseLambdaMin(exact, Hint.none()).status())
        .isEqualTo(EnclosureStatus.CONVERGED);
  }

  /** Exact and symmetric, but entries are lost where the largest one is scaled to 1. */
  @Test
  void aRangeBeyondDoublesIsSaidToBeOne() throws Exception {
    double[][] a = {{0x1p700, 0, 0}, {0, 0x1p-500, 0x1p-502}, {0, 0x1p-502, 0x1p-500}};
    for (EigenvalueEnclosure e :
        List.of(
            ShiftedCholeskyBound.withDefaults()
                .encloseLambdaMin(SymmetricMatrix.of(a), Hint.none()),
            tiled.encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder).enclosure())) {
      assertThat(e.positive()).isEqualTo(Verdict.UNDECIDED);
      assertThat(e.status()).isEqualTo(EnclosureStatus.ENTRIES_UNCERTAIN);
      assertThat(e.status().text()).contains("scale each row and its column alike");
    }
    int[] halves = {-350, 250, 250};
    double[][] scaled =
        AdversarialMatrices.fill(3, (i, j) -> Math.scalb(a[i][j], halves[i] + halves[j]));
    assertThat(
            ShiftedCholeskyBound.withDefaults()
                .encloseLambdaMin(SymmetricMatrix.of(scaled), Hint.none())
                .positive())
        .isEqualTo(Verdict.HOLDS);
  }
}
