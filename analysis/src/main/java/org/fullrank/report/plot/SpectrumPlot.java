package org.fullrank.report.plot;

import java.util.Arrays;
import org.fullrank.rigor.Quantity;

/**
 * A picture of one or several spectra: eigenvalues from the largest to the smallest, on a
 * logarithmic scale, with enclosures of some of them. See {@link LinePlot} for how enclosures and
 * eigenvalues that are not positive are drawn.
 */
public final class SpectrumPlot implements Plot {
  private static final Axis EIGENVALUE = Axis.log10("eigenvalue");
  private static final String INDEX = "index of the eigenvalue (1 = largest)";

  private final LinePlot plot;

  private SpectrumPlot(LinePlot plot) {
    this.plot = plot;
  }

  /** A plot without spectra, 1200 x 800 pixels, with equally spaced indices. */
  public static SpectrumPlot titled(String title) {
    return new SpectrumPlot(LinePlot.titled(title, Axis.linear(INDEX), EIGENVALUE));
  }

  /** The same with a logarithmic index, which suits spectra of very different lengths. */
  public static SpectrumPlot titledWithLogIndex(String title) {
    return new SpectrumPlot(LinePlot.titled(title, Axis.log10(INDEX), EIGENVALUE));
  }

  /**
   * Adds a spectrum.
   *
   * @param label its name, for instance {@code "k = 1, n = 500"}
   * @param eigenvalues finite, in any order, at least one
   * @param enclosures of single eigenvalues, for instance the least and the greatest
   */
  public SpectrumPlot withSpectrum(String label, double[] eigenvalues, Quantity... enclosures) {
    int n = eigenvalues.length;
    double[] ascending = eigenvalues.clone();
    Arrays.sort(ascending);
    double[] index = new double[n];
    double[] descending = new double[n];
    for (int i = 0; i < n; i++) {
      index[i] = i + 1;
      descending[i] = ascending[n - 1 - i];
    }
    LinePlot longer = plot.withSeries(label, index, descending);
    for (Quantity enclosure : enclosures) {
      longer = longer.withEnclosure(enclosure);
    }
    return new SpectrumPlot(longer);
  }

  /** Sets the text under the plot. */
  public SpectrumPlot withCaption(String caption) {
    return new SpectrumPlot(plot.withCaption(caption));
  }

  /** Sets the size in pixels: 480 to 8192 wide and 320 to 8192 high. */
  public SpectrumPlot withSize(int width, int height) {
    return new SpectrumPlot(plot.withSize(width, height));
  }

  @Override
  public byte[] toPng() {
    return plot.toPng();
  }

  @Override
  public String toSvg() {
    return plot.toSvg();
  }
}
