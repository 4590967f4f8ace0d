package org.fullrank.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fullrank.spectrum.Spectra;
import org.fullrank.spectrum.estimate.SpectralDensity;
import org.fullrank.spectrum.estimate.StochasticLanczos;
import org.junit.jupiter.api.Test;

final class DensityPlotTest {
  private static final int N = 40;

  /** Two clusters, a quarter of the eigenvalues at 1e-3 and three quarters at 10. */
  private static final SpectralDensity CLUSTERS =
      density(IntStream.range(0, N).mapToDouble(i -> i < N / 4 ? 1e-3 : 10).toArray(), 60, 8);

  @Test
  void areasAreSharesAndPeaksAreAtTheEigenvalues() {
    Series series =
        DensityPlot.titled("t").withDensity("K", CLUSTERS, 0.1).plot().content().series().get(0);
    double[] x = series.x();
    double[] y = series.y();
    double low = 0;
    double high = 0;
    int peak = 0;
    for (int i = 0; i + 1 < x.length; i++) {
      double area = (y[i] + y[i + 1]) / 2 * (Math.log10(x[i + 1]) - Math.log10(x[i]));
      low += x[i] < 0.1 ? area : 0;
      high += x[i] >= 0.1 ? area : 0;
      peak = y[i] > y[peak] ? i : peak;
    }
    // Two standard deviations are drawn on the outer sides, which hold 97.7 % of each peak.
    assertThat(low + high).isCloseTo(0.977, within(0.002));
    assertThat(low / (low + high)).isCloseTo(0.25, within(0.03));
    assertThat(Math.log10(x[peak])).isCloseTo(1, within(0.02));
    Series.Spread spread = series.spread().orElseThrow();
    // A Gaussian of width 0.1 is 3.989 high; three quarters of it must be inside the interval.
    double true10 = 0.75 * 0.1 / (0.01 * Math.sqrt(2 * Math.PI));
    assertThat(spread.lower()[peak]).isLessThan(true10);
    assertThat(spread.upper()[peak]).isGreaterThan(true10 * 0.99);
    assertThat(Arrays.stream(spread.lower()).min().orElseThrow()).isNotNegative();
  }

  @Test
  void captionSaysHowItWasEstimatedAndWhatIsNotDrawn() {
    DensityPlot plot = DensityPlot.titled("t").withDensity("K", CLUSTERS, 0.25);
    assertThat(caption(plot.withCaption("So it is.")))
        .startsWith(
            "K: order 40, estimated from 60 random probes with up to 2 Lanczos steps each, smoothed"
                + " by 0.25 decades. Shaded: 99% confidence, at each place by itself; not a proof.")
        .endsWith(" So it is.")
        .doesNotContain("below zero", "raise");
    double[] half = IntStream.range(0, N).mapToDouble(i -> i < N / 2 ? -1 : 2).toArray();
    assertThat(caption(DensityPlot.titled("t").withDensity("K", density(half, 200, 8))))
        .containsPattern(" (4[5-9]|5[0-5])[.0-9]*% of the weight is at or below zero");
  }

  @Test
  void aDensityOfTooFewStepsSaysThatStepsAreToBeRaised() {
    double[] wide = IntStream.range(0, 300).mapToDouble(i -> Math.pow(10, -i / 60.0)).toArray();
    assertThat(caption(DensityPlot.titled("t").withDensity("K", density(wide, 40, 6), 0.05)))
        .contains("mostly quadrature error: raise the number of Lanczos steps (withSteps)");
    assertThat(caption(DensityPlot.titled("t").withDensity("K", density(wide, 5, 200), 0.3)))
        .doesNotContain("raise");
  }

  @Test
  void withoutAPositiveRitzValueThereIsNoPlot() {
    SpectralDensity negative = density(new double[] {-1, -2}, 3, 2);
    DensityPlot plot = DensityPlot.titled("t");
    assertThatThrownBy(() -> plot.withDensity("K", negative))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive Ritz value for 'K'");
    assertThat(plot.toSvg()).contains("share of eigenvalues per decade");
  }

  private static String caption(DensityPlot plot) {
    return plot.plot().content().caption().orElseThrow();
  }

  private static SpectralDensity density(double[] eigenvalues, int probes, int steps) {
    double[][] rows = new double[eigenvalues.length][eigenvalues.length];
    for (int i = 0; i < eigenvalues.length; i++) {
      rows[i][i] = eigenvalues[i];
    }
    return StochasticLanczos.withSeed(3)
        .withProbes(probes)
        .withSteps(steps)
        .density(Spectra.symmetric(rows));
  }
}
