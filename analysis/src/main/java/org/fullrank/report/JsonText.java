package org.fullrank.report;

import java.util.List;
import java.util.Map;

/**
 * Writes maps, lists, strings, booleans, integers and doubles as JSON (RFC 8259), members in the
 * order of the map, two spaces per level. Finite doubles round-trip exactly, because {@link
 * Double#toString} does; infinite ones become texts, because JSON has no such numbers.
 */
final class JsonText {
  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  static String of(Object value) {
    JsonText text = new JsonText();
    text.value(value, "\n");
    return text.out.append('\n').toString();
  }

  private void value(Object value, String newLine) {
    if (value instanceof Map<?, ?> map) {
      String separator = "";
      out.append('{');
      for (Map.Entry<?, ?> member : map.entrySet()) {
        out.append(separator).append(newLine).append("  ");
        string(String.valueOf(member.getKey()));
        out.append(": ");
        value(member.getValue(), newLine + "  ");
        separator = ",";
      }
      out.append(map.isEmpty() ? "}" : newLine + "}");
    } else if (value instanceof List<?> list) {
      String separator = "";
      out.append('[');
      for (Object item : list) {
        out.append(separator).append(newLine).append("  ");
        value(item, newLine + "  ");
        separator = ",";
      }
      out.append(list.isEmpty() ? "]" : newLine + "]");
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      string(number.toString());
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      string(value.toString());
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // Lone surrogates cannot be encoded as UTF-8, so all surrogates are written as escapes.
          boolean plain = c >= ' ' && c != 0x7f && !Character.isSurrogate(c);
          out.append(plain ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
      }
    }
    out.append('"');
  }
}
