package org.fullrank.nn;

import java.util.OptionalInt;

/** Name and constants of a built-in activation without parameters. */
abstract class NamedActivation implements Activation {
  private final String name;
  private final Regularity regularity;

  NamedActivation(String name, Regularity regularity) {
    this.name = name;
    this.regularity = regularity;
  }

  /** The constants of a real analytic function that is not a polynomial. */
  static Regularity analytic(double lipschitz, double smoothness, boolean monotone) {
    return new Regularity(lipschitz, smoothness, true, true, monotone, OptionalInt.empty());
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Regularity regularity() {
    return regularity;
  }

  @Override
  public final String toString() {
    return name;
  }
}
