package org.fullrank.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Quantity;

/**
 * A report as an immutable value: every method returns a new dossier with something appended to its
 * last section. What is appended before the first section becomes an introduction.
 *
 * <pre>{@code
 * Dossier dossier =
 *     Dossier.titled("Residual network on digits")
 *         .withProvenance(provenance)
 *         .section("Spectrum, k = 1")
 *         .quantities(lambdaMin, lambdaMax)
 *         .finding(Finding.of("lambda_min > 0", Verdict.HOLDS, lambdaMin, "Full rank."));
 * AtomicFile.write(path, dossier.toMarkdown());
 * }</pre>
 *
 * <p>All texts are plain text; the renderers escape them. Nothing is combined or strengthened: the
 * dossier shows each rigor as it got it. Equal dossiers render to equal texts.
 */
public final class Dossier {
  /** A heading with its blocks; the heading of the introduction is empty. */
  record Section(String title, List<Block> blocks) {}

  private final String title;
  private final Optional<Provenance> provenance;
  private final List<Section> sections;

  private Dossier(String title, Optional<Provenance> provenance, List<Section> sections) {
    this.title = title;
    this.provenance = provenance;
    this.sections = List.copyOf(sections);
  }

  /** An empty dossier. */
  public static Dossier titled(String title) {
    return new Dossier(
        Text.require(title, "Dossier", "title"),
        Optional.empty(),
        List.of(new Section("", List.of())));
  }

  /** States where the numbers come from. */
  public Dossier withProvenance(Provenance newProvenance) {
    return new Dossier(title, Optional.of(newProvenance), sections);
  }

  /** Starts a new section. */
  public Dossier section(String heading) {
    List<Section> longer = new ArrayList<>(sections);
    longer.add(new Section(Text.require(heading, "Dossier.section", "heading"), List.of()));
    return new Dossier(title, provenance, longer);
  }

  /** Appends plain text; blank lines separate paragraphs. */
  public Dossier prose(String text) {
    return append(new Block.Prose(Text.require(text, "Dossier.prose", "text")));
  }

  /** Appends a table of names and values in the order of the map. */
  public Dossier facts(Map<String, String> facts) {
    return append(new Block.Facts(facts));
  }

  /** Appends one name and value; neighbours share a table, and a repeated name replaces. */
  public Dossier fact(String name, String value) {
    return append(new Block.Facts(Map.of(Text.require(name, "Dossier.fact", "name"), value)));
  }

  /** Appends rows to a table of quantities. */
  public Dossier quantities(Quantity... quantities) {
    return quantities(Arrays.asList(quantities));
  }

  /** Appends rows to a table of quantities. */
  public Dossier quantities(List<Quantity> quantities) {
    return append(new Block.Quantities(quantities));
  }

  /** Appends an answer; all answers are also listed at the top of the report. */
  public Dossier finding(Finding finding) {
    return append(new Block.Findings(List.of(finding)));
  }

  /**
   * Appends a certificate in full: hypotheses with their numbers, verdict, conclusion, limits. Its
   * verdict is also listed at the top of the report.
   */
  public Dossier certificate(Certificate certificate) {
    return append(new Block.Proof(certificate));
  }

  /** Appends a warning. */
  public Dossier warning(String text) {
    return append(new Block.Warning(Text.require(text, "Dossier.warning", "text")));
  }

  /**
   * Appends a picture.
   *
   * @param file its path relative to the report, for instance {@code "spectrum.png"}
   * @param caption what it shows
   */
  public Dossier figure(String file, String caption) {
    Text.require(file, "Dossier.figure", "file");
    return append(new Block.Figure(file, Text.require(caption, "Dossier.figure", "caption")));
  }

  /** The title. */
  public String title() {
    return title;
  }

  /** Where the numbers come from, if stated. */
  public Optional<Provenance> provenance() {
    return provenance;
  }

  /** All quantities of all tables, in order; not the margins of the findings. */
  public List<Quantity> quantities() {
    return blocks(Block.Quantities.class).flatMap(b -> b.items().stream()).toList();
  }

  /** All answers, in order. */
  public List<Finding> findings() {
    return blocks(Block.Findings.class).flatMap(b -> b.items().stream()).toList();
  }

  /** All certificates, in order. */
  public List<Certificate> certificates() {
    return blocks(Block.Proof.class).map(Block.Proof::certificate).toList();
  }

  /** All warnings, in order. */
  public List<String> warnings() {
    return blocks(Block.Warning.class).map(Block.Warning::text).toList();
  }

  /**
   * The report for people, as GitHub-flavoured Markdown. Enclosures are decimals rounded outward;
   * see {@link DecimalInterval}.
   */
  public String toMarkdown() {
    return MarkdownReport.render(this);
  }

  /**
   * The report for programs. Doubles are written so that reading them gives the same bits; an
   * unbounded end is the text {@code "Infinity"} or {@code "-Infinity"}. The order of members is
   * fixed, and {@code schemaVersion} grows when the meaning of a member changes.
   */
  public String toJson() {
    return JsonReport.render(this);
  }

  /** The report for a terminal: plain text, at most 100 columns. */
  @Override
  public String toString() {
    return TerminalReport.render(this);
  }

  List<Section> sections() {
    return sections;
  }

  private <T extends Block> Stream<T> blocks(Class<T> kind) {
    return sections.stream()
        .flatMap(section -> section.blocks().stream())
        .filter(kind::isInstance)
        .map(kind::cast);
  }

  private Dossier append(Block block) {
    List<Section> changed = new ArrayList<>(sections);
    Section last = changed.get(changed.size() - 1);
    changed.set(changed.size() - 1, new Section(last.title(), Block.append(last.blocks(), block)));
    return new Dossier(title, provenance, changed);
  }
}
