package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;

class PlotTest {
  static SpectrumPlot sample(SpectrumPlot plot) {
    java.util.Random r = new java.util.Random(7);
    double[] a = new double[500];
    double[] b = new double[2000];
    for (int i = 0; i < 500; i++)
      a[i] =
          2e5 * Math.pow(i + 1, -1.6) * Math.exp(0.05 * r.nextGaussian())
              + 0.9 * Math.exp(-i / 150.0);
    for (int i = 0; i < 2000; i++)
      b[i] = 6e4 * Math.pow(i / 10 + 1, -1.7) * Math.exp(0.2 * r.nextGaussian());
    double amin = java.util.Arrays.stream(a).min().getAsDouble(),
        amax = java.util.Arrays.stream(a).max().getAsDouble();
    double bmin = java.util.Arrays.stream(b).min().getAsDouble(),
        bmax = java.util.Arrays.stream(b).max().getAsDouble();
    return plot.withSpectrum(
            "k = 1, n = 500",
            a,
            Quantity.verified(
                "lambda_min(K)", Interval.around(amin, 1e-9), Subject.STORED_MATRIX, "c"),
            Quantity.verified(
                "lambda_max(K)", Interval.around(amax, 1e-6), Subject.STORED_MATRIX, "c"))
        .withSpectrum(
            "k = 10, n = 200",
            b,
            Quantity.verified(
                "lambda_min(K)",
                Interval.of(bmin * 0.5, bmin * 1.0001),
                Subject.EXACT_PRODUCT,
                "c"),
            Quantity.computed("lambda_max(K)", bmax, Subject.STORED_MATRIX, "c"))
        .withCaption(
            "Residual tanh network on 8x8 digits, NTK parametrisation, seed 42. Dashed lines: verified enclosures of the extreme eigenvalues.");
  }

  @Test
  void show() throws Exception {
    sample(SpectrumPlot.titled("Spectrum of the NTK Gram matrix at initialisation"))
        .writeTo(Path.of("/tmp/report-a.png"));
    sample(SpectrumPlot.titledWithLogIndex("Spectrum of the NTK Gram matrix at initialisation"))
        .writeTo(Path.of("/tmp/report-b.png"));
    LinePlot f =
        LinePlot.titled(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz",
            Axis.linear("0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \u03bb \u00e9"),
            Axis.linear("the quick brown fox jumps over a lazy dog"));
    f.withSeries("a", new double[] {0, 1, 2, 3}, new double[] {0.1, 0.4, -2, 3})
        .withCaption(
            "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs: 0123456789.")
        .writeTo(Path.of("/tmp/report-c.png"));
    assertThat(f).isNotNull();
  }
}
