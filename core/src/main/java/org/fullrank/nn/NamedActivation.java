package org.fullrank.nn;

import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.rigor.Interval;

/** Name and constants of a built-in activation without parameters. */
abstract class NamedActivation implements Activation {
  private final String name;
  private final Regularity regularity;
  private final Accuracy accuracy;
  private final double lowerBound;
  private final double upperBound;

  /** A function whose values are not bounded on both sides. */
  NamedActivation(String name, Regularity regularity, Accuracy accuracy) {
    this(name, regularity, accuracy, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /** A function with values in {@code [lowerBound, upperBound]}. */
  NamedActivation(
      String name, Regularity regularity, Accuracy accuracy, double lowerBound, double upperBound) {
    this.name = name;
    this.regularity = regularity;
    this.accuracy = accuracy;
    this.lowerBound = lowerBound;
    this.upperBound = upperBound;
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
  public final double lowerBound() {
    return lowerBound;
  }

  @Override
  public final double upperBound() {
    return upperBound;
  }

  /** Encloses the function and its derivatives by what is known of their shape. */
  abstract Jet jet(Interval x);

  @Override
  public final Jet enclose(Interval x) {
    return jet(x).within(regularity, lowerBound, upperBound);
  }

  /** Encloses the value at one number, by the stated accuracy. */
  final Interval valueAt(double x) {
    return accuracy.value(value(x));
  }

  /** Encloses the derivative at one number, by the stated accuracy. */
  final Interval slopeAt(double x) {
    return accuracy.slope(derivative(x));
  }

  @Override
  public final String toString() {
    return name;
  }
}
