package org.fullrank.rigor;

/**
 * The answer of a theorem, condition or bound. All conditions of this library are sufficient ones:
 * a negative answer never says that the training diverges or that the network cannot fit the data.
 */
public enum Verdict {
  /**
   * The condition is satisfied. It is a proof only together with {@link Rigor#VERIFIED} numbers.
   */
  HOLDS("the condition is satisfied"),
  /** The inequality is certainly false, so this theorem gives no guarantee. Nothing diverges. */
  FAILS("the condition is certainly not satisfied, so it gives no guarantee"),
  /** The enclosures overlap: neither side is certain. A sharper enclosure may decide. */
  UNDECIDED("the enclosures overlap; sharper ones may decide"),
  /** An assumption other than the inequality is violated, so the condition does not apply. */
  INAPPLICABLE("an assumption is violated, so the condition does not apply");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** One phrase a report can print. */
  public String text() {
    return text;
  }

  /**
   * Verdict of {@code lhs < rhs} for two enclosed numbers: {@code HOLDS} if it is true for all
   * members, {@code FAILS} if for none, otherwise {@code UNDECIDED}.
   */
  public static Verdict ofLess(Interval lhs, Interval rhs) {
    if (lhs.certainlyLess(rhs)) {
      return HOLDS;
    }
    return lhs.possiblyLess(rhs) ? UNDECIDED : FAILS;
  }
}
