package org.fullrank.rigor;

import java.util.Objects;

/**
 * How well a number is known. The constants are declared from weakest to strongest, so {@link
 * #compareTo} orders them, and a quantity made from several others is as rigorous as the weakest of
 * them.
 */
public enum Rigor {
  /** Stated by somebody (a user, a paper, a hypothesis) and not checked here. */
  ASSUMED("assumed, not checked"),
  /** Estimated from random samples; holds with some probability only. */
  SAMPLED("estimated from random samples"),
  /** Computed in floating point without a proved bound on the rounding error. */
  COMPUTED("computed in floating point, no proved error bound"),
  /** Enclosed with every rounding error accounted for; a proof for its {@link Subject}. */
  VERIFIED("enclosed with all rounding errors accounted for");

  private final String text;

  Rigor(String text) {
    this.text = text;
  }

  /** One phrase a report can print. */
  public String text() {
    return text;
  }

  /** Whether it is the strongest: a proof for its {@link Subject}. */
  public boolean isVerified() {
    return this == VERIFIED;
  }

  /**
   * The weakest of the arguments: what a result derived from all of them may claim.
   *
   * @throws NullPointerException if an argument is null
   */
  public static Rigor weakest(Rigor first, Rigor... others) {
    Rigor weakest = Objects.requireNonNull(first, "first");
    for (Rigor other : others) {
      if (other.compareTo(weakest) < 0) {
        weakest = other;
      }
    }
    return weakest;
  }
}
