package org.fullrank.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.RankAnalysis;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Causes for feature matrices and for stored matrices without a network. */
class FeatureDiagnosisTest {
  private static final int N = 6;
  private static final int D = 3;

  private static SingularityReport features(
      Activation phi, int width, boolean bias, double edit, double[][] x) {
    Dense first = Dense.of("a", D, width).withSigmaW(2);
    Network network =
        Network.of(
            Shape.of(D),
            bias ? first.withBias(1) : first,
            Elementwise.of(phi),
            Dense.of("b", width, 1));
    try (INDArray theta = network.initialize(Seed.of(2));
        INDArray in = Tensors.ofRows(x)) {
      if (bias && edit != 0) {
        for (int q = 0; q < width; q++) {
          theta.putScalar(D * width + q, edit);
        }
      }
      long before = Backend.tensorBytes();
      SingularityReport report = SingularityDiagnosis.of(network, theta).features(in);
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
      try (INDArray h = network.features(theta, in);
          INDArray m = Tensors.ofRows(Rows.withOnes(Tensors.toRows(h)))) {
        int rank = RankAnalysis.withDefaults().analyze(m).numericalRank();
        long bound =
            report.causes().stream().mapToLong(SingularityCause::rankAtMost).min().orElse(N);
        assertThat((long) rank).as(report.toString()).isEqualTo(bound);
      }
      return report;
    }
  }

  private static double[][] inputs() {
    return PlantedCases.inputs(N, D);
  }

  private static double[] times(double factor, double[] v) {
    return Arrays.stream(v).map(t -> factor * t).toArray();
  }

  private static void assertCause(SingularityReport report, Kind kind, Subject subject) {
    assertThat(report.causes()).as(report.toString()).hasSize(1);
    assertThat(report.causes().get(0).kind()).isEqualTo(kind);
    assertThat(report.causes().get(0).subject()).isEqualTo(subject);
  }

  @Test
  void theCausesOfFeaturesAreNamed() {
    Subject exact = Subject.EXACT_NETWORK;
    double[][] x = inputs();
    assertThat(features(Activations.TANH, 9, true, 0, x).causes()).isEmpty();
    assertCause(features(Activations.TANH, 3, true, 0, x), Kind.FEW_FEATURES, exact);
    double[][] twice = inputs();
    twice[5] = twice[0];
    assertCause(features(Activations.TANH, 9, true, 0, twice), Kind.DUPLICATE_INPUTS, exact);
    double[][] mirrored = inputs();
    mirrored[3] = times(-1, x[0]);
    // One pair under odd features and a column of ones costs nothing, two cost one.
    assertThat(features(Activations.TANH, 9, false, 0, mirrored).causes()).isEmpty();
    assertCause(features(Activations.COS, 9, false, 0, mirrored), Kind.SIGN_SYMMETRY, exact);
    mirrored[4] = times(-1, x[1]);
    assertCause(features(Activations.TANH, 9, false, 0, mirrored), Kind.SIGN_SYMMETRY, exact);
    double[][] ray = inputs();
    ray[3] = times(2, x[0]);
    assertThat(features(Activations.RELU, 25, false, 0, ray).causes()).isEmpty();
    ray[4] = times(4, x[0]);
    assertCause(features(Activations.RELU, 25, false, 0, ray), Kind.PROPORTIONAL_INPUTS, exact);
    assertCause(features(Activations.IDENTITY, 9, true, 0, x), Kind.LOW_POLYNOMIAL_DEGREE, exact);
  }

  @Test
  void storedFeaturesThatAreConstantAreCounted() {
    SingularityReport report = features(Activations.RELU, 9, true, -100, inputs());
    assertThat(report.causes())
        .extracting(SingularityCause::kind)
        .containsExactly(Kind.DUPLICATE_ROWS);
    assertThat(report.rankAtMost(Subject.STORED_MATRIX)).hasValue(1);
    assertThat(report.rankAtMost(Subject.EXACT_NETWORK)).isEmpty();
  }

  private static SingularityReport ofRows(double[]... rows) {
    try (INDArray m = Tensors.ofRows(rows)) {
      return SingularityDiagnosis.ofMatrix(m);
    }
  }

  @Test
  void storedMatricesTellWhatTheirEntriesSay() {
    assertThat(ofRows(new double[] {2, 1}, new double[] {1, 2}).causes()).isEmpty();
    assertCause(
        ofRows(new double[] {1, 0}, new double[] {0, 0}), Kind.ZERO_ROWS, Subject.STORED_MATRIX);
    assertCause(
        ofRows(new double[] {1, 1}, new double[] {1, 1}),
        Kind.DUPLICATE_ROWS,
        Subject.STORED_MATRIX);
    assertCause(
        ofRows(new double[] {1}, new double[] {2}), Kind.FEW_FEATURES, Subject.STORED_MATRIX);
    SingularityReport dependent =
        ofRows(
            new double[] {0.1, 1, 7},
            new double[] {3, 1, 1},
            new double[] {0.2, 2, 14},
            new double[] {1e-30, 5, 2});
    assertThat(dependent.causes()).extracting(SingularityCause::kind).contains(Kind.FEW_FEATURES);
    double[][] m = {{0.1, 1, 7, 0}, {3, 1, 1, 0}, {0.2, 2, 14, 0}, {1e-30, 5, 2, 1}};
    assertCause(ofRows(m), Kind.DEPENDENT_ROWS, Subject.STORED_MATRIX);
    assertThat(ofRows(m).causes().get(0).witnesses()).containsExactly(List.of(0L, 2L));
    assertThatThrownBy(() -> ofRows(new double[] {Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void exactRankDecidesWhatRoundingCannot() {
    // The determinant is 2^-104: far below rounding, yet not zero.
    double tiny = 0x1p-52;
    double[][] regular = {{1 + tiny, 1}, {1, 1 - tiny}};
    assertThat(ExactRank.of(regular).rank()).isEqualTo(2);
    double[][] singular = {{1 + tiny, 1}, {2 + 2 * tiny, 2}};
    assertThat(ExactRank.of(singular).rank()).isEqualTo(1);
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 50; trial++) {
      int n = 1 + random.nextInt(7);
      int w = 1 + random.nextInt(7);
      int r = random.nextInt(Math.min(n, w) + 1);
      // Small integers: the product of factors of rank r is exact.
      double[][] m = new double[n][w];
      for (int q = 0; q < r; q++) {
        double[] a = random.ints(n, -9, 10).mapToDouble(i -> i * 0.25).toArray();
        double[] b = random.ints(w, -9, 10).mapToDouble(i -> i).toArray();
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < w; j++) {
            m[i][j] += a[i] * b[j];
          }
        }
      }
      ExactRank rank = ExactRank.of(m);
      try (INDArray t = Tensors.ofRows(m)) {
        assertThat(rank.rank())
            .isLessThanOrEqualTo(r)
            .isEqualTo(RankAnalysis.withDefaults().analyze(t).numericalRank());
      }
      assertThat(rank.dependent().isEmpty()).isEqualTo(rank.rank() == n);
    }
  }

  @Test
  void largeMatricesAreNotEliminated() {
    double[][] rows = new double[200][1];
    for (int i = 0; i < 200; i++) {
      rows[i][0] = 1 + i;
    }
    assertThat(ExactRank.isFeasible(rows)).isFalse();
    assertThat(ExactRank.isFeasible(new double[][] {{1e-60, 1}})).isFalse();
    assertThat(ExactRank.isFeasible(new double[][] {{0, 0}})).isTrue();
  }
}
