package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.rigor.Quantity;

/**
 * A picture of several series as an immutable value. Enclosures and spreads belong to the series
 * added before them and are drawn in its colour: an enclosure is a band from {@code lo} to {@code
 * hi}, or a single line where the band would be too thin, dashed for a proof and dotted for
 * anything else, with the numbers beside the plot; a spread is a shaded range around the line.
 *
 * <p>On a logarithmic y axis values that are not positive are drawn as triangles at the lower edge,
 * and the caption counts them. Nothing is dropped silently. Both axes end at the data, the vertical
 * one with a small margin.
 */
public final class LinePlot implements Plot {
  private static final int DEFAULT_WIDTH = 1200;
  private static final int DEFAULT_HEIGHT = 800;
  private static final int LEAST_WIDTH = 480;
  private static final int LEAST_HEIGHT = 320;
  private static final int LARGEST_SIDE = 8192;

  private final Content content;

  private LinePlot(Content content) {
    this.content = content;
  }

  /** A plot without series, 1200 x 800 pixels. */
  public static LinePlot titled(String title, Axis xAxis, Axis yAxis) {
    return new LinePlot(
        new Content(
            Words.require(title, "LinePlot", "title"),
            xAxis,
            yAxis,
            List.of(),
            List.of(),
            Optional.empty(),
            DEFAULT_WIDTH,
            DEFAULT_HEIGHT));
  }

  /**
   * Adds a series.
   *
   * @param label its name in the legend
   * @param x horizontal coordinates, finite, positive on a logarithmic axis
   * @param y vertical coordinates, finite, as many as {@code x} and at least one
   */
  public LinePlot withSeries(String label, double[] x, double[] y) {
    List<Series> longer = new ArrayList<>(content.series());
    longer.add(Series.of(label, x, y, content.xAxis()));
    return new LinePlot(content.withSeries(longer));
  }

  /**
   * Adds an enclosure of some y value in the colour of the last series.
   *
   * @throws IllegalArgumentException if there is no series yet
   */
  public LinePlot withEnclosure(Quantity quantity) {
    return withLast(last("withEnclosure").withEnclosure(quantity));
  }

  /**
   * Shades a range around the last series, such as from the least to the greatest of several seeds.
   * The caption should say what it is. An end that is not positive is drawn at the lower edge of a
   * logarithmic axis.
   *
   * @param lower the lower end at each point of the series, finite and not above the point
   * @param upper the upper end at each point, finite and not below the point
   * @return the changed plot
   * @throws IllegalArgumentException if there is no series yet, if its x decrease somewhere, or if
   *     an end is not as described
   */
  public LinePlot withSpread(double[] lower, double[] upper) {
    return withLast(last("withSpread").withSpread(lower, upper));
  }

  /**
   * Marks a place on the horizontal axis with a vertical line, such as the step at which a method
   * changes.
   *
   * @param x finite, positive on a logarithmic axis
   * @param label what is there, a few words
   * @return the changed plot
   */
  public LinePlot withMark(double x, String label) {
    Words.require(label, "LinePlot.withMark", "label");
    if (!Double.isFinite(x) || (content.xAxis().logarithmic() && x <= 0)) {
      throw new IllegalArgumentException(
          "LinePlot.withMark expects a finite x, x > 0 on a logarithmic axis, but got " + x);
    }
    List<Content.Mark> longer = new ArrayList<>(content.marks());
    longer.add(new Content.Mark(x, label));
    return new LinePlot(content.withMarks(longer));
  }

  /** Replaces the title, which should name the network and the data. */
  public LinePlot withTitle(String title) {
    return new LinePlot(content.withTitle(Words.require(title, "LinePlot", "title")));
  }

  /**
   * Sets the text under the plot, which is broken into lines as needed: what was done, with which
   * step, and what follows.
   */
  public LinePlot withCaption(String caption) {
    return new LinePlot(content.withCaption(Words.require(caption, "LinePlot", "caption")));
  }

  /** Sets the size in pixels: 480 to 8192 wide and 320 to 8192 high. */
  public LinePlot withSize(int width, int height) {
    if (width < LEAST_WIDTH
        || height < LEAST_HEIGHT
        || width > LARGEST_SIDE
        || height > LARGEST_SIDE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "LinePlot expects a size from %d x %d to %d x %d but got %d x %d",
              LEAST_WIDTH,
              LEAST_HEIGHT,
              LARGEST_SIDE,
              LARGEST_SIDE,
              width,
              height));
    }
    return new LinePlot(content.withSize(width, height));
  }

  @Override
  public byte[] toPng() {
    Canvas canvas = new Canvas(content.width(), content.height(), Palette.WHITE);
    new PlotPainter(content).paint(canvas);
    return canvas.toPng();
  }

  @Override
  public String toSvg() {
    PlotPainter painter = new PlotPainter(content);
    Svg svg = new Svg(content.width(), content.height(), content.title(), painter.caption());
    painter.paint(svg);
    return svg.finish();
  }

  Content content() {
    return content;
  }

  private Series last(String method) {
    if (content.series().isEmpty()) {
      throw new IllegalArgumentException(
          "LinePlot." + method + " expects a series before it but got none");
    }
    return content.series().get(content.series().size() - 1);
  }

  private LinePlot withLast(Series series) {
    List<Series> changed = new ArrayList<>(content.series());
    changed.set(changed.size() - 1, series);
    return new LinePlot(content.withSeries(changed));
  }
}
