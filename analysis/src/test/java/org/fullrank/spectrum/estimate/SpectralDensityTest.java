package org.fullrank.spectrum.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.spectrum.KnownSpectra;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SpectralDensityTest {
  private static final StochasticLanczos METHOD = StochasticLanczos.withSeed(5);

  private static DenseSymmetric diagonal(double... t) {
    double[][] rows = new double[t.length][t.length];
    for (int i = 0; i < t.length; i++) {
      rows[i][i] = t[i];
    }
    return Spectra.symmetric(rows);
  }

  @Test
  void theWeightsAreTheSquaredComponentsOfTheProbeInTheEigenbasis() {
    double[] t = {-2, 0.5, 1, 7};
    SpectralDensity d = METHOD.withProbes(3).density(diagonal(t));
    double[][] v = ProbeOperator.unitProbes(5, 3, 4);
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < 4; i++) {
        assertThat(d.nodes(p)[i]).isCloseTo(t[i], within(1e-13));
        assertThat(d.weights(p)[i]).isCloseTo(v[p][i] * v[p][i], within(1e-13));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KnownSpectra.class)
  void eachProbeIsTheGaussRuleOfItsMeasure(KnownSpectra spectrum) {
    // Moments below twice the number of steps are those of v in exact arithmetic: v^T A^p v.
    int n = 50;
    int steps = 4;
    double[] t = spectrum.values(n);
    SpectralDensity d = METHOD.withProbes(5).withSteps(steps).density(diagonal(t));
    double[][] v = ProbeOperator.unitProbes(5, 5, n);
    double top = t[n - 1];
    for (int probe = 0; probe < 5; probe++) {
      for (int p = 0; p < 2 * steps; p++) {
        double exact = 0;
        for (int i = 0; i < n; i++) {
          exact += v[probe][i] * v[probe][i] * Math.pow(t[i] / top, p);
        }
        double rule = 0;
        for (int k = 0; k < d.nodes(probe).length; k++) {
          rule += d.weights(probe)[k] * Math.pow(d.nodes(probe)[k] / top, p);
        }
        assertThat(rule).as("probe %d power %d", probe, p).isCloseTo(exact, within(1e-12));
      }
    }
  }

  @Test
  void cumulativeBoundsOfEachProbeHoldForTheMeasureOfTheProbe() {
    int n = 60;
    double[] t = KnownSpectra.DECAYING.values(n);
    SpectralDensity d = METHOD.withProbes(2).withSteps(6).density(diagonal(t));
    double[][] v = ProbeOperator.unitProbes(5, 2, n);
    for (int probe = 0; probe < 2; probe++) {
      ProbeMeasure m = new ProbeMeasure(d.nodes(probe), d.weights(probe), new double[6], false);
      for (int i = 0; i + 1 < n; i++) {
        double cut = 0.5 * (t[i] + t[i + 1]);
        double exact = 0;
        for (int j = 0; j <= i; j++) {
          exact += v[probe][j] * v[probe][j];
        }
        assertThat(exact)
            .isBetween(m.cumulativeAtLeast(cut) - 1e-12, m.cumulativeAtMost(cut) + 1e-12);
      }
    }
  }

  @Test
  void flatSpectraNeedOneStepAndLeaveNoDoubt() {
    SpectralDensity d = METHOD.density(KnownSpectra.FLAT.matrix(100));
    assertThat(d.operatorColumns()).isEqualTo(32);
    assertThat(d.trace().value()).isCloseTo(170, within(1e-10));
    assertThat(d.trace().interval().width()).isLessThan(1e-9);
    assertThat(d.effectiveRank().value()).isCloseTo(100, within(1e-9));
    assertThat(d.entropyRank().value()).isCloseTo(100, within(1e-9));
    assertThat(d.quantile(0.5).value()).isCloseTo(1.7, within(1e-12));
    assertThat(d.cumulative(1.6).value()).isZero();
    assertThat(d.cumulative(1.8).value()).isEqualTo(1);
  }

  @Test
  void quantilesOfTwoClustersAreTheClusters() {
    double[] t = new double[80];
    Arrays.fill(t, 0, 40, 1);
    Arrays.fill(t, 40, 80, 3);
    SpectralDensity d = METHOD.density(diagonal(t));
    assertThat(d.quantile(0.2).value()).isCloseTo(1, within(1e-12));
    assertThat(d.quantile(0.2).interval().width()).isLessThan(1e-12);
    assertThat(d.quantile(0.8).value()).isCloseTo(3, within(1e-12));
    // The upper cluster is reached from above the lower one: nothing says where in between.
    assertThat(d.quantile(0.8).interval().lo()).isCloseTo(1, within(1e-12));
    assertThat(d.quantile(0.8).interval().hi()).isCloseTo(3, within(1e-12));
    assertThat(d.quantile(0.5).interval().width()).isBetween(2 - 1e-12, 2 + 1e-12);
    assertThat(d.cumulative(2).interval().contains(0.5)).isTrue();
  }

  @Test
  void theSmoothedDensityIsTheSumOfGaussians() {
    double[] t = KnownSpectra.SLIGHTLY_SPREAD.values(100);
    SpectralDensity d = METHOD.density(diagonal(t));
    for (double at : new double[] {0.9, 1.1, 1.25, 1.6}) {
      double exact = 0;
      for (double x : t) {
        exact += Math.exp(-0.5 * Math.pow((at - x) / 0.05, 2)) / 0.05 / Math.sqrt(2 * Math.PI);
      }
      SampledEstimate e = d.smoothed(at, 0.05);
      assertThat(e.interval().contains(exact / 100)).as("%s", e).isTrue();
      // Relative to a peak of about 2.
      assertThat(e.interval().width()).isLessThan(0.6);
    }
  }

  private static double gaussian(double x, double width) {
    return Math.exp(-0.5 * (x / width) * (x / width)) / width / Math.sqrt(2 * Math.PI);
  }

  @Test
  void oneEigenvalueIsOneGaussianPerDecade() {
    for (double c : new double[] {1e-6, 1, 3e5}) {
      SpectralDensity d = METHOD.density(diagonal(c, c, c, c));
      for (double decades : new double[] {-0.5, -0.1, 0, 0.2}) {
        SampledEstimate e = d.smoothedPerDecade(c * Math.pow(10, decades), 0.2);
        assertThat(e.value()).isCloseTo(gaussian(decades, 0.2), within(1e-9));
      }
    }
  }

  @Test
  void theAreaUnderTheLogarithmicDensityIsTheShareOfPositiveEigenvalues() {
    // 60 of 80 eigenvalues are positive, spread over six decades.
    double[] t = new double[80];
    for (int i = 0; i < 80; i++) {
      t[i] = i < 20 ? -1 : Math.pow(10, -6 + 6.0 * (i - 20) / 59);
    }
    SpectralDensity d =
        METHOD.withProbes(16).withSteps(80).withConfidence(1 - 1e-6).density(diagonal(t));
    double area = 0;
    for (int i = -380; i <= 30; i++) {
      double at = i / 20.0;
      SampledEstimate e = d.smoothedPerDecade(Math.pow(10, at), 0.1);
      area += e.value() / 20;
      double exact = 0;
      for (int j = 20; j < 80; j++) {
        exact += gaussian(at - Math.log10(t[j]), 0.1) / 80;
      }
      assertThat(e.interval().contains(exact)).as("%s at %s", e, at).isTrue();
    }
    // The share of the positive Ritz values, by the same probes.
    assertThat(area).isCloseTo(1 - d.functionTrace(x -> x > 0 ? 0 : 1).value() / 80, within(1e-6));
    assertThat(area).isCloseTo(0.75, within(0.05));
  }

  @Test
  void scalingShiftsTheLogarithmicDensity() {
    double[][] rows = Spectra.withSpectrum(KnownSpectra.DECAYING.values(60), 3);
    SpectralDensity d = METHOD.density(Spectra.symmetric(rows));
    SpectralDensity scaled = METHOD.density(Spectra.symmetric(Spectra.scaled(rows, -100)));
    for (double t : new double[] {1e-3, 0.01, 0.2, 1}) {
      assertThat(scaled.smoothedPerDecade(Math.scalb(t, -100), 0.3).value())
          .isCloseTo(d.smoothedPerDecade(t, 0.3).value(), within(1e-9));
    }
  }

  @Test
  void saysThatMoreStepsNarrowAnIntervalOfQuadratureError() {
    double[] t = new double[150];
    for (int i = 0; i < 150; i++) {
      t[i] = Math.pow(10, 6 - 9.0 * i / 149);
    }
    double exact = Arrays.stream(t).map(x -> x / (x + 1)).sum();
    SampledEstimate few = METHOD.withSteps(20).density(diagonal(t)).effectiveDimension(1);
    assertThat(few.interval().contains(exact)).isTrue();
    assertThat(few.interval().width()).isGreaterThan(20 * few.standardError());
    assertThat(few.toString()).contains("quadrature error").contains("withSteps");
    assertThat(few.quantity("d").method()).contains("withSteps");
    SampledEstimate many = METHOD.withSteps(150).density(diagonal(t)).effectiveDimension(1);
    assertThat(many.interval().contains(exact)).isTrue();
    assertThat(many.toString()).doesNotContain("withSteps");
    assertThat(many.interval().width()).isLessThan(0.2 * few.interval().width());
    // A moment has no quadrature error at all.
    assertThat(METHOD.density(diagonal(t)).trace().toString()).doesNotContain("withSteps");
    // The share below a point between two Ritz values.
    assertThat(METHOD.density(diagonal(t)).cumulative(1).toString()).contains("withSteps");
  }

  static Stream<Function<SpectralDensity, SampledEstimate>> scaleInvariant() {
    return Stream.of(
        SpectralDensity::effectiveRank, SpectralDensity::entropyRank, d -> d.moment(0));
  }

  @ParameterizedTest
  @MethodSource("scaleInvariant")
  void ranksDoNotDependOnTheScale(Function<SpectralDensity, SampledEstimate> rank) {
    double[][] rows = Spectra.withSpectrum(KnownSpectra.DECAYING.values(60), 3);
    SampledEstimate e = rank.apply(METHOD.density(Spectra.symmetric(rows)));
    for (int exponent : new int[] {-400, 400}) {
      SampledEstimate s =
          rank.apply(METHOD.density(Spectra.symmetric(Spectra.scaled(rows, exponent))));
      assertThat(s.value()).isEqualTo(e.value());
      assertThat(s.interval()).isEqualTo(e.interval());
    }
  }

  @Test
  void blocksDoNotChangeTheResult() {
    // 40 steps of 32 probes with n = 60 fit in one block; the runs are independent of each other.
    DenseSymmetric a = KnownSpectra.DECAYING.matrix(60);
    SpectralDensity all = METHOD.density(a);
    SpectralDensity two = METHOD.withProbes(2).density(a);
    for (int p = 0; p < 2; p++) {
      assertThat(two.nodes(p)).usingComparatorWithPrecision(1e-12).containsExactly(all.nodes(p));
    }
  }

  @Test
  void singlePrecisionIsCovered() {
    double[] t = KnownSpectra.SLIGHTLY_SPREAD.values(60);
    try (INDArray f = Tensors.ofRows(DataType.FLOAT, Spectra.withSpectrum(t, 3))) {
      SpectralDensity d = METHOD.density(DenseSymmetric.of(f));
      assertThat(d.logDeterminant(0).interval().contains(Arrays.stream(t).map(Math::log).sum()))
          .isTrue();
    }
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> METHOD.withProbes(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2 but got 1");
    assertThatThrownBy(() -> METHOD.withSteps(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 but got 0");
    assertThatThrownBy(() -> METHOD.withConfidence(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(0, 1) but got 1.0");
    SpectralDensity d = METHOD.density(diagonal(-1, 0, 2));
    assertThatThrownBy(() -> d.logDeterminant(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ridge");
    assertThatThrownBy(() -> d.effectiveDimension(0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> d.schattenNorm(Double.NaN)).hasMessageContaining("p > 0");
    assertThatThrownBy(() -> d.quantile(1.1)).hasMessageContaining("[0, 1]");
    assertThatThrownBy(() -> d.cumulative(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> d.smoothed(0, -1)).hasMessageContaining("width");
    assertThatThrownBy(() -> d.smoothedPerDecade(0, 1)).hasMessageContaining("positive finite t");
    assertThatThrownBy(() -> d.smoothedPerDecade(1, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> d.moment(-1)).hasMessageContaining(">= 0 but got -1");
    assertThatThrownBy(() -> d.nodes(32)).hasMessageContaining("below 32");
    SpectralDensity zero = METHOD.density(diagonal(0, 0));
    assertThatThrownBy(zero::effectiveRank).hasMessageContaining("largest Ritz value is 0.0");
    assertThat(zero.schattenNorm(1).value()).isZero();
  }
}
