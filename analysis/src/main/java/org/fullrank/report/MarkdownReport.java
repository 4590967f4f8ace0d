package org.fullrank.report;

import java.util.List;
import java.util.Map;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;

/** Writes a dossier as GitHub-flavoured Markdown. */
final class MarkdownReport {
  private final StringBuilder out = new StringBuilder();

  private MarkdownReport() {}

  static String render(Dossier dossier) {
    MarkdownReport report = new MarkdownReport();
    report.write(dossier);
    return report.out.toString();
  }

  private void write(Dossier dossier) {
    out.append("# ").append(escape(dossier.title())).append("\n\n");
    for (Dossier.Section section : dossier.sections()) {
      boolean introduction = section.title().isEmpty();
      if (!introduction) {
        out.append("## ").append(escape(section.title())).append("\n\n");
      }
      section.blocks().forEach(this::write);
      if (introduction) {
        glance(dossier);
      }
    }
    dossier.provenance().ifPresent(this::write);
    Map<String, String> legend = Legend.of(dossier);
    if (!legend.isEmpty()) {
      out.append("## How to read this report\n\n");
      row("Word", "Meaning");
      out.append("|---|---|\n");
      legend.forEach((word, meaning) -> row("**" + escape(word) + "**", escape(meaning)));
      out.append('\n');
    }
    out.setLength(out.length() - 1);
  }

  private void glance(Dossier dossier) {
    if (dossier.findings().isEmpty() && dossier.certificates().isEmpty()) {
      return;
    }
    out.append("**Answers**\n\n");
    for (Finding finding : dossier.findings()) {
      answer(finding.verdict(), finding.name(), Legend.headline(finding));
    }
    for (Certificate certificate : dossier.certificates()) {
      answer(certificate.verdict(), certificate.theorem(), Legend.headline(certificate));
    }
    out.append('\n');
  }

  private void answer(Verdict verdict, String name, String headline) {
    out.append("- **").append(verdict).append("**: ").append(escape(name));
    out.append(" (").append(escape(headline)).append(")\n");
  }

  private void write(Provenance provenance) {
    out.append("## Where the numbers come from\n\n");
    facts(provenance.rows());
  }

  private void write(Block block) {
    if (block instanceof Block.Prose prose) {
      Text.paragraphs(prose.text()).forEach(p -> out.append(paragraph(p)).append("\n\n"));
    } else if (block instanceof Block.Warning warning) {
      out.append("> **Warning.** ").append(escape(warning.text())).append("\n\n");
    } else if (block instanceof Block.Figure figure) {
      String caption = escape(figure.caption());
      String file = figure.file().replace(" ", "%20").replace("(", "%28").replace(")", "%29");
      out.append("![").append(caption).append("](").append(file).append(")\n\n");
      out.append('*').append(caption).append("*\n\n");
    } else if (block instanceof Block.Proof proof) {
      certificate(proof.certificate());
    } else if (block instanceof Block.Facts facts) {
      facts(facts.items());
    } else if (block instanceof Block.Quantities quantities) {
      quantities(quantities.items());
    } else if (block instanceof Block.Findings findings) {
      findings(findings.items());
    }
  }

  private void facts(Map<String, String> facts) {
    if (facts.isEmpty()) {
      return;
    }
    row("Name", "Value");
    out.append("|---|---|\n");
    facts.forEach((name, value) -> row(escape(name), escape(value)));
    out.append('\n');
  }

  private void quantities(List<Quantity> quantities) {
    if (quantities.isEmpty()) {
      return;
    }
    row("Quantity", "Value or enclosure", "Relative width", "Rigor", "About", "Method");
    out.append("|---|---|---|---|---|---|\n");
    for (Quantity quantity : quantities) {
      row(
          code(quantity.symbol()),
          code(Legend.value(quantity)),
          escape(Legend.relativeWidth(quantity)),
          quantity.rigor().name(),
          Legend.name(quantity.subject()),
          escape(quantity.method()));
    }
    out.append('\n');
  }

  private void findings(List<Finding> findings) {
    row("Question", "Answer", "Rigor", "Margin", "Reason");
    out.append("|---|---|---|---|---|\n");
    for (Finding finding : findings) {
      String margin =
          finding
              .margin()
              .map(
                  m ->
                      code(m.symbol())
                          + " in "
                          + code(Legend.value(m))
                          + ", about the "
                          + Legend.name(m.subject()))
              .orElse("none");
      row(
          escape(finding.name()),
          "**" + finding.verdict() + "**",
          finding.rigor().name(),
          margin,
          escape(finding.reason()));
    }
    out.append('\n');
  }

  private void certificate(Certificate certificate) {
    out.append("**Theorem: ").append(escape(certificate.theorem())).append(".** ");
    out.append(escape(certificate.source().toString())).append("\n\n");
    row("Hypothesis", "Answer", "Numbers", "Rigor", "About");
    out.append("|---|---|---|---|---|\n");
    for (HypothesisCheck check : certificate.checks()) {
      row(
          escape(check.statement()),
          "**" + check.verdict() + "**",
          check
              .lhs()
              .flatMap(l -> check.rhs().map(r -> inequality(l, r)))
              .orElse(escape(check.reason())),
          check.rigor().name(),
          Legend.name(check.subject()));
    }
    out.append("\n**Verdict: ").append(certificate.verdict()).append("** (");
    out.append(escape(Legend.headline(certificate))).append(").\n\n");
    certificate
        .conclusion()
        .ifPresent(
            c -> out.append("**Conclusion.** ").append(escape(c.toString())).append(".\n\n"));
    if (!certificate.limits().isEmpty()) {
      out.append("It does not say:\n\n");
      certificate.limits().forEach(l -> out.append("- ").append(paragraph(l)).append('\n'));
      out.append('\n');
    }
  }

  private static String inequality(Quantity lhs, Quantity rhs) {
    return code(lhs.symbol() + ": " + Legend.value(lhs))
        + " to be less than "
        + code(rhs.symbol() + ": " + Legend.value(rhs));
  }

  private void row(String... cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** A paragraph whose first characters cannot start a list, a heading or a quotation. */
  private static String paragraph(String line) {
    String escaped = escape(line);
    if (escaped.matches("[-+#>=].*")) {
      return "\\" + escaped;
    }
    return escaped.replaceFirst("^(\\d+)([.)])(?= |$)", "$1\\\\$2");
  }

  /** Plain text as Markdown that renders to it, also inside a table cell. */
  static String escape(String text) {
    String line = Text.oneLine(text);
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean special = "\\`*[]<|~&".indexOf(c) >= 0;
      // An underscore inside a word is literal in Markdown; escaping it would hurt the eye.
      boolean emphasis = c == '_' && !(isWord(line, i - 1) && isWord(line, i + 1));
      // Before a space neither a tilde nor an ampersand starts anything.
      boolean harmless = "~&".indexOf(c) >= 0 && i + 1 < line.length() && line.charAt(i + 1) == ' ';
      if ((special && !harmless) || emphasis) {
        escaped.append('\\');
      }
      escaped.append(c);
    }
    return escaped.toString();
  }

  /** A code span inside a table cell, where a bar must be escaped but a backslash cannot be. */
  static String code(String text) {
    String line = Text.oneLine(text).replace("|", "\\|");
    if (text.indexOf('\\') >= 0) {
      return escape(text);
    }
    if (line.indexOf('`') < 0) {
      return "`" + line + "`";
    }
    int longest = 0;
    int run = 0;
    for (int i = 0; i < line.length(); i++) {
      run = line.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    String fence = "`".repeat(longest + 1);
    return fence + " " + line + " " + fence;
  }

  private static boolean isWord(String line, int index) {
    return index >= 0 && index < line.length() && Character.isLetterOrDigit(line.charAt(index));
  }
}
