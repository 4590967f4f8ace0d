package org.fullrank.io;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes JSON text. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private final boolean pretty;

  private JsonWriter(boolean pretty) {
    this.pretty = pretty;
  }

  static String write(Json value, boolean pretty) {
    JsonWriter w = new JsonWriter(pretty);
    w.value(value, 0);
    return w.out.toString();
  }

  private void value(Json value, int depth) {
    if (value instanceof Json.Null) {
      out.append("null");
    } else if (value instanceof Json.Bool b) {
      out.append(b.value());
    } else if (value instanceof Json.Num n) {
      out.append(number(n.value()));
    } else if (value instanceof Json.Text t) {
      text(t.value());
    } else if (value instanceof Json.Arr a) {
      array(a.items(), depth);
    } else if (value instanceof Json.Obj o) {
      object(o.members(), depth);
    }
  }

  private void array(List<Json> items, int depth) {
    boolean lines =
        pretty && items.stream().anyMatch(v -> v instanceof Json.Arr || v instanceof Json.Obj);
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : lines || !pretty ? "," : ", ");
      if (lines) {
        newLine(depth + 1);
      }
      value(items.get(i), depth + 1);
    }
    if (lines) {
      newLine(depth);
    }
    out.append(']');
  }

  private void object(Map<String, Json> members, int depth) {
    out.append('{');
    Iterator<Map.Entry<String, Json>> entries = members.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Json> e = entries.next();
      if (pretty) {
        newLine(depth + 1);
      }
      text(e.getKey());
      out.append(pretty ? ": " : ":");
      value(e.getValue(), depth + 1);
      out.append(entries.hasNext() ? "," : "");
    }
    if (pretty && !members.isEmpty()) {
      newLine(depth);
    }
    out.append('}');
  }

  private void newLine(int depth) {
    out.append('\n').append("  ".repeat(depth));
  }

  private void text(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else if (Character.isSurrogate(c) && !isPaired(s, i)) {
            throw new IllegalArgumentException(
                "a JSON string expects valid Unicode but got an unpaired surrogate at index "
                    + i
                    + " of '"
                    + Texts.printable(s)
                    + "'");
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPaired(String s, int i) {
    return Character.isHighSurrogate(s.charAt(i))
        ? i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
  }

  /** The shortest decimal that reads back as the same double. */
  static String number(double v) {
    if (v == 0) {
      return 1 / v < 0 ? "-0.0" : "0";
    }
    // Double.toString reads back exactly but before JDK 19 may carry a digit too many.
    BigDecimal best = new BigDecimal(Double.toString(v)).stripTrailingZeros();
    BigDecimal exact = new BigDecimal(v);
    for (int digits = best.precision() - 1; digits >= 1; digits--) {
      BigDecimal shorter = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shorter.doubleValue() != v) {
        // Above a power of two the interval of a double reaches further away from zero.
        shorter = exact.round(new MathContext(digits, RoundingMode.UP));
      }
      if (shorter.doubleValue() != v) {
        break;
      }
      best = shorter.stripTrailingZeros();
    }
    int exponent = best.precision() - best.scale() - 1;
    if (exponent >= -5 && exponent < 17) {
      return best.toPlainString();
    }
    String digits = best.unscaledValue().abs().toString();
    return (v < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "e"
        + exponent;
  }
}
