package org.fullrank.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A JSON value with the path that led to it, such as {@code network[3].branch[1].op}. */
record JsonAt(Json value, String file, String path) {
  private static final double MAX_INTEGER = 0x1p53;

  /** A member that must be there. */
  JsonAt member(String name) {
    Json v = object().get(name);
    if (v == null) {
      throw bad(
          "a member \"" + name + "\"", "only " + Texts.printable(object().members().keySet()));
    }
    return child(v, name);
  }

  /** A member that may be missing or null. */
  @Nullable JsonAt optional(String name) {
    Json v = object().get(name);
    return v == null || v instanceof Json.Null ? null : child(v, name);
  }

  private JsonAt child(Json v, String name) {
    return new JsonAt(v, file, path.isEmpty() ? name : path + "." + name);
  }

  /** Refuses members besides the named ones, which catches misspelt names. */
  void allowOnly(Set<String> names) {
    for (String name : object().members().keySet()) {
      if (!names.contains(name)) {
        throw bad(
            "only the members " + names.stream().sorted().toList(),
            "\"" + Texts.printable(name) + "\"");
      }
    }
  }

  Json.Obj object() {
    if (value instanceof Json.Obj o) {
      return o;
    }
    throw bad("an object");
  }

  List<JsonAt> items() {
    if (value instanceof Json.Arr a) {
      List<JsonAt> out = new ArrayList<>();
      for (int i = 0; i < a.items().size(); i++) {
        out.add(new JsonAt(a.items().get(i), file, path + "[" + i + "]"));
      }
      return out;
    }
    throw bad("an array");
  }

  String text() {
    if (value instanceof Json.Text t) {
      return t.value();
    }
    throw bad("a string");
  }

  boolean bool() {
    if (value instanceof Json.Bool b) {
      return b.value();
    }
    throw bad("true or false");
  }

  double number() {
    if (value instanceof Json.Num n) {
      return n.value();
    }
    throw bad("a number");
  }

  /** A non-negative integer that a double holds exactly. */
  long integer() {
    double v = value instanceof Json.Num n ? n.value() : Double.NaN;
    if (!(v >= 0 && v <= MAX_INTEGER && v == Math.rint(v))) {
      throw bad("a non-negative integer");
    }
    return (long) v;
  }

  /** Positive dimensions with fewer than 2^31 elements in all. */
  long[] dimensions() {
    List<JsonAt> items = items();
    long[] out = new long[items.size()];
    long product = 1;
    for (int d = 0; d < out.length; d++) {
      out[d] = items.get(d).integer();
      if (out[d] < 1 || out[d] > Integer.MAX_VALUE / product) {
        throw bad("positive dimensions with fewer than 2^31 elements");
      }
      product *= out[d];
    }
    if (out.length == 0) {
      throw bad("at least one dimension");
    }
    return out;
  }

  /** Refuses a member with another value; it may be missing. */
  void requireInteger(String name, long expected) {
    JsonAt v = optional(name);
    if (v != null && v.integer() != expected) {
      throw v.bad(Long.toString(expected));
    }
  }

  /** Adds the place to the message of a check that does not know it. */
  <T> T located(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(at() + e.getMessage(), e);
    }
  }

  IllegalArgumentException bad(String expected) {
    return bad(expected, Texts.printable(value.toText()));
  }

  IllegalArgumentException bad(String expected, String got) {
    return new IllegalArgumentException(at() + "expected " + expected + " but got " + got);
  }

  /** Start of a message. */
  String at() {
    return file + (path.isEmpty() ? "" : ", " + path) + ": ";
  }
}
