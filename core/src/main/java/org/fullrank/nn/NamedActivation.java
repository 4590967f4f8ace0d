package org.fullrank.nn;

import java.util.Optional;
import java.util.OptionalInt;

/** Name and constants of a built-in activation without parameters. */
abstract class NamedActivation implements Activation {
  private final String name;
  private final Regularity regularity;
  private final Accuracy accuracy;

  NamedActivation(String name, Regularity regularity, Accuracy accuracy) {
    this.name = name;
    this.regularity = regularity;
    this.accuracy = accuracy;
  }

  /** The constants of a real analytic function that is not a polynomial. */
  static Regularity analytic(double lipschitz, double smoothness, boolean monotone) {
    return new Regularity(lipschitz, smoothness, true, true, monotone, OptionalInt.empty(), true);
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
  public final Optional<Accuracy> accuracy() {
    return Optional.of(accuracy);
  }

  @Override
  public final String toString() {
    return name;
  }
}
