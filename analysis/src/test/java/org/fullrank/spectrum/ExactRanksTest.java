package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.ExactRank;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.rank.IndependentRows;
import org.fullrank.rigor.rank.ModularRank;
import org.fullrank.rigor.rank.RankCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks of stored features and Jacobians against those of exact elimination elsewhere. */
class ExactRanksTest {
  /** One matrix with the rank of its stored numbers. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Ranked(String name, double[][] rows, int rank) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Ranked> matrices() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(open("exact_ranks.csv"), StandardCharsets.UTF_8))) {
      return reader.lines().skip(1).map(line -> line.split(",")).toList().stream()
          .flatMap(ExactRanksTest::ofFixture);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Ranked> ofFixture(String[] f) {
    double[][] features = read(f[0] + ".features.npy");
    double[][] ones =
        Arrays.stream(features)
            .map(
                row -> {
                  double[] longer = Arrays.copyOf(row, row.length + 1);
                  longer[row.length] = 1;
                  return longer;
                })
            .toArray(double[][]::new);
    Stream<Ranked> both =
        Stream.of(
            new Ranked(f[0] + " features", features, Integer.parseInt(f[1])),
            new Ranked(f[0] + " features, ones", ones, Integer.parseInt(f[2])));
    return ExactRanksTest.class.getResource("/fixtures/" + f[0] + ".jacobian.npy") == null
        ? both
        : Stream.concat(
            both,
            Stream.of(
                new Ranked(
                    f[0] + " jacobian", read(f[0] + ".jacobian.npy"), Integer.parseInt(f[3]))));
  }

  private static double[][] read(String file) {
    try (InputStream in = open(file)) {
      return Tensors.toRows(Npy.read(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String file) {
    return Objects.requireNonNull(
        ExactRanksTest.class.getResourceAsStream("/fixtures/" + file), file);
  }

  @ParameterizedTest
  @MethodSource("matrices")
  void rankOfTheStoredNumbers(Ranked m) {
    ModularRank modular = ModularRank.of(m.rows(), 1, 1);
    assertThat(modular.rankAtLeast()).isEqualTo(m.rank());
    assertThat(modular.isExact() || modular.failureProbability() < 1e-30).isTrue();
    if (m.rows()[0].length <= 32) {
      assertThat(ExactRank.of(rows(m.rows(), modular.rows()))).isEqualTo(m.rank());
    }
    IndependentRows independent = RankAnalysis.withDefaults().rankAtLeast(Tensors.ofRows(m.rows()));
    assertThat(independent.rankAtLeast()).isEqualTo(m.rank());
    assertThat(ModularRank.of(rows(m.rows(), independent.rows()), 2, 1).rankAtLeast())
        .isEqualTo(m.rank());
    RankReport report = RankAnalysis.withDefaults().analyze(Tensors.ofRows(m.rows()));
    assertThat(report.certifiedRank().isPresent()).isEqualTo(m.rank() == m.rows().length);
    assertThat(report).asString().contains("sigma_min in", "sigma_max in", "stored matrix");
  }

  private static double[][] rows(double[][] m, int[] chosen) {
    return Arrays.stream(chosen).mapToObj(i -> m[i]).toArray(double[][]::new);
  }

  /**
   * Features {@code X A^T} of four inputs have rank 4 at most. Rounding has made that 7, and no
   * statement here may be carried over to the network.
   */
  @Test
  void roundingRaisesTheRankOfTheDeepLinearNetwork() {
    double[][] features = read("pub07.features.npy");
    ModularRank modular = ModularRank.of(features, 1, 1);
    RankReport report = RankAnalysis.withDefaults().analyze(Tensors.ofRows(features));
    assertThat(modular.rankAtLeast()).isEqualTo(7);
    assertThat(report.numericalRank()).isEqualTo(4);
    for (Quantity q :
        new Quantity[] {
          modular.rank("rank"),
          modular.rankBounds("rank"),
          IndependentRows.of(features, 1).rank("rank"),
          report.sigmaMin()
        }) {
      assertThat(q.subject()).isEqualTo(Subject.STORED_MATRIX);
      assertThat(q.rigor()).isEqualTo(Rigor.VERIFIED);
      Quantity network =
          Quantity.verified("s", Interval.ONE, Subject.EXACT_NETWORK, "another proof");
      assertThatThrownBy(() -> network.perturbedBy(q, Subject.EXACT_NETWORK))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(network.add(q).subject()).isEqualTo(Subject.STORED_MATRIX);
    }
    assertThat(report.sigmaMin().interval().hi()).isLessThan(1e-14);
  }

  /** What LAPACK proposes may be anything. */
  @Test
  void aLyingDecompositionCostsNoTruth() {
    double[][] good = Spectra.random(6, 9, 3);
    double[][] singular = Spectra.random(6, 9, 4);
    singular[5] = singular[2].clone();
    double[][] other = Spectra.random(9, 6, 5);
    double[][] none = new double[9][6];
    double[][] nan = new double[9][6];
    nan[4][4] = Double.NaN;
    double[][] huge = Spectra.scaled(other, 1000);
    for (double[][] lie : new double[][][] {other, none, nan, huge}) {
      RankCertificate c = RankCertificate.refined(good, lie, 1);
      assertThat(c.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(c.sigmaMin().relativeWidth()).isLessThan(1e-8);
      assertThat(RankCertificate.refined(singular, lie, 1).verdict()).isEqualTo(Verdict.UNDECIDED);
    }
  }

  @Test
  void multiplicitiesAndTrivialSizes() {
    for (int multiplicity : new int[] {1, 2, 5, 50}) {
      double[] s = new double[multiplicity];
      Arrays.fill(s, 3);
      double[][] m = new double[multiplicity][multiplicity + 2];
      for (int i = 0; i < multiplicity; i++) {
        m[i][multiplicity + 1 - i] = s[i];
      }
      RankReport r = RankAnalysis.withDefaults().analyze(Tensors.ofRows(m));
      assertThat(r.sigmaMin().interval().contains(3)).isTrue();
      assertThat(r.sigmaMax().interval().contains(3)).isTrue();
      assertThat(r.sigmaMin().interval().relativeWidth()).isLessThan(1e-8);
      assertThat(r.sigmaMax().interval().relativeWidth()).isLessThan(1e-8);
    }
    RankReport one = RankAnalysis.withDefaults().analyze(Tensors.ofRows(new double[][] {{-7}}));
    assertThat(one.certifiedRank()).hasValue(1);
    assertThat(one.sigmaMin().interval().contains(7)).isTrue();
    double[][] zero = new double[3][5];
    assertThat(ModularRank.of(zero, 1, 1).isExact()).isTrue();
    assertThat(ModularRank.of(zero, 1, 1).rankAtLeast()).isZero();
    IndependentRows nothing = IndependentRows.of(zero, 1);
    assertThat(nothing.rankAtLeast()).isZero();
    assertThat(nothing)
        .hasToString(
            "rank of [3, 5] >= 0: rows [] are independent (the stored matrix, its doubles taken as"
                + " exact)");
    assertThatThrownBy(nothing::sigmaMin).isInstanceOf(IllegalStateException.class);
    RankReport report = RankAnalysis.withDefaults().analyze(Tensors.ofRows(zero));
    assertThat(report.sigmaMax().interval()).isEqualTo(Interval.ZERO);
    assertThat(report.fullRowRank()).isEqualTo(Verdict.UNDECIDED);
  }
}
