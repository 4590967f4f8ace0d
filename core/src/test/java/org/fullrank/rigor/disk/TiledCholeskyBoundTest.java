package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.EnclosureContract;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TiledCholeskyBoundTest {
  @TempDir Path folder;

  private final TiledCholeskyBound bound =
      TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26);

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private TiledEnclosure enclose(double[][] a, Hint hint) throws Exception {
    return bound.encloseLambdaMin(SymmetricSource.ofRows(a), hint, folder);
  }

  @Test
  void containsTheExactEigenvalue() throws Exception {
    checkSample(700, 1);
  }

  @Test
  @Tag("exhaustive")
  void containsTheExactEigenvalueOfManyMatrices() throws Exception {
    checkSample(60_000, 2);
  }

  private void checkSample(int count, long seed) throws Exception {
    Random random = new Random(seed);
    for (int index = 0; index < count; index++) {
      double[][] a = AdversarialMatrices.draw(index, seed);
      ExactMatrix exact = ExactMatrix.of(a);
      TiledCholeskyBound b = bound.withMaxFactorizations(index % 7);
      double[] vector = AdversarialMatrices.gaussian(1, a.length, random)[0];
      Hint hint =
          switch (index % 4) {
            case 0 -> Hint.none();
            case 1 -> Hint.ofValue(random.nextGaussian());
            case 2 -> Hint.none().withVector(vector);
            default -> Hint.ofValue(exact.lambdaMinRoundedDown()).withVector(vector);
          };
      TiledEnclosure e = b.encloseLambdaMin(SymmetricSource.ofRows(a), hint, folder);
      assertThat(exact.lambdaMinIn(e.interval().lo(), e.interval().hi()))
          .as("%d: %s", index, e)
          .isTrue();
      assertThat(e.enclosure().factorizations()).isLessThanOrEqualTo(index % 7 + 1);
      double s = random.nextGaussian() * (index % 5 == 0 ? 0 : 1);
      if (b.certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), s, folder)) {
        assertThat(exact.lambdaMinAtLeast(s)).as("%d at least %s", index, s).isTrue();
      }
    }
  }

  @Test
  void certifiesNothingThatTheBoundInMemoryDoesNot() throws Exception {
    ShiftedCholeskyBound inMemory = ShiftedCholeskyBound.withDefaults();
    int proved = 0;
    int open = 0;
    int more = 0;
    for (int index = 0; index < 60; index++) {
      double[][] a = AdversarialMatrices.draw(index, 5);
      double lambda = ExactMatrix.of(a).lambdaMinRoundedDown();
      double trace = 0;
      for (int i = 0; i < a.length; i++) {
        trace += Math.abs(a[i][i] - lambda);
      }
      double unit = (a.length + 1) * 0x1p-53 * Math.min(trace, Double.MAX_VALUE / 1e3);
      // From a quarter of the rounding term below the eigenvalue, in sixteenths of it.
      for (int step = 4; step < 40; step += 2) {
        double s = lambda - step / 16.0 * unit;
        boolean here = inMemory.certifyLambdaMinAtLeast(SymmetricMatrix.of(a), s);
        boolean onDisk = bound.certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), s, folder);
        // In memory a graded matrix is equilibrated, too.
        assertThat(onDisk && !here).as("%d, step %d", index, step).isFalse();
        proved += onDisk ? 1 : 0;
        open += onDisk ? 0 : 1;
        more += here && !onDisk ? 1 : 0;
      }
    }
    assertThat(proved).isGreaterThan(200);
    assertThat(open).isGreaterThan(200);
    assertThat(more).isLessThan(proved / 4);
    assertThat(
            bound.certifyLambdaMinAtLeast(
                SymmetricSource.ofRows(new double[][] {{1}}), Double.NaN, folder))
        .isFalse();
  }

  /** A matrix with a known spectrum, up to rounding of relative size 1e-14 or so. */
  private static double[][] gram(int n, AdversarialMatrices.Spectrum spectrum, long seed) {
    double[][] v = AdversarialMatrices.gaussian(2, n, new Random(seed));
    double[][] a = AdversarialMatrices.fill(n, (i, j) -> i == j ? spectrum.at(i) : 0);
    for (double[] x : v) {
      double norm = Arrays.stream(x).map(t -> t * t).sum();
      double[] ax = new double[n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          ax[i] += a[i][j] * x[j];
        }
      }
      double form = 0;
      for (int i = 0; i < n; i++) {
        form += x[i] * ax[i];
      }
      // H A H with H = I - 2 x x^T / x^T x
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double t =
              a[i][j]
                  - 2 / norm * (x[i] * ax[j] + ax[i] * x[j])
                  + 4 / norm * form / norm * x[i] * x[j];
          a[i][j] = t;
          a[j][i] = t;
        }
      }
    }
    return a;
  }

  @Test
  void oneFactorisationAfterAGoodHintAndTwoOrThreeWithout() throws Exception {
    int n = 600;
    List<AdversarialMatrices.Spectrum> spectra =
        List.of(
            i -> 0.1 + i / 600.0, // evenly spaced
            i -> 0.25 + Math.pow(0.97, i), // decays to a ridge, as the Gram of a smooth kernel
            i -> i == 17 ? 0.01 : 1 + 0.01 * i, // isolated
            i -> 1 + 100.0 / (1 + i));
    // Seen from 0 the smallest values may be one cluster: one more factorisation to get close.
    int[] without = {2, 3, 2, 3};
    double[] least = {0.1, 0.25 + Math.pow(0.97, 599), 0.01, 1 + 100.0 / 600};
    for (int k = 0; k < spectra.size(); k++) {
      double[][] a = gram(n, spectra.get(k), k);
      for (int columns : new int[] {126, 252, 600}) {
        TiledCholeskyBound b =
            bound.withThreads(2).withWorkingBytes(TiledCholeskyTest.budget(n, columns, 2));
        for (Hint hint : List.of(Hint.none(), Hint.ofValue(least[k]))) {
          TiledEnclosure e = b.encloseLambdaMin(SymmetricSource.ofRows(a), hint, folder);
          assertThat(e.enclosure().status())
              .as("spectrum %d, %s", k, e)
              .isEqualTo(EnclosureStatus.CONVERGED);
          assertThat(e.interval().relativeWidth()).isLessThanOrEqualTo(1e-6);
          assertThat(e.interval().mid()).isBetween(least[k] * (1 - 1e-6), least[k] * (1 + 1e-6));
          assertThat(e.enclosure().factorizations())
              .as("spectrum %d, %s, %s", k, hint == Hint.none(), e)
              .isLessThanOrEqualTo(hint == Hint.none() ? without[k] : 1);
          assertThat(e.cost().plan().columns()).isEqualTo(columns);
          assertThat(e.cost().scratchBytesWritten())
              .isEqualTo(e.enclosure().factorizations() * ScratchFile.bytes(n));
          assertThat(e.cost().entriesRead()).isGreaterThanOrEqualTo((long) n * n);
        }
      }
    }
  }

  @Test
  void resultDoesNotDependOnMemoryOrThreads() throws Exception {
    int n = 500;
    double[][] a = gram(n, i -> 0.01 + Math.pow(0.9, i), 3);
    Interval first = null;
    for (int columns : TiledCholeskyTest.widths(n)) {
      for (int threads = 1; threads <= 3; threads++) {
        Interval x =
            bound
                .withThreads(threads)
                .withWorkingBytes(TiledCholeskyTest.budget(n, columns, threads))
                .encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder)
                .interval();
        first = first == null ? x : first;
        assertThat(x).isEqualTo(first);
      }
    }
  }

  @Test
  void aBreakdownProvesTheNegativeSign() throws Exception {
    int n = 300;
    for (int bad : new int[] {0, 17, 125, 126, 127, 299}) {
      // Positive definite up to the row: the eigenvalue is far from every diagonal entry.
      double[][] a = AdversarialMatrices.fill(n, (i, j) -> i == j ? 2 : 0);
      int other = bad == 0 ? 1 : 0;
      a[bad][other] = 3;
      a[other][bad] = 3;
      TiledEnclosure one =
          bound
              .withMaxFactorizations(1)
              .encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder);
      assertThat(one.enclosure().positive()).isEqualTo(Verdict.FAILS);
      assertThat(one.interval().hi()).isLessThanOrEqualTo(-0.3);
      assertThat(one.interval().contains(-1)).isTrue();
    }
  }

  @Test
  void reachesPrecisionForASingularMatrix() throws Exception {
    int n = 200;
    double[][] g = AdversarialMatrices.gaussian(n, n - 20, new Random(5));
    double[][] a =
        AdversarialMatrices.fill(
            n,
            (i, j) -> {
              double s = 0;
              for (int k = 0; k < n - 20; k++) {
                s += g[i][k] * g[j][k];
              }
              return s;
            });
    TiledEnclosure e = enclose(a, Hint.none());
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += a[i][i];
    }
    assertThat(e.interval().width()).isLessThan(100 * n * 0x1p-53 * trace);
    assertThat(e.interval().contains(0)).isTrue();
  }

  @Test
  void extremeEntriesAreScaled() throws Exception {
    for (double factor : new double[] {0x1p900, 0x1p-900, 0x1p-1040}) {
      double[][] a = {{2 * factor, factor}, {factor, 2 * factor}};
      TiledEnclosure e = enclose(a, Hint.none());
      assertThat(e.interval().contains(factor)).isTrue();
      assertThat(e.interval().lo()).isGreaterThan(0.999 * factor);
      assertThat(e.interval().hi()).isLessThan(1.001 * factor);
    }
    // Scaling 2^1000 down loses the last entry: only the radius keeps the enclosure true.
    double[][] lossy = {{0x1p1000, 0}, {0, Double.MIN_VALUE}};
    assertThat(
            EnclosureContract.lambdaMinIn(
                ExactMatrix.of(lossy), enclose(lossy, Hint.none()).interval()))
        .isTrue();
    assertThat(
            bound.certifyLambdaMinAtLeast(
                SymmetricSource.ofRows(lossy), 2 * Double.MIN_VALUE, folder))
        .isFalse();
  }

  @Test
  void refusesWhatIsNotFiniteOrNotSymmetric() {
    int n = 600;
    for (int[] at : new int[][] {{0, 0}, {599, 599}, {300, 20}, {599, 0}, {257, 256}}) {
      for (double entry :
          new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
        double[][] a = AdversarialMatrices.fill(n, (i, j) -> i == j ? 4 : 0.001);
        a[at[0]][at[1]] = entry;
        assertThatThrownBy(() -> enclose(a, Hint.none()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("finite")
            .hasMessageContaining("(" + at[0] + ", " + at[1] + ")");
      }
      if (at[0] != at[1]) {
        for (int side = 0; side < 2; side++) {
          double[][] a = AdversarialMatrices.fill(n, (i, j) -> i == j ? 4 : 0.001);
          a[at[side]][at[1 - side]] = Math.nextUp(0.001);
          assertThatThrownBy(() -> enclose(a, Hint.none()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("symmetric")
              .hasMessageContaining("(" + at[0] + ", " + at[1] + ")");
        }
      }
    }
  }
}
