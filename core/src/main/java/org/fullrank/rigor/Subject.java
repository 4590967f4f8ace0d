package org.fullrank.rigor;

import java.util.Objects;

/**
 * What a bound is about. A verified eigenvalue of the matrix that happens to be stored is not yet
 * one of the mathematical Gram matrix, and that is not yet one of the network: each step needs an
 * error term of its own. Declared from narrowest to widest, so {@link #compareTo} orders them.
 */
public enum Subject {
  /** The stored doubles, taken as exact. */
  STORED_MATRIX("the stored matrix, its doubles taken as exact"),
  /** The exact product of stored factors, for instance {@code J J^T} of a stored Jacobian. */
  EXACT_PRODUCT("the exact product of the stored factors"),
  /** The mathematical object: network, data and parameters with real arithmetic. */
  EXACT_NETWORK("the network in exact arithmetic");

  private final String text;

  Subject(String text) {
    this.text = text;
  }

  /** One phrase a report can print. */
  public String text() {
    return text;
  }

  /** The narrowest of the arguments: all that a result derived from all of them is about. */
  public static Subject narrowest(Subject first, Subject... others) {
    Subject narrowest = Objects.requireNonNull(first, "first");
    for (Subject other : others) {
      if (other.compareTo(narrowest) < 0) {
        narrowest = other;
      }
    }
    return narrowest;
  }
}
