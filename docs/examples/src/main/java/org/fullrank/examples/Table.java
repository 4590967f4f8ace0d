package org.fullrank.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Rows of numbers and texts that an experiment collects: exact in CSV, with four digits in
 * Markdown.
 */
final class Table {
  private final List<String> columns;
  private final List<Object[]> rows = new ArrayList<>();

  private Table(List<String> columns) {
    this.columns = columns;
  }

  /** A table without rows. */
  static Table of(String... columns) {
    return new Table(List.of(columns));
  }

  /**
   * Adds a row.
   *
   * @param cells as many as there are columns: doubles and integers, or anything that prints well
   */
  void add(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "Table.add expects one cell for each of "
              + columns
              + " but got "
              + Arrays.toString(cells));
    }
    rows.add(cells.clone());
  }

  /** A column of numbers, as a series for a plot. */
  double[] column(String name) {
    int index = columns.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "Table.column expects one of " + columns + " but got '" + name + "'");
    }
    return rows.stream().mapToDouble(row -> ((Number) row[index]).doubleValue()).toArray();
  }

  /** Comma-separated values with a header; reading a number gives the same double. */
  String toCsv() {
    StringBuilder text = new StringBuilder(String.join(",", columns)).append('\n');
    for (Object[] row : rows) {
      text.append(String.join(",", Arrays.stream(row).map(Table::quoted).toList())).append('\n');
    }
    return text.toString();
  }

  private static String quoted(Object cell) {
    String text = String.valueOf(cell);
    return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** A table in GitHub's Markdown. */
  String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("| ").append(String.join(" | ", columns)).append(" |\n");
    text.append('|').append("---|".repeat(columns.size())).append('\n');
    for (Object[] row : rows) {
      List<String> cells = Arrays.stream(row).map(Table::rounded).toList();
      text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
    return text.toString();
  }

  private static String rounded(Object cell) {
    if (cell instanceof Double number) {
      boolean whole = number == Math.rint(number) && Math.abs(number) < 1e6;
      return whole ? Long.toString(number.longValue()) : String.format(Locale.ROOT, "%.4g", number);
    }
    return String.valueOf(cell).replace("|", "\\|");
  }
}
