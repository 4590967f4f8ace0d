package org.fullrank.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A table of finite numbers with named columns.
 *
 * <p>The file is UTF-8, one row per line, cells separated by commas; spaces around cells are
 * ignored, and a cell may stand in double quotes. A byte order mark at the beginning is skipped.
 * Every number is rounded to the nearest double. Missing cells, ragged rows, NaN and infinities are
 * refused, with line and column in the message.
 */
public final class Csv {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  private final List<String> columns;
  private final double[] values;
  private final String source;

  private Csv(List<String> columns, double[] values, String source) {
    this.columns = List.copyOf(columns);
    this.values = values;
    this.source = source;
  }

  /**
   * Reads a file whose first line names the columns.
   *
   * @param file a regular file
   * @return the table
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the content is not a table as described above
   */
  public static Csv withHeader(Path file) throws IOException {
    return new Reader(file.toString()).read(file, true);
  }

  /**
   * Reads a file whose first line is data already; columns are called {@code c0}, {@code c1}, ...
   *
   * @param file a regular file
   * @return the table
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the content is not a table as described above
   */
  public static Csv withoutHeader(Path file) throws IOException {
    return new Reader(file.toString()).read(file, false);
  }

  /**
   * The names of the columns.
   *
   * @return in file order
   */
  public List<String> columns() {
    return columns;
  }

  /**
   * The number of rows, the header not counted.
   *
   * @return at least 1
   */
  public int rows() {
    return values.length / columns.size();
  }

  /**
   * The path the table was read from, as it was given.
   *
   * @return for provenance
   */
  public String source() {
    return source;
  }

  /**
   * All columns.
   *
   * @return a new {@code DOUBLE} matrix {@code [rows, columns]}
   */
  public INDArray matrix() {
    return Tensors.of(values, rows(), columns.size());
  }

  /**
   * One column.
   *
   * @param name its name
   * @return a new array of its values
   * @throws IllegalArgumentException if there is no such column
   */
  public double[] column(String name) {
    int c = columns.indexOf(name);
    if (c < 0) {
      throw new IllegalArgumentException(
          source
              + ": expected a column of "
              + Texts.printable(columns)
              + " but got '"
              + Texts.printable(name)
              + "'");
    }
    double[] out = new double[rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i * columns.size() + c];
    }
    return out;
  }

  @Override
  public String toString() {
    return source + ": " + rows() + " rows, " + columns.size() + " columns";
  }

  private static final class Reader {
    /** Lines between two looks at an interrupt, which does not reach the stream. */
    private static final int CHECKED = 1000;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    /** So often, the cells of one line are compared with the memory. */
    private static final int CELLS = 1 << 16;

    /** Of a short cell as a text: measured about 100, with room for the collector. */
    private static final long BYTES_PER_CELL = 192;

    private final String where;
    private String first = "";
    private String current = "";
    private double[] values = new double[256];
    private int count;
    private int line;
    private List<String> columns = List.of();

    Reader(String where) {
      this.where = where;
    }

    Csv read(Path file, boolean header) throws IOException {
      InputFiles.requireRegular(file);
      InputFiles.requireMemory(Files.size(file), where);
      try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        boolean named = false;
        int blank = 0;
        for (String text = in.readLine(); text != null; text = in.readLine()) {
          line++;
          if (line % CHECKED == 1) {
            Cancellation.check("Reading " + file);
          }
          if (line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
          }
          first = line == 1 ? text : first;
          current = text;
          if (text.isBlank()) {
            blank = blank == 0 ? line : blank;
            continue;
          }
          if (blank > 0) {
            throw new IllegalArgumentException(
                where + ", line " + blank + ": expected a row but got a blank line");
          }
          List<String> cells = cells(text);
          if (!named) {
            columns = header ? header(cells) : numbered(cells.size());
            named = true;
          }
          if (!header || line > 1) {
            row(cells);
          }
        }
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(
            where + ", after line " + line + ": expected UTF-8 text but got other bytes", e);
      }
      if (count == 0) {
        throw new IllegalArgumentException(where + ": expected at least one row but got none");
      }
      return new Csv(columns, Arrays.copyOf(values, count), where);
    }

    private List<String> header(List<String> cells) {
      if (cells.stream().allMatch(c -> NUMBER.matcher(c).matches())) {
        throw new IllegalArgumentException(
            where + ", line 1: expected column names but got only numbers; use withoutHeader");
      }
      HashSet<String> seen = new HashSet<>();
      for (int c = 0; c < cells.size(); c++) {
        if (cells.get(c).isEmpty() || !seen.add(cells.get(c))) {
          throw bad(c, "a new column name", cells.get(c));
        }
      }
      return cells;
    }

    private static List<String> numbered(int n) {
      List<String> names = new ArrayList<>();
      for (int c = 0; c < n; c++) {
        names.add("c" + c);
      }
      return names;
    }

    private void row(List<String> cells) {
      if (cells.size() != columns.size()) {
        throw new IllegalArgumentException(
            where
                + ", line "
                + line
                + ": expected "
                + columns.size()
                + (columns.size() == 1 ? " cell" : " cells")
                + " but got "
                + cells.size()
                + otherSeparator());
      }
      for (int c = 0; c < cells.size(); c++) {
        String cell = cells.get(c);
        double v = NUMBER.matcher(cell).matches() ? Double.parseDouble(cell) : Double.NaN;
        if (!Double.isFinite(v)) {
          throw bad(c, "a finite number", cell);
        }
        if (count == values.length) {
          values = Arrays.copyOf(values, Tensors.length(2, count));
        }
        values[count++] = v;
      }
    }

    private IllegalArgumentException bad(int c, String expected, String got) {
      String name = c < columns.size() ? " ('" + Texts.printable(columns.get(c)) + "')" : "";
      return new IllegalArgumentException(
          where
              + ", line "
              + line
              + ", column "
              + (c + 1)
              + name
              + ": expected "
              + expected
              + " but got '"
              + Texts.printable(got)
              + "'"
              + otherSeparator());
    }

    /** A guess: both the first line and this one have the other separator, and few commas. */
    private String otherSeparator() {
      for (char c : new char[] {';', '\t', '|', ' '}) {
        if (separates(c, first) && separates(c, current)) {
          String name = c == '\t' ? "tabs" : c == ' ' ? "spaces" : "'" + c + "'";
          return "; this looks like a file separated by " + name + ", expected commas";
        }
      }
      return "";
    }

    private static boolean separates(char c, String text) {
      String cells = text.strip();
      long others = cells.chars().filter(x -> x == c).count();
      long commas = cells.chars().filter(x -> x == ',').count();
      // Each cell may have a decimal comma, but where commas separate, blanks only follow them.
      return others > 0 && commas <= (c == ';' ? others + 1 : 0);
    }

    private List<String> cells(String text) {
      List<String> out = new ArrayList<>();
      StringBuilder cell = new StringBuilder();
      // Non-null once the cell's closing quote was seen.
      @Nullable String quoted = null;
      boolean inside = false;
      for (int i = 0; i <= text.length(); i++) {
        char c = i < text.length() ? text.charAt(i) : ',';
        if (inside && i == text.length()) {
          throw bad(out.size(), "a closing quote", cell.toString());
        } else if (inside && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
          cell.append('"');
          i++;
        } else if (inside && c == '"') {
          inside = false;
          quoted = cell.toString();
          cell.setLength(0);
        } else if (inside || (c != ',' && c != '"')) {
          cell.append(c);
        } else if (c == '"') {
          if (quoted != null || !cell.toString().isBlank()) {
            throw bad(out.size(), "quotes around the whole cell", cell.toString());
          }
          cell.setLength(0);
          inside = true;
        } else {
          String rest = cell.toString().strip();
          if (quoted != null && !rest.isEmpty()) {
            throw bad(out.size(), "quotes around the whole cell", rest);
          }
          out.add(quoted != null ? quoted : rest);
          if (out.size() % CELLS == 0) {
            InputFiles.requireMemory(BYTES_PER_CELL * out.size(), where + ", line " + line);
          }
          quoted = null;
          cell.setLength(0);
        }
      }
      return out;
    }
  }
}
