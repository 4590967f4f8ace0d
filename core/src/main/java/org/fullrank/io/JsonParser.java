package org.fullrank.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON text strictly. */
final class JsonParser {
  private static final int MAX_DEPTH = 256;

  private final String text;
  private final String where;
  private int at;

  JsonParser(String text, String where) {
    this.text = text;
    this.where = where;
  }

  Json parse() {
    Json value = value(0);
    skipSpace();
    if (at < text.length()) {
      throw bad("nothing after the value", found());
    }
    return value;
  }

  private Json value(int depth) {
    skipSpace();
    char c = peek();
    if ((c == '{' || c == '[') && depth == MAX_DEPTH) {
      throw bad("nesting of at most " + MAX_DEPTH, "more");
    }
    return switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Text(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.Null.NULL);
      default -> {
        if (c == '-' || isDigit(c)) {
          yield number();
        }
        throw bad("a value", found());
      }
    };
  }

  private Json object(int depth) {
    Map<String, Json> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (accept('}')) {
      return new Json.Obj(members);
    }
    do {
      skipSpace();
      if (peek() != '"') {
        throw bad("a member name in quotes", found());
      }
      int start = at;
      String name = string();
      if (members.containsKey(name)) {
        at = start;
        throw bad("each member name once", "\"" + Texts.printable(name) + "\" twice");
      }
      skipSpace();
      if (!accept(':')) {
        throw bad("':'", found());
      }
      members.put(name, value(depth + 1));
      skipSpace();
    } while (accept(','));
    if (!accept('}')) {
      throw bad("',' or '}'", found());
    }
    return new Json.Obj(members);
  }

  private Json array(int depth) {
    List<Json> items = new ArrayList<>();
    at++;
    skipSpace();
    if (accept(']')) {
      return new Json.Arr(items);
    }
    do {
      items.add(value(depth + 1));
      skipSpace();
    } while (accept(','));
    if (!accept(']')) {
      throw bad("',' or ']'", found());
    }
    return new Json.Arr(items);
  }

  private Json literal(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw bad("'" + word + "'", found());
    }
    at += word.length();
    return value;
  }

  private Json number() {
    final int start = at;
    accept('-');
    if (!accept('0')) {
      digits();
    }
    if (accept('.')) {
      digits();
    }
    if (accept('e') || accept('E')) {
      if (!accept('+')) {
        accept('-');
      }
      digits();
    }
    double value = Double.parseDouble(text.substring(start, at));
    if (Double.isInfinite(value)) {
      at = start;
      throw bad("a number within the range of doubles", found());
    }
    return new Json.Num(value);
  }

  private void digits() {
    if (!isDigit(peek())) {
      throw bad("a digit", found());
    }
    while (isDigit(peek())) {
      at++;
    }
  }

  private String string() {
    StringBuilder s = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length()) {
        throw bad("'\"' at the end of the string", found());
      }
      char c = text.charAt(at);
      if (c < 0x20) {
        throw bad("control characters as escapes", found());
      }
      at++;
      if (c == '"') {
        return s.toString();
      }
      s.append(c == '\\' ? escape(s) : c);
    }
  }

  private char escape(StringBuilder before) {
    char c = peek();
    int i = "\"\\/bfnrt".indexOf(c);
    if (i >= 0 && at < text.length()) {
      at++;
      return "\"\\/\b\f\n\r\t".charAt(i);
    }
    if (c != 'u') {
      throw bad("an escape of \" \\ / b f n r t u", found());
    }
    char unit = unit();
    if (Character.isLowSurrogate(unit)) {
      throw bad("a high surrogate before a low one", "\\u" + Integer.toHexString(unit));
    }
    if (Character.isHighSurrogate(unit)) {
      char low = text.startsWith("\\u", at) ? lowUnit() : 0;
      if (!Character.isLowSurrogate(low)) {
        throw bad("a low surrogate after \\u" + Integer.toHexString(unit), found());
      }
      before.append(unit);
      return low;
    }
    return unit;
  }

  private char lowUnit() {
    at++;
    return unit();
  }

  private char unit() {
    at++;
    int value = 0;
    for (int i = 0; i < 4; i++, at++) {
      // Character.digit would also take digits of other scripts.
      int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
      if (digit < 0) {
        throw bad("four hexadecimal digits after \\u", found());
      }
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean accept(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private String found() {
    return at >= text.length()
        ? "the end of the text"
        : "'" + Texts.printable(text.substring(at, Math.min(at + 20, text.length()))) + "'";
  }

  private IllegalArgumentException bad(String expected, String got) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, text.length()); i++) {
      boolean ends = text.charAt(i) == '\n';
      line += ends ? 1 : 0;
      column = ends ? 1 : column + 1;
    }
    return new IllegalArgumentException(
        where
            + ", line "
            + line
            + ", column "
            + column
            + ": expected "
            + expected
            + " but got "
            + got);
  }
}
