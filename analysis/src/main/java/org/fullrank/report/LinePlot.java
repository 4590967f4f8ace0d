package org.fullrank.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.io.AtomicFile;
import org.fullrank.rigor.Quantity;

/**
 * A PNG picture of several series as an immutable value. Enclosures belong to the series added
 * before them and are drawn in its colour: a band from {@code lo} to {@code hi}, or a single line
 * where the band would be too thin, dashed for a proof and dotted for anything else, with the
 * numbers beside the plot.
 *
 * <p>On a logarithmic y axis values that are not positive are drawn as triangles at the lower edge,
 * and the caption counts them. Nothing is dropped silently. Equal plots give equal bytes on one
 * JDK; no font, display or other service of the system is used.
 */
public final class LinePlot {
  private static final int DEFAULT_WIDTH = 1200;
  private static final int DEFAULT_HEIGHT = 800;
  private static final int LEAST_WIDTH = 480;
  private static final int LEAST_HEIGHT = 320;
  private static final int LARGEST_SIDE = 8192;

  /** Everything a painter needs. */
  record Content(
      String title,
      Axis xAxis,
      Axis yAxis,
      List<Series> series,
      Optional<String> caption,
      int width,
      int height) {}

  private final Content content;

  private LinePlot(Content content) {
    this.content = content;
  }

  /** A plot without series, 1200 x 800 pixels. */
  public static LinePlot titled(String title, Axis xAxis, Axis yAxis) {
    return new LinePlot(
        new Content(
            Text.require(title, "LinePlot", "title"),
            xAxis,
            yAxis,
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
    List<Series> longer = new ArrayList<>(content.series);
    longer.add(Series.of(label, x, y, content.xAxis));
    return withSeries(longer);
  }

  /**
   * Adds an enclosure of some y value in the colour of the last series.
   *
   * @throws IllegalArgumentException if there is no series yet
   */
  public LinePlot withEnclosure(Quantity quantity) {
    if (content.series.isEmpty()) {
      throw new IllegalArgumentException(
          "LinePlot.withEnclosure expects a series before it but got none");
    }
    List<Series> changed = new ArrayList<>(content.series);
    int last = changed.size() - 1;
    changed.set(last, changed.get(last).withEnclosure(quantity));
    return withSeries(changed);
  }

  /** Replaces the title. */
  public LinePlot withTitle(String title) {
    return new LinePlot(
        new Content(
            Text.require(title, "LinePlot", "title"),
            content.xAxis,
            content.yAxis,
            content.series,
            content.caption,
            content.width,
            content.height));
  }

  /** Sets the line of text under the plot. */
  public LinePlot withCaption(String caption) {
    Optional<String> text = Optional.of(Text.require(caption, "LinePlot", "caption"));
    return changed(content.series, text, content.width, content.height);
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
    return changed(content.series, content.caption, width, height);
  }

  /** The bytes of a PNG file. Time grows with the number of points and of pixels. */
  public byte[] toPng() {
    return new PlotPainter(content).paint();
  }

  /** Writes the PNG to {@code file}, replacing it as a whole. */
  public void writeTo(Path file) throws IOException {
    AtomicFile.write(file, toPng());
  }

  Content content() {
    return content;
  }

  private LinePlot withSeries(List<Series> series) {
    return changed(List.copyOf(series), content.caption, content.width, content.height);
  }

  private LinePlot changed(List<Series> series, Optional<String> caption, int width, int height) {
    return new LinePlot(
        new Content(content.title, content.xAxis, content.yAxis, series, caption, width, height));
  }
}
