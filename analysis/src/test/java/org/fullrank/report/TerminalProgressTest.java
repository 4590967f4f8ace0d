package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void silentWithoutATerminal() {
    try (TerminalProgress progress = TerminalProgress.of(out, false)) {
      progress.show("Gram", 1, 2);
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void overwritesOneLineAndErasesIt() {
    try (TerminalProgress progress = TerminalProgress.of(out, true)) {
      progress.show("Gram matrix", 1, 2);
      progress.show("a\nb");
    }
    String[] lines = bytes.toString(StandardCharsets.UTF_8).substring(1).split("\r", -1);
    assertThat(lines[0]).isEqualTo("[############------------]  50 %  Gram matrix");
    assertThat(lines[1]).startsWith("... a b ").hasSameSizeAs(lines[0]);
    assertThat(lines[2]).isBlank().hasSize("... a b".length());
  }

  @Test
  void refusesMoreThanAll() {
    try (TerminalProgress progress = TerminalProgress.of(out, true)) {
      assertThatThrownBy(() -> progress.show("x", 3, 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void provenanceDescribesThisMachineAtTheGivenTime() {
    Instant time = Instant.ofEpochSecond(1);
    Provenance provenance = Provenance.at(time).withSeed(7).withData("digits");
    assertThat(provenance.java()).contains(System.getProperty("java.version"));
    assertThat(provenance.rows())
        .containsEntry("Seed", "7")
        .containsEntry("Data", "digits")
        .containsEntry("Time", "1970-01-01T00:00:01Z");
    assertThat(provenance).isEqualTo(Provenance.at(time).withSeed("7").withData("digits"));
  }
}
