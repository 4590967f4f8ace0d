package org.fullrank.convergence;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/** How numbers and paragraphs of a certificate are printed. */
final class ProofText {
  private static final int DIGITS = 6;
  private static final int WIDTH = 100;

  private ProofText() {}

  /** At most six digits, rounded outward. */
  static String number(Interval interval) {
    return DecimalInterval.from(interval, DIGITS).toString();
  }

  /**
   * A quantity with its symbol, {@code "h in [0.1, 0.2]"}; a number without any error bound as
   * {@code "h ~ 0.1"}.
   */
  static String named(Quantity quantity) {
    Interval interval = quantity.interval();
    boolean point = interval.lo() == interval.hi();
    if (point && !quantity.isProof()) {
      return quantity.symbol() + " ~ " + DecimalInterval.nearest(interval.lo(), DIGITS);
    }
    String number = number(interval);
    if (number.equals(quantity.symbol())) {
      return number;
    }
    return quantity.symbol() + (number.startsWith("[") ? " in " : " = ") + number;
  }

  /** A paragraph of at most 100 columns where its words allow it, indented after its label. */
  static String hang(String label, String text) {
    String indent = " ".repeat(label.length());
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(label);
    boolean empty = true;
    for (String word : text.strip().split("\\s+", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    lines.add(line.toString());
    return String.join("\n", lines) + "\n";
  }
}
