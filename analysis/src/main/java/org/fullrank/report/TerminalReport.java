package org.fullrank.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fullrank.convergence.Certificate;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;

/** Writes a dossier as plain text for a terminal of at least 100 columns. */
final class TerminalReport {
  private static final int WIDTH = 100;
  private static final int LARGEST_KEY = 36;
  private static final String INDENT = "  ";

  private final StringBuilder out = new StringBuilder();

  private TerminalReport() {}

  static String render(Dossier dossier) {
    TerminalReport report = new TerminalReport();
    report.write(dossier);
    return report.out.toString();
  }

  private void write(Dossier dossier) {
    heading(dossier.title(), '=');
    for (Dossier.Section section : dossier.sections()) {
      boolean introduction = section.title().isEmpty();
      if (!introduction) {
        heading(section.title(), '-');
      }
      for (Block block : section.blocks()) {
        write(block);
        out.append('\n');
      }
      if (introduction) {
        glance(dossier);
      }
    }
    dossier
        .provenance()
        .ifPresent(
            p -> {
              heading("Where the numbers come from", '-');
              table(p.rows());
              out.append('\n');
            });
    Map<String, String> legend = Legend.of(dossier);
    if (!legend.isEmpty()) {
      heading("How to read this report", '-');
      table(legend);
    }
  }

  private void glance(Dossier dossier) {
    for (Finding finding : dossier.findings()) {
      answer(finding.verdict(), finding.name(), Legend.headline(finding));
    }
    for (Certificate certificate : dossier.certificates()) {
      answer(certificate.verdict(), certificate.theorem(), Legend.headline(certificate));
    }
    if (!dossier.findings().isEmpty() || !dossier.certificates().isEmpty()) {
      out.append('\n');
    }
  }

  private void answer(Verdict verdict, String name, String headline) {
    hang(Text.pad(verdict.name(), 13), name + " (" + headline + ")");
  }

  private void heading(String text, char underline) {
    List<String> lines = Text.wrap(text, WIDTH);
    int longest = lines.stream().mapToInt(String::length).max().orElse(0);
    lines.forEach(line -> out.append(line).append('\n'));
    out.append(String.valueOf(underline).repeat(longest)).append('\n');
  }

  private void write(Block block) {
    if (block instanceof Block.Prose prose) {
      String gap = "";
      for (String paragraph : Text.paragraphs(prose.text())) {
        out.append(gap);
        Text.wrap(paragraph, WIDTH).forEach(line -> out.append(line).append('\n'));
        gap = "\n";
      }
    } else if (block instanceof Block.Warning warning) {
      hang("WARNING  ", warning.text());
    } else if (block instanceof Block.Figure figure) {
      hang("Figure  ", figure.file() + ": " + figure.caption());
    } else if (block instanceof Block.Proof proof) {
      out.append(proof.certificate()).append('\n');
    } else if (block instanceof Block.Facts facts) {
      table(facts.items());
    } else if (block instanceof Block.Quantities quantities) {
      quantities(quantities.items());
    } else if (block instanceof Block.Findings findings) {
      findings.items().forEach(this::write);
    }
  }

  private void write(Finding finding) {
    hang(Text.pad(finding.verdict().name(), 13), finding.name() + "  [" + finding.rigor() + "]");
    String indent = " ".repeat(13);
    hang(indent, finding.reason());
    finding
        .margin()
        .ifPresent(
            m ->
                hang(
                    indent,
                    String.format(
                        Locale.ROOT,
                        "margin: %s in %s, about the %s; %s",
                        m.symbol(),
                        Legend.value(m),
                        Legend.name(m.subject()),
                        m.method())));
  }

  private void quantities(List<Quantity> quantities) {
    int symbol = 8;
    int value = 10;
    for (Quantity quantity : quantities) {
      symbol = Math.max(symbol, Math.min(LARGEST_KEY, quantity.symbol().length()));
      value = Math.max(value, Legend.value(quantity).length());
    }
    columns(symbol, value, "Quantity", "Value", "Rel. width", "Rigor", "About");
    for (Quantity quantity : quantities) {
      columns(
          symbol,
          value,
          Text.oneLine(quantity.symbol()),
          Legend.value(quantity),
          Legend.relativeWidth(quantity),
          quantity.rigor().name(),
          Legend.name(quantity.subject()));
      hang(INDENT.repeat(2) + "by ", quantity.method());
    }
  }

  /** One row; a symbol that would push the row over the edge gets lines of its own. */
  private void columns(int symbolWidth, int valueWidth, String symbol, String... rest) {
    String tail =
        Text.pad(rest[0], valueWidth)
            + INDENT
            + Text.pad(rest[1], 10)
            + INDENT
            + Text.pad(rest[2], 8)
            + INDENT
            + rest[3];
    boolean fits = INDENT.length() * 2 + symbolWidth + tail.length() <= WIDTH;
    if (fits && symbol.length() <= symbolWidth) {
      out.append(INDENT).append(Text.pad(symbol, symbolWidth)).append(INDENT);
    } else {
      hang(INDENT, symbol);
      int room = WIDTH - tail.length();
      out.append(" ".repeat(Math.max(0, Math.min(room, symbolWidth + 2 * INDENT.length()))));
    }
    out.append(tail.stripTrailing()).append('\n');
  }

  private void table(Map<String, String> rows) {
    int width =
        rows.keySet().stream()
            .mapToInt(String::length)
            .filter(n -> n <= LARGEST_KEY)
            .max()
            .orElse(0);
    rows.forEach(
        (name, value) -> {
          String key = Text.oneLine(name);
          if (key.length() > width) {
            hang(INDENT, key);
            key = "";
          }
          hang(INDENT + Text.pad(key, width) + INDENT, value);
        });
  }

  /** Wrapped text after a label, with the following lines indented by the label's width. */
  private void hang(String label, String text) {
    String lead = label;
    for (String line : Text.wrap(text, WIDTH - label.length())) {
      out.append((lead + line).stripTrailing()).append('\n');
      lead = " ".repeat(label.length());
    }
  }
}
