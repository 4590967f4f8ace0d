package org.fullrank.io;

/** Pieces of error messages. */
final class Texts {
  private Texts() {}

  /** Quotable in a one-line message: control characters and non-ASCII become escapes. */
  static String printable(String s) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(s.length(), 60); i++) {
      char c = s.charAt(i);
      if (c >= 32 && c < 127) {
        out.append(c);
      } else {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
    return s.length() > 60 ? out.append("...").toString() : out.toString();
  }
}
