package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
  @TempDir Path folder;

  @Test
  void readsEveryKindOfValue() {
    Json value =
        Json.parse(
            " {\"a\": [1, -2.5e3, true, false, null], \"b\": {}, \"\": [],"
                + " \"s\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"}\r\n");
    assertThat(value)
        .isEqualTo(
            Json.object()
                .with(
                    "a",
                    Json.array(
                        List.of(
                            new Json.Num(1),
                            new Json.Num(-2500),
                            new Json.Bool(true),
                            new Json.Bool(false),
                            Json.Null.NULL)))
                .with("b", Json.object())
                .with("", Json.array())
                .with("s", "\"\\/\b\f\n\r\t\u00e9\ud83d\ude00"));
    assertThat(Json.parse(value.toText())).isEqualTo(value);
    assertThat(Json.parse(value.toPrettyText())).isEqualTo(value);
  }

  static Stream<String[]> malformed() {
    return Stream.of(
        new String[] {"", "line 1, column 1", "a value", "the end"},
        new String[] {"  \n ", "line 2, column 2", "a value", "the end"},
        new String[] {"{", "line 1, column 2", "a member name", "the end"},
        new String[] {"{\"a\"}", "column 5", "':'", "'}'"},
        new String[] {"{\"a\":1,}", "column 8", "a member name", "'}'"},
        new String[] {"{\"a\":1 \"b\":2}", "column 8", "',' or '}'", "\"b\""},
        new String[] {"{a:1}", "column 2", "a member name", "'a:1}'"},
        new String[] {"{'a':1}", "column 2", "a member name", "'a'"},
        new String[] {"{\"a\":1,\n\"a\":2}", "line 2, column 1", "once", "\"a\" twice"},
        new String[] {"[1,]", "column 4", "a value", "']'"},
        new String[] {"[1 2]", "column 4", "',' or ']'", "'2]'"},
        new String[] {"[1", "column 3", "',' or ']'", "the end"},
        new String[] {"1 2", "column 3", "nothing after", "'2'"},
        new String[] {"01", "column 2", "nothing after", "'1'"},
        new String[] {"-", "column 2", "a digit", "the end"},
        new String[] {"+1", "column 1", "a value", "'+1'"},
        new String[] {".5", "column 1", "a value", "'.5'"},
        new String[] {"1.", "column 3", "a digit", "the end"},
        new String[] {"1e", "column 3", "a digit", "the end"},
        new String[] {"1e+-3", "column 4", "a digit", "'-3'"},
        new String[] {"[1e999]", "column 2", "range of doubles", "1e999"},
        new String[] {"NaN", "column 1", "a value", "'NaN'"},
        new String[] {"[Infinity]", "column 2", "a value", "Infinity"},
        new String[] {"tru", "column 1", "'true'", "'tru'"},
        new String[] {"nulL", "column 1", "'null'", "'nulL'"},
        new String[] {"True", "column 1", "a value", "'True'"},
        new String[] {"\"a", "column 3", "end of the string", "the end"},
        new String[] {"\"a\nb\"", "column 3", "control characters", "\\u000a"},
        new String[] {"\"\\x\"", "column 3", "an escape", "'x"},
        new String[] {"\"\\", "column 3", "an escape", "the end"},
        new String[] {"\"\\u12g4\"", "column 6", "four hexadecimal", "'g4"},
        new String[] {"\"\\u1", "column 5", "four hexadecimal", "the end"},
        new String[] {"\"\\ud800\"", "column 8", "low surrogate", "'\"'"},
        new String[] {"\"\\ud800\\u0041\"", "column 14", "low surrogate", "'\"'"},
        new String[] {"\"\\udc00\"", "column 8", "a high surrogate", "dc00"},
        new String[] {"[1] // no", "column 5", "nothing after", "// no"},
        new String[] {"/* no */ 1", "column 1", "a value", "/* no */"},
        new String[] {"\ufeff1", "column 1", "a value", "\\ufeff"},
        new String[] {"[1,\u00a02]", "column 4", "a value", "\\u00a02"},
        new String[] {"[".repeat(300), "column 257", "nesting of at most 256", "more"});
  }

  /** The 256th level is the last one, of either kind, and a scalar in it is no level. */
  @Test
  void takesExactly256Levels() {
    String inner = "[".repeat(255) + "[1]" + "]".repeat(255);
    assertThat(Json.parse(inner).toText()).isEqualTo(inner);
    String objects = "{\"a\":".repeat(256) + "1" + "}".repeat(256);
    assertThat(Json.parse(objects).toText()).isEqualTo(objects);
    for (String deeper :
        new String[] {
          "[".repeat(257) + "]".repeat(257), "{\"a\":".repeat(257) + "1" + "}".repeat(257)
        }) {
      assertThatThrownBy(() -> Json.parse(deeper))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nesting of at most 256");
    }
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void refusesMalformedText(String text, String where, String expected, String got) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(where)
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void survivesDeepNestingAndTruncation() {
    assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
    String deep = "[".repeat(256) + "]".repeat(256);
    assertThat(Json.parse(deep).toText()).isEqualTo(deep);
    String text = "{\"a\": [1.5e-3, true, null, \"x\\u0041\"], \"b\": {\"c\": [{}]}}";
    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> Json.parse(cut)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "5, 5",
    "-3, -3",
    "-0.0, -0.0",
    "100000000000000000, 1e17",
    "12345678901234567, 12345678901234568",
    "1e23, 1e23",
    "2e-3, 0.002",
    "4.9e-324, 5e-324",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "-1.25e-7, -1.25e-7",
    "0.00001, 0.00001",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    // JDK 17 prints 2.0E-3 well but 2^-44 with a digit too many.
    "5.684341886080802e-14, 5.684341886080802e-14",
  })
  void writesTheShortestNumber(double value, String text) {
    assertThat(new Json.Num(value).toText()).isEqualTo(text);
  }

  @Test
  void everyDoubleSurvivesBitForBit() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      double v = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(v)) {
        String text = new Json.Num(v).toText();
        double back = ((Json.Num) Json.parse(text)).value();
        assertThat(Double.doubleToRawLongBits(back)).isEqualTo(Double.doubleToRawLongBits(v));
        assertThat(text.replaceAll("e.*|[-.]", "").length()).isLessThanOrEqualTo(23);
      }
    }
  }

  @Test
  void refusesNumbersWithoutJsonForm() {
    for (double v : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1 / 0.0}) {
      assertThatThrownBy(() -> Json.object().with("a", v))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("finite")
          .hasMessageContaining(Double.toString(v));
    }
    assertThatThrownBy(() -> new Json.Text("a\ud800b").toText())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unpaired surrogate at index 1");
  }

  @Test
  void keepsOrderAndPrintsForReaders() {
    Json.Obj o =
        Json.object()
            .with("z", 1)
            .with("a", Json.array(1, 2.5))
            .with("m", Json.array(List.of(Json.object().with("k", true), Json.object())))
            .with("z", "again\u0001");
    assertThat(o.members().keySet()).containsExactly("z", "a", "m");
    assertThat(o.toText())
        .isEqualTo("{\"z\":\"again\\u0001\",\"a\":[1,2.5],\"m\":[{\"k\":true},{}]}");
    assertThat(o.with("z", 3).toPrettyText())
        .isEqualTo(
            """
            {
              "z": 3,
              "a": [1, 2.5],
              "m": [
                {
                  "k": true
                },
                {}
              ]
            }
            """);
    assertThatThrownBy(() -> o.members().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void readsFilesInUtf8Only() throws IOException {
    Path file = folder.resolve("a.json");
    Files.writeString(file, "\"\u00e9\"");
    assertThat(Json.read(file)).isEqualTo(new Json.Text("\u00e9"));
    Files.write(file, new byte[] {'"', (byte) 0xe9, '"'});
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.json")
        .hasMessageContaining("UTF-8");
    Files.writeString(file, "[1,\n2");
    assertThatThrownBy(() -> Json.read(file)).hasMessageContaining("a.json, line 2, column 2");
  }
}
