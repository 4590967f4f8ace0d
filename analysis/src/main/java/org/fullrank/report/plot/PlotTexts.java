package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.fullrank.report.plot.StrokeFont.Style;
import org.fullrank.rigor.Quantity;

/** The words around a plot: title, legend, names of the axes and caption. */
final class PlotTexts {
  static final double EDGE = 28;

  /** Where the plot begins, to the right of the numbers of its vertical axis. */
  static final double LEFT = 104;

  private static final Style TITLE = new Style(25, 2.6, Palette.INK);
  private static final Style AXIS_TITLE = new Style(18, 1.6, Palette.INK);
  private static final Style LEGEND = new Style(17, 1.5, Palette.INK);
  private static final Style CAPTION = new Style(15, 1.3, Palette.GREY);
  private static final double LINE_HEIGHT = 24;

  private final Content content;
  private final List<List<Integer>> legend;
  private final List<String> caption;

  private PlotTexts(Content content, List<List<Integer>> legend, List<String> caption) {
    this.content = content;
    this.legend = legend;
    this.caption = caption;
  }

  static PlotTexts of(Content content) {
    return new PlotTexts(content, legendRows(content), captionLines(content));
  }

  /** Where the plot begins, below title and legend. */
  double top() {
    return 70 + LINE_HEIGHT * legend.size();
  }

  /** Pixels below the plot, for its axis and the caption. */
  double below() {
    return 82 + LINE_HEIGHT * caption.size();
  }

  String caption() {
    return String.join(" ", caption);
  }

  void draw(Surface surface, double left, double right, double top, double bottom) {
    double room = content.width() - 2 * EDGE;
    surface.group("texts", "");
    surface.text(content.title(), EDGE, 44, TITLE.fitting(content.title(), room));
    double y = 76;
    for (List<Integer> row : legend) {
      double x = LEFT;
      for (int index : row) {
        String label = content.series().get(index).label();
        double[] sample = {x, y - 6, x + 30, y - 6};
        surface.polyline(sample, 3.2, Palette.series(index), 1);
        surface.text(label, x + 40, y, LEGEND.fitting(label, room - 40));
        x += legendWidth(label);
      }
      y += LINE_HEIGHT;
    }
    String xTitle = content.xAxis().title();
    Style xStyle = AXIS_TITLE.fitting(xTitle, right - left);
    double xWidth = StrokeFont.width(xTitle, xStyle.size());
    surface.text(xTitle, (left + right - xWidth) / 2, bottom + 58, xStyle);
    String yTitle = content.yAxis().title();
    Style yStyle = AXIS_TITLE.fitting(yTitle, bottom - top);
    double yWidth = StrokeFont.width(yTitle, yStyle.size());
    surface.text(yTitle, 36, (top + bottom + yWidth) / 2, yStyle, true);
    for (int i = 0; i < caption.size(); i++) {
      double baseline = content.height() - 20 - LINE_HEIGHT * (caption.size() - 1 - i);
      surface.text(caption.get(i), EDGE, baseline, CAPTION.fitting(caption.get(i), room));
    }
    surface.endGroup();
  }

  private static double legendWidth(String label) {
    return 40 + StrokeFont.width(label, LEGEND.size()) + 36;
  }

  private static List<List<Integer>> legendRows(Content content) {
    List<List<Integer>> rows = new ArrayList<>();
    double x = Double.POSITIVE_INFINITY;
    for (int i = 0; i < content.series().size(); i++) {
      double width = legendWidth(content.series().get(i).label());
      if (x + width > content.width()) {
        rows.add(new ArrayList<>());
        x = LEFT;
      }
      rows.get(rows.size() - 1).add(i);
      x += width;
    }
    return rows;
  }

  private static List<String> captionLines(Content content) {
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
      long off = DoubleStream.of(series.y()).filter(y -> !content.yAxis().holds(y)).count();
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
    if (sentences.isEmpty()) {
      return List.of();
    }
    return Words.wrap(String.join(" ", sentences), CAPTION, content.width() - 2 * EDGE);
  }
}
