package org.fullrank.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.rigor.Quantity;

/** Points in the order in which they are joined, and the enclosures drawn in their colour. */
final class Series {
  private final String label;
  private final double[] x;
  private final double[] y;
  private final List<Quantity> enclosures;

  private Series(String label, double[] x, double[] y, List<Quantity> enclosures) {
    this.label = label;
    this.x = x;
    this.y = y;
    this.enclosures = enclosures;
  }

  /** Copies and checks the coordinates. */
  static Series of(String label, double[] x, double[] y, Axis xAxis) {
    Text.require(label, "LinePlot.withSeries", "label");
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
    return new Series(label, x.clone(), y.clone(), List.of());
  }

  Series withEnclosure(Quantity quantity) {
    List<Quantity> longer = new ArrayList<>(enclosures);
    longer.add(quantity);
    return new Series(label, x, y, List.copyOf(longer));
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
