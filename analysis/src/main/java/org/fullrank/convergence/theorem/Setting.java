package org.fullrank.convergence.theorem;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;

/** A number that a theorem is free to choose, or a count: exact, and nothing measured. */
final class Setting {
  private Setting() {}

  static Quantity of(String symbol, double value) {
    return Quantity.verified(symbol, Interval.of(value), Subject.EXACT_NETWORK, "setting");
  }
}
