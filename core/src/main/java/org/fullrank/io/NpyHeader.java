package org.fullrank.io;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header of an {@code .npy} file: a Python dictionary literal with the keys {@code descr},
 * {@code fortran_order} and {@code shape}.
 *
 * @param kind type letter: f, i, u or b
 * @param itemSize bytes per value
 * @param order byte order of the values
 * @param fortran whether the first index runs fastest
 * @param shape dimensions; {@code [1]} for a 0-d array
 * @param count number of values, at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never published
record NpyHeader(
    char kind, int itemSize, ByteOrder order, boolean fortran, long[] shape, long count) {
  private static final int MAX_RANK = 32;

  /** At most {@code maxCount} values, which is below 2^63. */
  static NpyHeader parse(byte[] text, String where, long maxCount) {
    return new Parser(new String(text, StandardCharsets.UTF_8), where, maxCount).header();
  }

  /** The header NumPy itself writes: version 1.0, padded so that the values start at 64 k bytes. */
  static byte[] encode(String descr, long[] shape) {
    StringBuilder s = new StringBuilder("{'descr': '").append(descr);
    s.append("', 'fortran_order': False, 'shape': (");
    for (int d = 0; d < shape.length; d++) {
      s.append(d == 0 ? "" : " ").append(shape[d]).append(d + 1 < shape.length ? "," : "");
    }
    s.append(shape.length == 1 ? ",), }" : "), }");
    int total = (10 + s.length() + 1 + 63) / 64 * 64;
    s.append(" ".repeat(total - 11 - s.length())).append('\n');
    byte[] out = new byte[total];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    System.arraycopy(magic, 0, out, 0, 8);
    out[8] = (byte) (total - 10);
    out[9] = (byte) ((total - 10) >> 8);
    byte[] body = s.toString().getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(body, 0, out, 10, body.length);
    return out;
  }

  private static final class Parser {
    private final String text;
    private final String where;
    private final long maxCount;
    private int at;
    private @Nullable String descr;
    private @Nullable Boolean fortran;
    private long @Nullable [] shape;

    Parser(String text, String where, long maxCount) {
      this.text = text;
      this.where = where;
      this.maxCount = maxCount;
    }

    NpyHeader header() {
      expect('{');
      while (!accept('}')) {
        String key = string();
        expect(':');
        boolean repeated;
        switch (key) {
          case "descr" -> {
            repeated = descr != null;
            descr = string();
          }
          case "fortran_order" -> {
            repeated = fortran != null;
            fortran = bool();
          }
          case "shape" -> {
            repeated = shape != null;
            shape = tuple();
          }
          default ->
              throw bad(
                  "the keys 'descr', 'fortran_order' and 'shape'",
                  "'" + Texts.printable(key) + "'");
        }
        if (repeated) {
          throw bad("each key once", "'" + key + "' twice");
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      skipSpace();
      if (at < text.length()) {
        throw bad("nothing after the dictionary", found());
      }
      if (descr == null || fortran == null || shape == null) {
        throw bad("the keys 'descr', 'fortran_order' and 'shape'", "a dictionary without them all");
      }
      return checked(descr, fortran, shape);
    }

    private NpyHeader checked(String descr, boolean fortran, long[] shape) {
      boolean known =
          descr.matches("[<>=]f[248]")
              || descr.matches("[<>=][iu][248]")
              || descr.matches("[<>=|]([iu]1|b1)");
      if (!known) {
        throw bad(
            "a real type (f2, f4, f8, i1 to i8, u1 to u8 or b1, with byte order <, >, = or |)",
            "type '" + Texts.printable(descr) + "'; convert with astype('<f8') before saving");
      }
      if (shape.length > MAX_RANK) {
        throw bad("at most " + MAX_RANK + " dimensions", shape.length + " dimensions");
      }
      long count = 1;
      for (long d : shape) {
        if (d == 0) {
          throw bad("at least one element", "an empty array of shape " + Arrays.toString(shape));
        }
        if (d > maxCount / count) {
          throw bad(
              "fewer than 2^" + (64 - Long.numberOfLeadingZeros(maxCount)) + " elements",
              "shape " + Arrays.toString(shape));
        }
        count *= d;
      }
      ByteOrder order =
          switch (descr.charAt(0)) {
            case '<' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default -> ByteOrder.nativeOrder();
          };
      return new NpyHeader(
          descr.charAt(1),
          descr.charAt(2) - '0',
          order,
          fortran,
          shape.length == 0 ? new long[] {1} : shape,
          count);
    }

    private String string() {
      skipSpace();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw bad("a quoted string", found());
      }
      String s = text.substring(at + 1, end);
      at = end + 1;
      return s;
    }

    private boolean bool() {
      skipSpace();
      for (String word : new String[] {"True", "False"}) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw bad("True or False", found());
    }

    private long[] tuple() {
      expect('(');
      List<Long> dims = new ArrayList<>();
      boolean comma = true;
      while (!accept(')')) {
        if (!comma) {
          throw bad("',' or ')'", found());
        }
        dims.add(dimension());
        comma = accept(',');
      }
      if (dims.size() == 1 && !comma) {
        throw bad("a tuple such as (3,)", "a number in parentheses");
      }
      return dims.stream().mapToLong(Long::longValue).toArray();
    }

    private long dimension() {
      skipSpace();
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      // 18 digits fit a long; a longer dimension is beyond every limit anyway.
      if (at == start || at - start > 18) {
        at = start;
        throw bad("a dimension of 0 to 10^18", found());
      }
      long value = Long.parseLong(text.substring(start, at));
      // Python 2 wrote long integers with a suffix.
      if (at < text.length() && text.charAt(at) == 'L') {
        at++;
      }
      return value;
    }

    private boolean accept(char c) {
      skipSpace();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw bad("'" + c + "'", found());
      }
    }

    private void skipSpace() {
      while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String found() {
      if (at >= text.length()) {
        return "the end of the header";
      }
      return "'" + Texts.printable(text.substring(at, Math.min(at + 20, text.length()))) + "'";
    }

    private IllegalArgumentException bad(String expected, String got) {
      return new IllegalArgumentException(
          where + ": npy header expects " + expected + " but got " + got + ", at character " + at);
    }
  }
}
