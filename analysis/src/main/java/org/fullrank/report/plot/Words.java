package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.report.plot.StrokeFont.Style;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;

/** Checks of texts, and the words beside numbers. */
final class Words {
  private static final int ESTIMATE_DIGITS = 10;

  private Words() {}

  /** Returns {@code text} unless it is blank. */
  static String require(String text, String where, String name) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          where + " expects a non-blank " + name + " but got '" + text + "'");
    }
    return text;
  }

  /** Lines of at most {@code room} pixels, broken at spaces; a longer word has its own line. */
  static List<String> wrap(String text, Style style, double room) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : text.strip().split("\\s+", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && StrokeFont.width(longer, style.size()) > room) {
        lines.add(line);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.add(line);
    return lines;
  }

  /** An enclosure with its ends rounded outward; a lone number without proof is approximate. */
  static String value(Quantity quantity) {
    Interval interval = quantity.interval();
    boolean estimate = !quantity.isProof() && interval.lo() == interval.hi();
    return estimate
        ? "~ " + DecimalInterval.nearest(interval.lo(), ESTIMATE_DIGITS)
        : DecimalInterval.from(interval).toString();
  }

  /** What a number is about, in two words. */
  static String name(Subject subject) {
    return switch (subject) {
      case STORED_MATRIX -> "stored matrix";
      case EXACT_PRODUCT -> "exact product";
      case EXACT_NETWORK -> "exact network";
    };
  }
}
