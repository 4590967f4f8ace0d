package org.fullrank.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.fullrank.report.LinePlot.Content;
import org.fullrank.report.StrokeFont.Style;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/** Draws a {@link LinePlot}: grid, enclosures, series, axes, and the texts around them. */
final class PlotPainter {
  /** Colours of Okabe and Ito, which stay apart under the common colour-vision deficiencies. */
  static final int[] PALETTE = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};

  private static final int INK = 0x222222;
  private static final int GREY = 0x5f5f5f;
  private static final int GRID = 0xe3e3e3;
  private static final int FAINT_GRID = 0xf3f3f3;
  private static final int WHITE = 0xffffff;
  private static final Style TITLE = new Style(25, 2.6, INK);
  private static final Style AXIS_TITLE = new Style(18, 1.6, INK);
  private static final Style TICK = new Style(16, 1.35, INK);
  private static final Style EXPONENT = new Style(12, 1.2, INK);
  private static final Style LEGEND = new Style(17, 1.5, INK);
  private static final Style CAPTION = new Style(15, 1.3, GREY);
  private static final double EDGE = 28;
  private static final double LINE_HEIGHT = 24;
  private static final int FEW_POINTS = 60;
  private static final double TRIANGLE = 5;

  private final Content content;
  private final Canvas canvas;
  private final Ticks xTicks;
  private final Ticks yTicks;
  private final List<String> caption;
  private final PlotLabels labels;
  private final double left;
  private final double right;
  private final double top;
  private final double bottom;

  PlotPainter(Content content) {
    this.content = content;
    this.canvas = new Canvas(content.width(), content.height(), WHITE);
    this.xTicks =
        Ticks.of(
            content.xAxis().logarithmic(),
            false,
            content.series().stream().flatMapToDouble(s -> DoubleStream.of(s.x())));
    this.yTicks = Ticks.of(content.yAxis().logarithmic(), true, yValues(content));
    this.caption = captionLines();
    this.labels = PlotLabels.of(content.series(), content.width());
    this.left = 104;
    this.right = content.width() - (labels.isEmpty() ? EDGE + 10 : labels.width() + EDGE + 34);
    this.top = 70 + LINE_HEIGHT * legendRows().size();
    this.bottom = content.height() - 82 - LINE_HEIGHT * caption.size();
  }

  byte[] paint() {
    grid();
    for (int i = 0; i < content.series().size(); i++) {
      for (Quantity enclosure : content.series().get(i).enclosures()) {
        band(enclosure, colour(i));
      }
    }
    for (int i = 0; i < content.series().size(); i++) {
      series(content.series().get(i), colour(i));
    }
    frame();
    texts();
    labels.draw(canvas, right, top, bottom, y -> yPixel(y));
    return canvas.toPng();
  }

  static int colour(int series) {
    return PALETTE[series % PALETTE.length];
  }

  private static DoubleStream yValues(Content content) {
    return content.series().stream()
        .flatMapToDouble(
            s ->
                DoubleStream.concat(
                    DoubleStream.of(s.y()),
                    s.enclosures().stream()
                        .map(Quantity::interval)
                        .flatMapToDouble(i -> DoubleStream.of(i.lo(), i.hi()))));
  }

  private double xPixel(double x) {
    return left + clamp(xTicks.fraction(x)) * (right - left);
  }

  /** The pixel row of a value; numbers below the axis, also not positive ones, lie on its edge. */
  private double yPixel(double y) {
    return bottom - clamp(yTicks.fraction(y)) * (bottom - top);
  }

  private static double clamp(double fraction) {
    return Math.max(0, Math.min(fraction, 1));
  }

  private void grid() {
    for (boolean major : new boolean[] {false, true}) {
      int colour = major ? GRID : FAINT_GRID;
      for (Ticks.Mark mark : xTicks.marks()) {
        if (mark.major() == major) {
          double x = crisp(left + mark.fraction() * (right - left));
          canvas.rectangle(x - 0.5, top, x + 0.5, bottom, colour, 1);
        }
      }
      for (Ticks.Mark mark : yTicks.marks()) {
        if (mark.major() == major) {
          double y = crisp(bottom - mark.fraction() * (bottom - top));
          canvas.rectangle(left, y - 0.5, right, y + 0.5, colour, 1);
        }
      }
    }
  }

  /** Dashes for a proof, dots for anything else. */
  private void band(Quantity enclosure, int colour) {
    Interval interval = enclosure.interval();
    double dash = enclosure.isProof() ? 8 : 0.01;
    double period = enclosure.isProof() ? 14 : 6;
    double lower = yPixel(interval.lo());
    double upper = yPixel(interval.hi());
    if (lower - upper > 1) {
      canvas.rectangle(left, upper, right, lower, colour, 0.16);
    }
    for (double y : lower - upper > 3 ? new double[] {lower, upper} : new double[] {lower}) {
      List<double[]> dashes = new ArrayList<>();
      for (double x = left + 1; x < right; x += period) {
        dashes.add(new double[] {x, crisp(y), Math.min(x + dash, right), crisp(y)});
      }
      canvas.strokes(dashes, enclosure.isProof() ? 1.4 : 2, colour, 0.9);
    }
  }

  private void series(Series series, int colour) {
    double[] y = series.y();
    List<double[]> runs = new ArrayList<>();
    List<Double> run = new ArrayList<>();
    for (int i = 0; i < y.length; i++) {
      if (isOnAxis(y[i])) {
        run.add(xPixel(series.x()[i]));
        run.add(yPixel(y[i]));
      } else {
        canvas.triangle(xPixel(series.x()[i]), bottom - 1, TRIANGLE, colour);
        addRun(runs, run);
      }
    }
    addRun(runs, run);
    canvas.strokes(runs, 2.6, colour, 1);
    for (double[] points : runs) {
      if (y.length <= FEW_POINTS || points.length == 2) {
        for (int i = 0; i < points.length; i += 2) {
          canvas.disc(points[i], points[i + 1], 4, colour);
        }
      }
    }
  }

  private boolean isOnAxis(double y) {
    return !content.yAxis().logarithmic() || y > 0;
  }

  private static void addRun(List<double[]> runs, List<Double> run) {
    if (!run.isEmpty()) {
      runs.add(run.stream().mapToDouble(Double::doubleValue).toArray());
      run.clear();
    }
  }

  private void frame() {
    canvas.polyline(new double[] {left, top, left, bottom, right, bottom}, 1.5, INK, 1);
    for (Ticks.Mark mark : xTicks.marks()) {
      double x = crisp(left + mark.fraction() * (right - left));
      canvas.polyline(new double[] {x, bottom, x, bottom + (mark.major() ? 7 : 4)}, 1.2, INK, 1);
      double width = labelWidth(mark);
      label(mark, x - width / 2, bottom + 27);
    }
    for (Ticks.Mark mark : yTicks.marks()) {
      double y = crisp(bottom - mark.fraction() * (bottom - top));
      canvas.polyline(new double[] {left - (mark.major() ? 7 : 4), y, left, y}, 1.2, INK, 1);
      label(mark, left - 13 - labelWidth(mark), y + 6);
    }
  }

  private static double labelWidth(Ticks.Mark mark) {
    return mark.power() && !mark.label().isEmpty()
        ? StrokeFont.width("10", TICK.size()) + 3 + StrokeFont.width(mark.label(), EXPONENT.size())
        : StrokeFont.width(mark.label(), TICK.size());
  }

  private void label(Ticks.Mark mark, double x, double y) {
    if (mark.power() && !mark.label().isEmpty()) {
      StrokeFont.draw(canvas, "10", x, y, TICK);
      double exponent = x + StrokeFont.width("10", TICK.size()) + 3;
      StrokeFont.draw(canvas, mark.label(), exponent, y - 7, EXPONENT);
    } else {
      StrokeFont.draw(canvas, mark.label(), x, y, TICK);
    }
  }

  private void texts() {
    double room = content.width() - 2 * EDGE;
    StrokeFont.draw(canvas, content.title(), EDGE, 44, TITLE.fitting(content.title(), room));
    double y = 76;
    for (List<Integer> row : legendRows()) {
      double x = left;
      for (int index : row) {
        String label = content.series().get(index).label();
        canvas.polyline(new double[] {x, y - 6, x + 30, y - 6}, 3.2, colour(index), 1);
        StrokeFont.draw(canvas, label, x + 40, y, LEGEND.fitting(label, room - 40));
        x += legendWidth(label);
      }
      y += LINE_HEIGHT;
    }
    String xTitle = content.xAxis().title();
    Style xStyle = AXIS_TITLE.fitting(xTitle, right - left);
    double xWidth = StrokeFont.width(xTitle, xStyle.size());
    StrokeFont.draw(canvas, xTitle, (left + right - xWidth) / 2, bottom + 58, xStyle);
    String yTitle = content.yAxis().title();
    Style yStyle = AXIS_TITLE.fitting(yTitle, bottom - top);
    double yWidth = StrokeFont.width(yTitle, yStyle.size());
    StrokeFont.drawUpward(canvas, yTitle, 36, (top + bottom + yWidth) / 2, yStyle);
    for (int i = 0; i < caption.size(); i++) {
      double baseline = content.height() - 20 - LINE_HEIGHT * (caption.size() - 1 - i);
      StrokeFont.draw(canvas, caption.get(i), EDGE, baseline, CAPTION);
    }
  }

  private static double legendWidth(String label) {
    return 40 + StrokeFont.width(label, LEGEND.size()) + 36;
  }

  private List<List<Integer>> legendRows() {
    List<List<Integer>> rows = new ArrayList<>();
    double x = Double.POSITIVE_INFINITY;
    for (int i = 0; i < content.series().size(); i++) {
      double width = legendWidth(content.series().get(i).label());
      if (x + width > content.width()) {
        rows.add(new ArrayList<>());
        x = 104;
      }
      rows.get(rows.size() - 1).add(i);
      x += width;
    }
    return rows;
  }

  private List<String> captionLines() {
    List<String> sentences = new ArrayList<>();
    content.caption().ifPresent(sentences::add);
    List<Quantity> enclosures =
        content.series().stream().flatMap(s -> s.enclosures().stream()).toList();
    if (enclosures.stream().anyMatch(Quantity::isProof)) {
      sentences.add("Dashed: verified enclosure.");
    }
    if (!enclosures.stream().allMatch(Quantity::isProof)) {
      sentences.add("Dotted: not a proof.");
    }
    for (Series series : content.series()) {
      long off = DoubleStream.of(series.y()).filter(y -> !isOnAxis(y)).count();
      if (off > 0) {
        sentences.add(
            String.format(
                Locale.ROOT,
                "%s: %d of %d values are not positive; triangles at the lower edge mark them.",
                series.label(),
                off,
                series.y().length));
      }
    }
    String text = String.join(" ", sentences);
    if (text.isEmpty()) {
      return List.of();
    }
    double perCharacter = StrokeFont.width("n".repeat(100), CAPTION.size()) / 100;
    return Text.wrap(text, (int) ((content.width() - 2 * EDGE) / perCharacter));
  }

  /** The centre of the pixel, where a thin line is sharp. */
  private static double crisp(double position) {
    return Math.floor(position) + 0.5;
  }
}
