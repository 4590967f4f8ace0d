package org.fullrank.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.convergence.Certificate;
import org.fullrank.report.plot.Plot;

/**
 * The report of an experiment: {@code NAME.md}, its tables as {@code NAME.csv} and its pictures as
 * {@code NAME.png} and {@code NAME.svg} (further ones as {@code NAME-2.csv} and so on). Immutable.
 * An experiment is used so:
 *
 * <pre>{@code
 * Table table = Table.of("step", "loss", "envelope");
 * table.add(step, loss, envelope); // for each row; Double, Long, Integer or text
 * Experiment.named("my-study", "What is asked").text("Setting: ...").certificate(certificate)
 *     .table(table).plot(ConvergencePlot.of(trajectory, prediction), "Loss and envelope")
 *     .check("the run stays below the envelope", comparison.kept()).text("What it shows: ...")
 *     .finish(args); // writes into the folder args[0], by default the current one, and prints
 * }</pre>
 *
 * <p>No times and no paths belong into it: it should be the same on every machine, up to rounding
 * errors. Data come from {@link Data}.
 */
final class Experiment {
  private final String name;
  private final String markdown;
  private final Map<String, byte[]> files;
  private final List<String> violated;

  private Experiment(
      String name, String markdown, Map<String, byte[]> files, List<String> violated) {
    this.name = name;
    this.markdown = markdown;
    this.files = files;
    this.violated = violated;
  }

  /**
   * A report that has a title only.
   *
   * @param name of the files, without extension
   * @param title one line
   */
  static Experiment named(String name, String title) {
    return new Experiment(name, "# " + title + "\n", Map.of(), List.of());
  }

  /** Appends Markdown, such as a paragraph or a heading. */
  Experiment text(String paragraph) {
    return append(paragraph.strip() + "\n");
  }

  /** Appends a table. */
  Experiment table(Table table) {
    String file = freeName("csv");
    return append(table.toMarkdown())
        .withFile(file, table.toCsv().getBytes(StandardCharsets.UTF_8));
  }

  /** Appends a picture, which is written as PNG and as SVG. */
  Experiment plot(Plot plot, String caption) {
    String file = freeName("png");
    return append("![" + caption + "](" + file + ")\n\n*" + caption + "*\n")
        .withFile(file, plot.toPng())
        .withFile(freeName("svg"), plot.toSvg().getBytes(StandardCharsets.UTF_8));
  }

  /** Appends a certificate in full. */
  Experiment certificate(Certificate certificate) {
    return append("```text\n" + certificate.toString().stripTrailing() + "\n```\n");
  }

  /**
   * Appends the outcome of a check; {@link #finish} fails if it did not hold.
   *
   * @param claim what should be so
   * @param held whether it was
   */
  Experiment check(String claim, boolean held) {
    Experiment longer = append("**" + (held ? "Holds" : "VIOLATED") + "**: " + claim + "\n");
    List<String> all = new ArrayList<>(violated);
    if (!held) {
      all.add(claim);
    }
    return new Experiment(name, longer.markdown, files, List.copyOf(all));
  }

  /**
   * Writes all files and prints the report.
   *
   * @param args of the program: the output folder, optional
   * @throws IOException if a file cannot be written
   * @throws IllegalStateException if a check did not hold, after everything was written
   */
  void finish(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : ".");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".md"), markdown);
    List<String> written = new ArrayList<>(List.of(name + ".md"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
      written.add(file.getKey());
    }
    System.out.println(markdown);
    System.out.println(
        "wrote " + String.join(", ", written) + " to " + folder.toAbsolutePath().normalize());
    if (!violated.isEmpty()) {
      throw new IllegalStateException("checks that did not hold: " + String.join("; ", violated));
    }
  }

  private Experiment append(String block) {
    return new Experiment(name, markdown + "\n" + block, files, violated);
  }

  private Experiment withFile(String file, byte[] content) {
    Map<String, byte[]> more = new LinkedHashMap<>(files);
    more.put(file, content);
    return new Experiment(name, markdown, more, violated);
  }

  private String freeName(String extension) {
    long before = files.keySet().stream().filter(f -> f.endsWith("." + extension)).count();
    return name + (before == 0 ? "" : "-" + (before + 1)) + "." + extension;
  }
}
