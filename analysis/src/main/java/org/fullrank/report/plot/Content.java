package org.fullrank.report.plot;

import java.util.List;
import java.util.Optional;

/** Everything a painter needs. */
record Content(
    String title,
    Axis xAxis,
    Axis yAxis,
    List<Series> series,
    List<Mark> marks,
    Optional<String> caption,
    int width,
    int height) {

  /** A vertical line with a name. */
  record Mark(double x, String label) {}

  Content withTitle(String other) {
    return new Content(other, xAxis, yAxis, series, marks, caption, width, height);
  }

  Content withSeries(List<Series> other) {
    List<Series> copy = List.copyOf(other);
    return new Content(title, xAxis, yAxis, copy, marks, caption, width, height);
  }

  Content withMarks(List<Mark> other) {
    List<Mark> copy = List.copyOf(other);
    return new Content(title, xAxis, yAxis, series, copy, caption, width, height);
  }

  Content withCaption(String other) {
    Optional<String> text = Optional.of(other);
    return new Content(title, xAxis, yAxis, series, marks, text, width, height);
  }

  Content withSize(int otherWidth, int otherHeight) {
    return new Content(title, xAxis, yAxis, series, marks, caption, otherWidth, otherHeight);
  }
}
