package org.fullrank.io;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Pieces of error messages. */
final class Texts {
  /** Of a list, shown in a message. */
  private static final int MOST_NAMES = 40;

  private Texts() {}

  /** As {@link #printable(String)} for each of some names, not too many of them. */
  static String printable(Collection<String> names) {
    String some =
        names.stream().limit(MOST_NAMES).map(Texts::printable).collect(Collectors.joining(", "));
    return names.size() > MOST_NAMES
        ? "[" + some + ", ... (" + names.size() + " in all)]"
        : "[" + some + "]";
  }

  /** Quotable in a one-line message: control characters and non-ASCII become escapes. */
  static String printable(String s) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(s.length(), 60); i++) {
      char c = s.charAt(i);
      if (c >= 32 && c < 127) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return s.length() > 60 ? out.append("...").toString() : out.toString();
  }
}
