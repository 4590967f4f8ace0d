package org.fullrank.report;

import java.util.ArrayList;
import java.util.List;

/** Checks and line breaking shared by the renderers. */
final class Text {
  private Text() {}

  /** Returns {@code text} unless it is blank. */
  static String require(String text, String where, String name) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          where + " expects a non-blank " + name + " but got '" + text + "'");
    }
    return text;
  }

  /** The text on one line, with runs of white space and control characters made single spaces. */
  static String oneLine(String text) {
    return text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }

  /** Paragraphs, which are separated by blank lines, each on one line. */
  static List<String> paragraphs(String text) {
    List<String> paragraphs = new ArrayList<>();
    for (String part : text.split("\\R\\s*\\R", -1)) {
      String line = oneLine(part);
      if (!line.isEmpty()) {
        paragraphs.add(line);
      }
    }
    return paragraphs;
  }

  /** Breaks {@code text} at spaces, and inside words longer than a line. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : oneLine(text).split(" ", -1)) {
      String rest = word;
      if (line.length() > 0 && line.length() + 1 + rest.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (rest.length() > width) {
        lines.add(rest.substring(0, width));
        rest = rest.substring(width);
      }
      line.append(line.length() > 0 ? " " : "").append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Pads with spaces on the right. */
  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
