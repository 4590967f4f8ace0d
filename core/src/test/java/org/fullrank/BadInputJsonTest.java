package org.fullrank;

import static org.fullrank.oracle.Misuse.argument;

import java.util.stream.Stream;
import org.fullrank.io.Json;
import org.fullrank.oracle.Misuse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Malformed JSON gets an exception that says what was expected, and where. */
class BadInputJsonTest {
  private static Misuse json(String text, String... words) {
    return argument("json " + text, () -> Json.parse(text), words);
  }

  static Stream<Misuse> documents() {
    String deep = "[".repeat(100_000);
    return Stream.of(
        json("", "a value", "JSON text"),
        json("{", "a member name", "JSON text"),
        json("{\"a\" 1}", "':'", "'1}'"),
        json("{\"a\": 1,}", "a member name in quotes", "'}'"),
        json("{\"a\": 1, \"a\": 2}", "each member name once", "\"a\" twice"),
        json("[1, 2", "',' or ']'", "end"),
        json("[1 2]", "',' or ']'", "'2]'"),
        json("NaN", "a value", "'NaN'"),
        json("[Infinity]", "a value", "'Infinity]'"),
        json("[-NaN]", "a digit", "'NaN]'"),
        json("1e999", "range of doubles", "'1e999'"),
        json("01", "nothing after the value", "'1'"),
        json("1.", "a digit", "end"),
        json("'a'", "a value", "''a''"),
        json("\"a", "at the end of the string", "end"),
        json("\"\\x\"", "an escape", "x"),
        json("\"\\ud800\"", "surrogate", "d800"),
        json("tru", "'true'", "'tru'"),
        json("[1] // no", "nothing after the value", "'// no'"),
        argument("json too deep", () -> Json.parse(deep), "nesting of at most 256", "more"),
        argument("json NaN", () -> new Json.Num(Double.NaN), "finite", "NaN"),
        argument("json 2^60", () -> Json.object().with("a", 1L << 60), "2^53", "\"a\"", "1152"));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void isExplained(Misuse misuse) {
    misuse.check();
  }
}
