package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.fullrank.rigor.Subject;

/** What a {@link SingularityDiagnosis} found about one matrix. */
public final class SingularityReport {
  private static final int SHOWN = 8;

  private final String matrix;
  private final long order;
  private final List<SingularityCause> causes;
  private final List<SingularityCause> nearCauses;
  private final Optional<NullVector> nullVector;
  private final List<String> notes;

  SingularityReport(
      String matrix,
      long order,
      List<SingularityCause> found,
      Optional<NullVector> nullVector,
      List<String> notes) {
    this.matrix = matrix;
    this.order = order;
    this.causes = found.stream().filter(c -> c.rigor().isVerified()).toList();
    this.nearCauses = found.stream().filter(c -> !c.rigor().isVerified()).toList();
    this.nullVector = nullVector;
    this.notes = List.copyOf(notes);
  }

  /**
   * The number of rows, which is the full rank.
   *
   * @return {@code n k} for a kernel, n for features
   */
  public long order() {
    return order;
  }

  /**
   * The structural causes; each proves that the rank is less than {@link #order}, for its subject.
   *
   * @return empty if none was found, which proves nothing
   */
  public List<SingularityCause> causes() {
    return causes;
  }

  /**
   * What makes the matrix nearly singular.
   *
   * @return computed observations, not proofs
   */
  public List<SingularityCause> nearCauses() {
    return nearCauses;
  }

  /**
   * The eigenvector of the eigenvalue closest to 0, as computed.
   *
   * @return empty if it was not asked for or the solver failed
   */
  public Optional<NullVector> nullVector() {
    return nullVector;
  }

  /**
   * What was not examined, and why.
   *
   * @return sentences
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * The smallest proved bound of the rank among causes about a subject.
   *
   * @param subject {@code EXACT_NETWORK} for statements about the network itself
   * @return empty if no cause is about that subject
   */
  public OptionalLong rankAtMost(Subject subject) {
    return causes.stream()
        .filter(c -> c.subject() == subject)
        .mapToLong(SingularityCause::rankAtMost)
        .min();
  }

  /** A few lines for a reader. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add("Why is " + matrix + " (" + order + " rows) singular?");
    if (causes.isEmpty()) {
      lines.add("  No structural cause found.");
    }
    for (SingularityCause cause : causes) {
      lines.add("  Cause: " + cause);
    }
    for (SingularityCause cause : nearCauses) {
      lines.add("  Near: " + cause);
    }
    nullVector.ifPresent(v -> lines.add("  " + sentence(v)));
    notes.forEach(note -> lines.add("  Note: " + note));
    return String.join("\n", lines);
  }

  private static String sentence(NullVector v) {
    List<Long> shown = v.samples().subList(0, Math.min(SHOWN, v.samples().size()));
    return String.format(
        java.util.Locale.ROOT,
        "Computed: eigenvalue closest to 0 is %.3g (%.3g of the largest); its vector involves"
            + " samples %s%s.",
        v.eigenvalue(),
        v.relative(),
        shown.toString().replaceAll("[\\[\\]]", ""),
        shown.size() < v.samples().size()
            ? " and " + (v.samples().size() - shown.size()) + " more"
            : "");
  }
}
