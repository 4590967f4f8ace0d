package org.fullrank.report;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;

/**
 * The answer to one question, ready to be reported. It is written down, not derived: the verdict
 * comes from the condition or theorem that was checked.
 *
 * @param name the question, for instance {@code "Expressivity: rank([h(X), 1]) = n"}; not blank
 * @param verdict the answer
 * @param rigor how well the answer is known; never stronger than the margin
 * @param margin distance from the boundary, positive if the condition holds; empty if there is none
 * @param reason one or two sentences for a reader; not blank
 */
public record Finding(
    String name, Verdict verdict, Rigor rigor, Optional<Quantity> margin, String reason) {

  /** Checks that the parts do not contradict each other. */
  public Finding {
    Text.require(name, "Finding", "name");
    Text.require(reason, "Finding", "reason");
    Objects.requireNonNull(verdict, "verdict");
    Proof.require(Objects.requireNonNull(rigor, "rigor"));
    if (margin.isPresent()) {
      check(name, verdict, rigor, margin.get());
    }
  }

  /** A finding that is known as well as its margin. */
  public static Finding of(String name, Verdict verdict, Quantity margin, String reason) {
    return new Finding(name, verdict, margin.rigor(), Optional.of(margin), reason);
  }

  /** A finding without a margin, for instance one that follows from counting. */
  public static Finding of(String name, Verdict verdict, Rigor rigor, String reason) {
    return new Finding(name, verdict, rigor, Optional.empty(), reason);
  }

  /** The same finding with at most the given rigor; never stronger than before. */
  public Finding weakenedTo(Rigor atMost) {
    return new Finding(name, verdict, Rigor.weakest(rigor, atMost), margin, reason);
  }

  /** Whether the condition holds and that is proved. */
  public boolean isProof() {
    return verdict == Verdict.HOLDS && rigor.isVerified();
  }

  private static void check(String name, Verdict verdict, Rigor rigor, Quantity margin) {
    if (rigor.compareTo(margin.rigor()) > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "Finding '%s' expects at most the rigor of its margin, %s, but got %s",
              name,
              margin.rigor(),
              rigor));
    }
    boolean contradiction =
        (verdict == Verdict.HOLDS && margin.interval().certainlyNegative())
            || (verdict == Verdict.FAILS && margin.interval().certainlyPositive());
    if (contradiction) {
      throw new IllegalArgumentException(
          String.format(
                  Locale.ROOT,
                  "Finding '%s' expects a margin that is positive if the condition holds, but got"
                      + " %s with",
                  name,
                  verdict)
              + " margin "
              + margin.interval());
    }
  }
}
