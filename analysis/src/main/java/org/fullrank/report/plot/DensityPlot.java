package org.fullrank.report.plot;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fullrank.spectrum.estimate.SampledEstimate;
import org.fullrank.spectrum.estimate.SpectralDensity;

/**
 * A picture of one or several estimated spectral densities: the share of eigenvalues per decade
 * over a logarithmic axis of eigenvalues, so that equal areas are equal numbers of eigenvalues,
 * each with its confidence intervals as a shaded range. The caption says how the densities were
 * estimated and smoothed, that the intervals hold point by point, and names each density whose
 * intervals are mostly quadrature error: more Lanczos steps narrow those, more probes do not.
 *
 * <p>A density is an estimate and proves nothing. What is at or below zero has no place on the
 * axis: the caption gives the share of the quadrature weight that is not drawn.
 */
public final class DensityPlot implements Plot {
  /** Places at which a density is evaluated; a Gaussian of the least width has eight of them. */
  private static final int POINTS = 241;

  /** Standard deviations beyond the Ritz values that are drawn. */
  private static final double TAIL = 2;

  private static final double LEAST_WIDTH = 0.02;

  private final LinePlot plot;
  private final String caption;

  private DensityPlot(LinePlot plot, String caption) {
    this.plot = plot;
    this.caption = caption;
  }

  /**
   * A plot without densities, 1200 x 800 pixels.
   *
   * @param title one line that names matrix, network and data
   * @return the plot
   */
  public static DensityPlot titled(String title) {
    return new DensityPlot(
        LinePlot.titled(
            title, Axis.log10("eigenvalue"), Axis.linear("share of eigenvalues per decade")),
        "");
  }

  /**
   * Adds a density, smoothed by twice the mean distance of its Ritz values.
   *
   * @param label its name in the legend
   * @param density with at least one positive Ritz value
   * @return the longer plot
   * @throws IllegalArgumentException if no Ritz value is positive
   */
  public DensityPlot withDensity(String label, SpectralDensity density) {
    double[] decades = decades(label, density);
    double nodes = (double) decades.length / density.probes();
    double span = decades[decades.length - 1] - decades[0];
    return withDensity(label, density, Math.max(LEAST_WIDTH, 2 * span / nodes));
  }

  /**
   * Adds a density.
   *
   * @param label its name in the legend
   * @param density with at least one positive Ritz value
   * @param width standard deviation of the Gaussian that smooths it, in decades; positive and
   *     finite
   * @return the longer plot
   * @throws IllegalArgumentException if no Ritz value is positive
   */
  public DensityPlot withDensity(String label, SpectralDensity density, double width) {
    double[] decades = decades(label, density);
    double from = decades[0] - TAIL * width;
    double to = decades[decades.length - 1] + TAIL * width;
    double[] at = new double[POINTS];
    double[] value = new double[POINTS];
    double[] lower = new double[POINTS];
    double[] upper = new double[POINTS];
    int coarse = 0;
    double confidence = 0;
    for (int i = 0; i < POINTS; i++) {
      at[i] = Math.pow(10, from + (to - from) * i / (POINTS - 1));
      SampledEstimate estimate = density.smoothedPerDecade(at[i], width);
      confidence = estimate.confidence();
      value[i] = estimate.value();
      lower[i] = Math.max(0, estimate.interval().lo()); // a density is not negative
      upper[i] = estimate.interval().hi();
      coarse += isMostlyQuadrature(estimate) ? 1 : 0;
    }
    String longer = caption + describe(label, density, width, confidence);
    if (2 * coarse > POINTS) {
      longer +=
          String.format(
              Locale.ROOT,
              " At %d of %d places the interval is mostly quadrature error: raise the number of"
                  + " Lanczos steps (withSteps); more probes do not help.",
              coarse,
              POINTS);
    }
    return new DensityPlot(
        plot.withSeries(label, at, value).withSpread(lower, upper), longer + " ");
  }

  private static boolean isMostlyQuadrature(SampledEstimate estimate) {
    return estimate.method().contains("quadrature error");
  }

  private static String describe(
      String label, SpectralDensity density, double width, double confidence) {
    double weight = 0;
    for (int probe = 0; probe < density.probes(); probe++) {
      double[] nodes = density.nodes(probe);
      double[] weights = density.weights(probe);
      weight +=
          IntStream.range(0, nodes.length)
              .filter(i -> nodes[i] <= 0)
              .mapToDouble(i -> weights[i])
              .sum();
    }
    String text =
        String.format(
            Locale.ROOT,
            "%s: order %d, estimated from %d random probes with up to %d Lanczos steps each,"
                + " smoothed by %.2g decades. Shaded: %s%% confidence, at each place by itself;"
                + " not a proof.",
            label,
            density.order(),
            density.probes(),
            IntStream.range(0, density.probes()).map(p -> density.nodes(p).length).max().orElse(0),
            width,
            BigDecimal.valueOf(Math.round(1e6 * confidence), 4)
                .stripTrailingZeros()
                .toPlainString());
    return weight > 0
        ? text
            + String.format(
                Locale.ROOT,
                " %.3g%% of the weight is at or below zero and not drawn.",
                100 * weight / density.probes())
        : text;
  }

  /** The positive Ritz values of all probes as powers of ten, in increasing order. */
  private static double[] decades(String label, SpectralDensity density) {
    double[] positive =
        IntStream.range(0, density.probes())
            .mapToObj(density::nodes)
            .flatMapToDouble(Arrays::stream)
            .filter(node -> node > 0)
            .map(Math::log10)
            .sorted()
            .toArray();
    if (positive.length == 0) {
      throw new IllegalArgumentException(
          "DensityPlot expects a density with a positive Ritz value for '" + label + "'");
    }
    return positive;
  }

  /**
   * Adds sentences after those about the densities.
   *
   * @param text what a reader should learn, not blank
   * @return the changed plot
   */
  public DensityPlot withCaption(String text) {
    return new DensityPlot(plot, caption + Words.require(text, "DensityPlot", "caption") + " ");
  }

  /** Sets the size in pixels: 480 to 8192 wide and 320 to 8192 high. */
  public DensityPlot withSize(int width, int height) {
    return new DensityPlot(plot.withSize(width, height), caption);
  }

  LinePlot plot() {
    return caption.isEmpty() ? plot : plot.withCaption(caption.strip());
  }

  @Override
  public byte[] toPng() {
    return plot().toPng();
  }

  @Override
  public String toSvg() {
    return plot().toSvg();
  }
}
