package org.fullrank.convergence.theorem;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;

/** Numbers that are known without measuring: choices of a theorem, counts, factors. */
final class Setting {
  private Setting() {}

  static Quantity of(String symbol, double value) {
    return read(symbol, Interval.of(value), "setting");
  }

  /** A count; the nearest double is the count itself up to {@code 2^53}. */
  static Quantity of(String symbol, long count) {
    return read(symbol, Interval.of((double) count), "setting");
  }

  /** A number that stands in the description of the network or of the loss. */
  static Quantity read(String symbol, Interval value, String method) {
    return StructuralFact.number(symbol, value, Subject.EXACT_NETWORK, method);
  }

  static Quantity zero() {
    return read("0", Interval.ZERO, "zero");
  }

  static Quantity one() {
    return read("1", Interval.ONE, "one");
  }
}
