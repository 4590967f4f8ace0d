package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.rigor.Quantity;

/**
 * Points in the order in which they are joined, and what is drawn in their colour: enclosures, and
 * a range around each point.
 */
final class Series {
  private final String label;
  private final double[] x;
  private final double[] y;
  private final List<Quantity> enclosures;
  private final Optional<Spread> spread;

  /** The lower and the upper end for each point. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  record Spread(double[] lower, double[] upper) {}

  private Series(
      String label, double[] x, double[] y, List<Quantity> enclosures, Optional<Spread> spread) {
    this.label = label;
    this.x = x;
    this.y = y;
    this.enclosures = enclosures;
    this.spread = spread;
  }

  /** Copies and checks the coordinates. */
  static Series of(String label, double[] x, double[] y, Axis xAxis) {
    Words.require(label, "LinePlot.withSeries", "label");
    if (x.length != y.length || x.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "Series '%s' expects as many x as y, at least one, but got %d and %d",
              label,
              x.length,
              y.length));
    }
    for (int i = 0; i < x.length; i++) {
      boolean onAxis = Double.isFinite(x[i]) && (!xAxis.logarithmic() || x[i] > 0);
      if (!onAxis || !Double.isFinite(y[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Series '%s' expects finite coordinates, x > 0 on a logarithmic axis, but got (%s,"
                    + " %s) at index %d",
                label,
                x[i],
                y[i],
                i));
      }
    }
    return new Series(label, x.clone(), y.clone(), List.of(), Optional.empty());
  }

  Series withEnclosure(Quantity quantity) {
    List<Quantity> longer = new ArrayList<>(enclosures);
    longer.add(quantity);
    return new Series(label, x, y, List.copyOf(longer), spread);
  }

  /** Copies and checks the ends: finite, around each point, with x that does not decrease. */
  Series withSpread(double[] lower, double[] upper) {
    if (lower.length != x.length || upper.length != x.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "LinePlot.withSpread expects %d lower and upper ends but got %d and %d",
              x.length,
              lower.length,
              upper.length));
    }
    for (int i = 0; i < x.length; i++) {
      boolean around = lower[i] <= y[i] && y[i] <= upper[i];
      boolean finite = Double.isFinite(lower[i]) && Double.isFinite(upper[i]);
      if (!around || !finite || (i > 0 && x[i] < x[i - 1])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "LinePlot.withSpread expects x that do not decrease and finite ends around y but"
                    + " got [%s, %s] around (%s, %s) at index %d",
                lower[i],
                upper[i],
                x[i],
                y[i],
                i));
      }
    }
    Spread ends = new Spread(lower.clone(), upper.clone());
    return new Series(label, x, y, enclosures, Optional.of(ends));
  }

  Optional<Spread> spread() {
    return spread;
  }

  String label() {
    return label;
  }

  /** The own array, which callers in this package only read. */
  double[] x() {
    return x;
  }

  /** The own array, which callers in this package only read. */
  double[] y() {
    return y;
  }

  List<Quantity> enclosures() {
    return enclosures;
  }
}
