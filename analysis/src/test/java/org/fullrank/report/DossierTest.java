package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.fullrank.io.Json;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DossierTest {
  private static final int TERMINAL_WIDTH = 100;

  @Test
  void markdownMatchesTheGoldenFile() {
    assertThat(SampleDossier.of().toMarkdown()).isEqualTo(resource("dossier.md"));
  }

  @Test
  void jsonMatchesTheGoldenFile() {
    assertThat(SampleDossier.of().toJson()).isEqualTo(resource("dossier.json"));
  }

  @Test
  void terminalTextMatchesTheGoldenFile() {
    assertThat(SampleDossier.of().toString()).isEqualTo(resource("dossier.txt"));
  }

  @Test
  void jsonReadsBackToTheSameValueAndTheSameBits() {
    String text = SampleDossier.of().toJson();
    assertThat(Json.parse(text).toPrettyText()).isEqualTo(text);
    double[] ends = {Double.MIN_VALUE, 0.1, 1 / 3.0, Math.nextUp(1.0), 1e22, Double.MAX_VALUE};
    for (double hi : ends) {
      Quantity quantity =
          Quantity.verified("q", Interval.of(-hi, hi), Subject.STORED_MATRIX, "test");
      Json.Obj back = quantityIn(Dossier.titled("t").quantities(quantity).toJson());
      assertThat(back.get("lo")).isEqualTo(new Json.Num(-hi));
      assertThat(back.get("hi")).isEqualTo(new Json.Num(hi));
    }
  }

  @Test
  void unboundedEndsAreTextsThatJavaReads() {
    Quantity quantity = Quantity.verified("q", Interval.ENTIRE, Subject.STORED_MATRIX, "test");
    Json.Obj back = quantityIn(Dossier.titled("t").quantities(quantity).toJson());
    assertThat(back.get("lo")).isEqualTo(new Json.Text("-Infinity"));
    assertThat(back.get("hi")).isEqualTo(new Json.Text("Infinity"));
  }

  private static Json.Obj quantityIn(String text) {
    Json.Obj root = (Json.Obj) Json.parse(text);
    Json.Obj section = (Json.Obj) first(root, "sections");
    Json.Obj block = (Json.Obj) first(section, "blocks");
    return (Json.Obj) first(block, "items");
  }

  private static Json first(Json.Obj object, String name) {
    return ((Json.Arr) Objects.requireNonNull(object.get(name))).items().get(0);
  }

  @Test
  void everyTableRowHasAsManyCellsAsItsHeader() {
    String nasty = "a|b \\| `c` *d* _e_ <f> [g](h)\n| x |";
    Dossier dossier =
        Dossier.titled(nasty)
            .section(nasty)
            .facts(Map.of(nasty, nasty))
            .quantities(Quantity.computed(nasty, 1, Subject.STORED_MATRIX, nasty))
            .finding(Finding.of(nasty, Verdict.HOLDS, Rigor.ASSUMED, nasty));
    int columns = 0;
    for (String line : dossier.toMarkdown().lines().toList()) {
      int bars =
          line.startsWith("|") ? line.replaceAll("\\\\[\\\\|]", "").split("\\|", -1).length : 0;
      if (columns > 0 && bars > 0) {
        assertThat(bars).as(line).isEqualTo(columns);
      }
      columns = bars;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "lambda_min(K_0); lambda_min(K_0)",
        "_x_ * y; \\_x\\_ \\* y",
        "|K| < 1; \\|K\\| \\< 1",
        "~ 3 & [4]; ~ 3 & \\[4\\]",
      })
  void escapesWhatMarkdownWouldInterpret(String plain, String escaped) {
    assertThat(MarkdownReport.escape(plain)).isEqualTo(escaped);
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a", "+ a", "# a", "> a", "1. a", "12) a", "=== a"})
  void proseNeverStartsAList(String prose) {
    String paragraph = Dossier.titled("t").prose(prose).toMarkdown().lines().toList().get(2);
    assertThat(paragraph).matches("(\\\\.*)|(\\d+\\\\[.)].*)");
  }

  @Test
  void terminalTextIsNarrowWhateverTheTexts() {
    String word = "x".repeat(250);
    String phrase = "some words ".repeat(40);
    Interval wide = Interval.of(-0.1, Math.nextUp(-0.1));
    Dossier dossier =
        Dossier.titled(word)
            .prose(phrase)
            .section(phrase)
            .facts(Map.of(word, phrase))
            .fact(phrase, word)
            .quantities(Quantity.verified(word, wide, Subject.STORED_MATRIX, phrase))
            .quantities(Quantity.verified(phrase, wide, Subject.STORED_MATRIX, word))
            .finding(Finding.of(word, Verdict.FAILS, Rigor.COMPUTED, phrase))
            .warning(word)
            .figure(word, phrase);
    assertThat(dossier.toString().lines()).allMatch(line -> line.length() <= TERMINAL_WIDTH);
    assertThat(SampleDossier.of().toString().lines())
        .allMatch(line -> line.length() <= TERMINAL_WIDTH && line.equals(line.stripTrailing()));
  }

  @Test
  void appendingLeavesTheOriginalAlone() {
    Dossier before = Dossier.titled("t").section("s").fact("a", "1");
    String text = before.toMarkdown();
    Dossier after = before.fact("b", "2").warning("w").section("u");
    assertThat(before.toMarkdown()).isEqualTo(text);
    assertThat(after.warnings()).containsExactly("w");
    assertThat(after.toMarkdown()).contains("| a | 1 |\n| b | 2 |");
  }

  @Test
  void legendExplainsWhatOccursAndNothingElse() {
    String text = Dossier.titled("t").quantities(SampleDossier.LAMBDA_MIN).toString();
    assertThat(text).contains("VERIFIED", "about: stored matrix").doesNotContain("SAMPLED", "~ x");
    assertThat(Dossier.titled("t").toString()).doesNotContain("How to read");
    assertThat(Dossier.titled("t").quantities(List.of()).findings()).isEmpty();
  }

  @Test
  void findingsDoNotContradictTheirMargins() {
    Quantity negative = Quantity.computed("m", -1, Subject.STORED_MATRIX, "test");
    assertThatThrownBy(() -> Finding.of("q", Verdict.HOLDS, negative, "r"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HOLDS");
    assertThatThrownBy(() -> Finding.of("q", Verdict.FAILS, SampleDossier.LAMBDA_MIN, "r"))
        .isInstanceOf(IllegalArgumentException.class);
    Finding failing = Finding.of("q", Verdict.FAILS, negative, "r");
    assertThatThrownBy(() -> new Finding("q", Verdict.FAILS, Rigor.VERIFIED, failing.margin(), "r"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("COMPUTED");
    Finding proof = Finding.of("q", Verdict.HOLDS, SampleDossier.LAMBDA_MIN, "r");
    assertThat(proof.isProof()).isTrue();
    assertThat(proof.weakenedTo(Rigor.SAMPLED).isProof()).isFalse();
  }

  @Test
  void blankTextsAreRefused() {
    Dossier dossier = Dossier.titled("t");
    assertThatThrownBy(() -> Dossier.titled(" ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dossier.section("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dossier.prose("\n")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dossier.fact("", "v")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dossier.figure("", "c")).isInstanceOf(IllegalArgumentException.class);
  }

  private static String resource(String name) {
    try (InputStream in = DossierTest.class.getResourceAsStream("/report/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
