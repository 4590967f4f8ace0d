package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.fullrank.report.plot.StrokeFont.Style;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/** Draws a {@link LinePlot}: grid, enclosures, series and axes; texts are left to others. */
final class PlotPainter {
  private static final Style TICK = new Style(16, 1.35, Palette.INK);
  private static final Style EXPONENT = new Style(12, 1.2, Palette.INK);
  private static final Style MARK = new Style(15, 1.3, Palette.GREY);
  private static final int FEW_POINTS = 60;
  private static final double TRIANGLE = 5;
  private static final double SHADE = 0.16;

  private final Content content;
  private final Ticks xTicks;
  private final Ticks yTicks;
  private final PlotTexts texts;
  private final PlotLabels labels;
  private final double left;
  private final double right;
  private final double top;
  private final double bottom;

  PlotPainter(Content content) {
    this.content = content;
    this.xTicks = Ticks.of(content.xAxis().logarithmic(), 0, xValues(content));
    this.yTicks = Ticks.of(content.yAxis().logarithmic(), Ticks.MARGIN, yValues(content));
    this.texts = PlotTexts.of(content);
    this.labels = PlotLabels.of(content.series(), content.width());
    this.left = PlotTexts.LEFT;
    this.right =
        content.width()
            - (labels.isEmpty() ? PlotTexts.EDGE + 10 : labels.width() + PlotTexts.EDGE + 34);
    this.top = texts.top();
    this.bottom = content.height() - texts.below();
  }

  void paint(Surface surface) {
    grid(surface);
    for (int i = 0; i < content.series().size(); i++) {
      Series series = content.series().get(i);
      surface.group("range", series.label());
      for (Quantity enclosure : series.enclosures()) {
        band(surface, enclosure, Palette.series(i));
      }
      spread(surface, series, Palette.series(i));
      surface.endGroup();
    }
    marks(surface);
    for (int i = 0; i < content.series().size(); i++) {
      surface.group("series", content.series().get(i).label());
      series(surface, content.series().get(i), Palette.series(i));
      surface.endGroup();
    }
    frame(surface);
    texts.draw(surface, left, right, top, bottom);
    labels.draw(surface, right, top, bottom, y -> yPixel(y));
  }

  /** The whole text under the plot. */
  String caption() {
    return texts.caption();
  }

  private static DoubleStream xValues(Content content) {
    return DoubleStream.concat(
        content.series().stream().flatMapToDouble(s -> DoubleStream.of(s.x())),
        content.marks().stream().mapToDouble(Content.Mark::x));
  }

  private static DoubleStream yValues(Content content) {
    return content.series().stream().flatMapToDouble(PlotPainter::yValues);
  }

  private static DoubleStream yValues(Series series) {
    DoubleStream own =
        DoubleStream.concat(
            DoubleStream.of(series.y()),
            series.enclosures().stream()
                .map(Quantity::interval)
                .flatMapToDouble(i -> DoubleStream.of(i.lo(), i.hi())));
    DoubleStream around =
        series.spread().stream()
            .flatMapToDouble(
                s -> DoubleStream.concat(DoubleStream.of(s.lower()), DoubleStream.of(s.upper())));
    return DoubleStream.concat(own, around);
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

  private void grid(Surface surface) {
    surface.group("grid", "");
    for (boolean major : new boolean[] {false, true}) {
      int colour = major ? Palette.GRID : Palette.FAINT_GRID;
      for (Ticks.Mark mark : xTicks.marks()) {
        if (mark.major() == major) {
          double x = crisp(left + mark.fraction() * (right - left));
          surface.rectangle(x - 0.5, top, x + 0.5, bottom, colour, 1);
        }
      }
      for (Ticks.Mark mark : yTicks.marks()) {
        if (mark.major() == major) {
          double y = crisp(bottom - mark.fraction() * (bottom - top));
          surface.rectangle(left, y - 0.5, right, y + 0.5, colour, 1);
        }
      }
    }
    surface.endGroup();
  }

  /** Dashes for a proof, dots for anything else. */
  private void band(Surface surface, Quantity enclosure, int colour) {
    Interval interval = enclosure.interval();
    double dash = enclosure.isProof() ? 8 : 0.01;
    double period = enclosure.isProof() ? 14 : 6;
    double lower = yPixel(interval.lo());
    double upper = yPixel(interval.hi());
    if (lower - upper > 1) {
      surface.rectangle(left, upper, right, lower, colour, SHADE);
    }
    for (double y : lower - upper > 3 ? new double[] {lower, upper} : new double[] {lower}) {
      List<double[]> dashes = new ArrayList<>();
      for (double x = left + 1; x < right; x += period) {
        dashes.add(new double[] {x, crisp(y), Math.min(x + dash, right), crisp(y)});
      }
      surface.strokes(dashes, enclosure.isProof() ? 1.4 : 2, colour, 0.9);
    }
  }

  /** An area, and for few points a bar at each of them, since nothing is known between them. */
  private void spread(Surface surface, Series series, int colour) {
    if (series.spread().isEmpty()) {
      return;
    }
    double[] x = DoubleStream.of(series.x()).map(this::xPixel).toArray();
    double[] upper = DoubleStream.of(series.spread().get().upper()).map(this::yPixel).toArray();
    double[] lower = DoubleStream.of(series.spread().get().lower()).map(this::yPixel).toArray();
    surface.area(x, upper, lower, colour, SHADE);
    if (x.length <= FEW_POINTS) {
      List<double[]> bars = new ArrayList<>();
      for (int i = 0; i < x.length; i++) {
        bars.add(new double[] {x[i], upper[i], x[i], lower[i]});
        bars.add(new double[] {x[i] - 5, upper[i], x[i] + 5, upper[i]});
        bars.add(new double[] {x[i] - 5, lower[i], x[i] + 5, lower[i]});
      }
      surface.strokes(bars, 1.4, colour, 0.9);
    }
  }

  private void marks(Surface surface) {
    for (Content.Mark mark : content.marks()) {
      surface.group("mark", mark.label());
      double x = crisp(xPixel(mark.x()));
      List<double[]> dashes = new ArrayList<>();
      for (double y = top; y < bottom; y += 11) {
        dashes.add(new double[] {x, y, x, Math.min(y + 5, bottom)});
      }
      surface.strokes(dashes, 1.4, Palette.GREY, 1);
      double width = StrokeFont.width(mark.label(), MARK.size());
      double start = x + 9 + width < right ? x + 9 : Math.max(left + 4, x - 9 - width);
      surface.text(mark.label(), start, top + 18, MARK.fitting(mark.label(), right - left - 8));
      surface.endGroup();
    }
  }

  private void series(Surface surface, Series series, int colour) {
    double[] y = series.y();
    List<double[]> runs = new ArrayList<>();
    List<Double> run = new ArrayList<>();
    for (int i = 0; i < y.length; i++) {
      if (content.yAxis().holds(y[i])) {
        run.add(xPixel(series.x()[i]));
        run.add(yPixel(y[i]));
      } else {
        surface.triangle(xPixel(series.x()[i]), bottom - 1, TRIANGLE, colour);
        addRun(runs, run);
      }
    }
    addRun(runs, run);
    if (!runs.isEmpty()) {
      surface.strokes(runs, 2.6, colour, 1);
    }
    for (double[] points : runs) {
      if (y.length <= FEW_POINTS || points.length == 2) {
        for (int i = 0; i < points.length; i += 2) {
          surface.disc(points[i], points[i + 1], 4, colour);
        }
      }
    }
  }

  private static void addRun(List<double[]> runs, List<Double> run) {
    if (!run.isEmpty()) {
      runs.add(run.stream().mapToDouble(Double::doubleValue).toArray());
      run.clear();
    }
  }

  private void frame(Surface surface) {
    surface.group("axes", "");
    surface.polyline(new double[] {left, top, left, bottom, right, bottom}, 1.5, Palette.INK, 1);
    for (Ticks.Mark mark : xTicks.marks()) {
      double x = crisp(left + mark.fraction() * (right - left));
      double[] tick = {x, bottom, x, bottom + (mark.major() ? 7 : 4)};
      surface.polyline(tick, 1.2, Palette.INK, 1);
      label(surface, mark, x - labelWidth(mark) / 2, bottom + 27);
    }
    for (Ticks.Mark mark : yTicks.marks()) {
      double y = crisp(bottom - mark.fraction() * (bottom - top));
      double[] tick = {left - (mark.major() ? 7 : 4), y, left, y};
      surface.polyline(tick, 1.2, Palette.INK, 1);
      label(surface, mark, left - 13 - labelWidth(mark), y + 6);
    }
    surface.endGroup();
  }

  private static double labelWidth(Ticks.Mark mark) {
    return mark.power() && !mark.label().isEmpty()
        ? StrokeFont.width("10", TICK.size()) + 3 + StrokeFont.width(mark.label(), EXPONENT.size())
        : StrokeFont.width(mark.label(), TICK.size());
  }

  private static void label(Surface surface, Ticks.Mark mark, double x, double y) {
    if (mark.power() && !mark.label().isEmpty()) {
      surface.text("10", x, y, TICK);
      double exponent = x + StrokeFont.width("10", TICK.size()) + 3;
      surface.text(mark.label(), exponent, y - 7, EXPONENT);
    } else {
      surface.text(mark.label(), x, y, TICK);
    }
  }

  /** The centre of the pixel, where a thin line is sharp. */
  private static double crisp(double position) {
    return Math.floor(position) + 0.5;
  }
}
