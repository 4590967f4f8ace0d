package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.report.plot.StrokeFont.Style;
import org.fullrank.rigor.Quantity;

/**
 * The numbers beside a plot, one label per enclosure, joined to its height by a thin line. Labels
 * that would overlap are pushed apart.
 */
final class PlotLabels {
  private static final Style NAME = new Style(16, 1.6, 0);
  private static final Style NUMBER = new Style(15, 1.3, Palette.INK);
  private static final Style NOTE = new Style(13, 1.15, Palette.GREY);
  private static final double HEIGHT = 66;
  private static final double LARGEST_SHARE = 0.31; // of the width of the picture

  private record Label(String name, String number, String note, double value, int colour) {}

  private final List<Label> labels;
  private final double width;

  private PlotLabels(List<Label> labels, double width) {
    this.labels = labels;
    this.width = width;
  }

  static PlotLabels of(List<Series> series, int pictureWidth) {
    List<Label> labels = new ArrayList<>();
    double widest = 0;
    for (int i = 0; i < series.size(); i++) {
      String suffix = series.size() > 1 ? ", " + series.get(i).label() : "";
      for (Quantity quantity : series.get(i).enclosures()) {
        Label label =
            new Label(
                quantity.symbol() + suffix,
                Words.value(quantity),
                quantity.rigor() + ", about the " + Words.name(quantity.subject()),
                Math.max(quantity.interval().mid(), quantity.interval().lo()),
                Palette.series(i));
        labels.add(label);
        widest = Math.max(widest, StrokeFont.width(label.name(), NAME.size()));
        widest = Math.max(widest, StrokeFont.width(label.number(), NUMBER.size()));
        widest = Math.max(widest, StrokeFont.width(label.note(), NOTE.size()));
      }
    }
    labels.sort(Comparator.comparingDouble(Label::value).reversed());
    return new PlotLabels(labels, Math.min(widest, LARGEST_SHARE * pictureWidth));
  }

  boolean isEmpty() {
    return labels.isEmpty();
  }

  /** Pixels that the labels need, without the lines that join them to the plot. */
  double width() {
    return width;
  }

  /** Draws the labels to the right of {@code edge}. */
  void draw(Surface surface, double edge, double top, double bottom, DoubleUnaryOperator height) {
    double[] wanted = labels.stream().mapToDouble(l -> height.applyAsDouble(l.value())).toArray();
    double[] placed = spread(wanted, top + HEIGHT / 2 - 10, bottom - HEIGHT / 2 + 10);
    for (int i = 0; i < placed.length; i++) {
      Label label = labels.get(i);
      double y = placed[i];
      double x = edge + 34;
      double[] leader = {edge + 2, wanted[i], edge + 14, wanted[i], x - 8, y};
      surface.polyline(leader, 1.2, label.colour(), 0.9);
      surface.rectangle(x - 8, y - 26, x - 5, y + 26, label.colour(), 1);
      Style name = new Style(NAME.size(), NAME.line(), label.colour());
      surface.text(label.name(), x + 2, y - 12, name.fitting(label.name(), width));
      surface.text(label.number(), x + 2, y + 8, NUMBER.fitting(label.number(), width));
      surface.text(label.note(), x + 2, y + 25, NOTE.fitting(label.note(), width));
    }
  }

  /** Increasing positions near the wanted ones, {@link #HEIGHT} apart where there is room. */
  private static double[] spread(double[] wanted, double top, double bottom) {
    int n = wanted.length;
    double gap = n > 1 ? Math.min(HEIGHT, (bottom - top) / (n - 1)) : HEIGHT;
    double[] placed = new double[n];
    for (int i = 0; i < n; i++) {
      double least = i == 0 ? top : placed[i - 1] + gap;
      placed[i] = Math.max(least, wanted[i]);
    }
    for (int i = n - 1; i >= 0; i--) {
      double most = i == n - 1 ? bottom : placed[i + 1] - gap;
      placed[i] = Math.min(placed[i], most);
    }
    return placed;
  }
}
