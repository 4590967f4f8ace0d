package org.fullrank.enclosure;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what hostile cases prove, and collects what they prove wrongly. */
final class HostileSweep {
  private final HostileCase.Kind kind;
  private final Map<HostileChecks.Proved, Integer> counts =
      new EnumMap<>(HostileChecks.Proved.class);
  private final List<String> violations = new ArrayList<>();
  private int cases;
  private int strong;

  HostileSweep(HostileCase.Kind kind) {
    this.kind = kind;
  }

  /** Checks the cases of some seeds. */
  HostileSweep run(long first, long count) {
    for (long seed = first; seed < first + count; seed++) {
      HostileChecks.Outcome outcome;
      try {
        HostileCase c = HostileCase.of(kind, seed);
        outcome = HostileChecks.of(c);
        if (!outcome.violations().isEmpty()) {
          // The fast oracle may be at fault where much cancels.
          outcome = HostileChecks.of(c.slowly());
        }
      } catch (RuntimeException e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        outcome = new HostileChecks.Outcome(List.of(trace.toString()), Set.of());
      }
      for (String violation : outcome.violations()) {
        violations.add(kind + " " + seed + ": " + violation);
      }
      outcome.proved().forEach(p -> counts.merge(p, 1, Integer::sum));
      cases++;
      strong +=
          outcome.proved().contains(HostileChecks.Proved.LAMBDA_MIN)
                  || outcome.proved().contains(HostileChecks.Proved.FEATURES)
                  || outcome.proved().contains(HostileChecks.Proved.DESCENT)
              ? 1
              : 0;
    }
    return this;
  }

  /** False statements. */
  List<String> violations() {
    return violations;
  }

  /** The share of cases with a proved full rank or a certificate. */
  double strongShare() {
    return (double) strong / cases;
  }

  @Override
  public String toString() {
    return kind
        + ": "
        + cases
        + " cases, "
        + violations.size()
        + " violations, full rank or descent proved in "
        + strong
        + ", in detail "
        + counts;
  }

  /**
   * A long sweep that goes on where a file says that it stopped.
   *
   * @param args kind, first seed, number of cases, file for one line every hundred cases
   */
  public static void main(String[] args) throws IOException {
    HostileCase.Kind kind = HostileCase.Kind.valueOf(args[0]);
    long first = Long.parseLong(args[1]);
    long count = Long.parseLong(args[2]);
    Path file = Path.of(args[3]);
    long done = Files.exists(file) ? 100L * Files.readAllLines(file).size() : 0;
    for (long at = done; at < count; at += 100) {
      HostileSweep part = new HostileSweep(kind).run(first + at, 100);
      Files.writeString(
          file,
          "seeds from " + (first + at) + " " + part + " " + part.violations + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }
}
