package org.fullrank.testkit;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Regularity;
import org.fullrank.rigor.Kinks;

/**
 * A function of three lambdas that states what it is given and nothing else, true or not. Its
 * enclosures are those that {@link Activation#enclose} derives from the statements. Immutable; two
 * of them are never equal.
 */
public final class StatedActivation implements Activation {
  private final String name;
  private final DoubleUnaryOperator[] orders;
  private final Regularity regularity;
  private final Statements stated;

  /** What may be stated besides. */
  private record Statements(
      Optional<Kinks> kinks,
      Optional<Accuracy> accuracy,
      Parity parity,
      boolean homogeneous,
      double lowerBound,
      double upperBound) {}

  private StatedActivation(
      String name, DoubleUnaryOperator[] orders, Regularity regularity, Statements stated) {
    this.name = name;
    this.orders = orders;
    this.regularity = regularity;
    this.stated = stated;
  }

  /**
   * A function without statements but its regularity: nothing can be proved of it.
   *
   * @param name for messages
   * @param value of the function
   * @param derivative the first one, at kinks by convention
   * @param secondDerivative the second one, 0 at kinks
   * @param regularity its constants and flags
   * @return the activation
   */
  public static StatedActivation of(
      String name,
      DoubleUnaryOperator value,
      DoubleUnaryOperator derivative,
      DoubleUnaryOperator secondDerivative,
      Regularity regularity) {
    Statements nothing =
        new Statements(
            Optional.empty(),
            Optional.empty(),
            Parity.NONE,
            false,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY);
    DoubleUnaryOperator[] orders = {value, derivative, secondDerivative};
    return new StatedActivation(name, orders, regularity, nothing);
  }

  /**
   * The same function with the same statements, but for its own enclosures.
   *
   * @param base an activation
   * @return one that encloses itself by its statements alone
   */
  public static StatedActivation of(Activation base) {
    DoubleUnaryOperator[] orders = {base::value, base::derivative, base::secondDerivative};
    return new StatedActivation(
        base.name(),
        orders,
        base.regularity(),
        new Statements(
            base.kinks(),
            base.accuracy(),
            base.parity(),
            base.isPositivelyHomogeneous(),
            base.lowerBound(),
            base.upperBound()));
  }

  /**
   * States where the derivative jumps.
   *
   * @param kinks all of them
   * @return the same function
   */
  public StatedActivation withKinks(Kinks kinks) {
    Statements s = stated;
    return with(
        new Statements(
            Optional.of(kinks), s.accuracy, s.parity, s.homogeneous, s.lowerBound, s.upperBound));
  }

  /**
   * States how accurate the lambdas are.
   *
   * @param accuracy of value and derivative
   * @return the same function
   */
  public StatedActivation withAccuracy(Accuracy accuracy) {
    Statements s = stated;
    return with(
        new Statements(
            s.kinks, Optional.of(accuracy), s.parity, s.homogeneous, s.lowerBound, s.upperBound));
  }

  /**
   * States symmetries.
   *
   * @param parity of the function
   * @param homogeneous whether it is positively homogeneous
   * @return the same function
   */
  public StatedActivation withSymmetry(Parity parity, boolean homogeneous) {
    Statements s = stated;
    return with(
        new Statements(s.kinks, s.accuracy, parity, homogeneous, s.lowerBound, s.upperBound));
  }

  /**
   * States bounds of the values.
   *
   * @param lowerBound minus infinity for none
   * @param upperBound infinity for none
   * @return the same function
   */
  public StatedActivation withRange(double lowerBound, double upperBound) {
    Statements s = stated;
    return with(
        new Statements(s.kinks, s.accuracy, s.parity, s.homogeneous, lowerBound, upperBound));
  }

  private StatedActivation with(Statements statements) {
    return new StatedActivation(name, orders, regularity, statements);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public double value(double x) {
    return orders[0].applyAsDouble(x);
  }

  @Override
  public double derivative(double x) {
    return orders[1].applyAsDouble(x);
  }

  @Override
  public double secondDerivative(double x) {
    return orders[2].applyAsDouble(x);
  }

  @Override
  public Regularity regularity() {
    return regularity;
  }

  @Override
  public Optional<Kinks> kinks() {
    return stated.kinks.or(Activation.super::kinks);
  }

  @Override
  public Optional<Accuracy> accuracy() {
    return stated.accuracy;
  }

  @Override
  public Parity parity() {
    return stated.parity;
  }

  @Override
  public boolean isPositivelyHomogeneous() {
    return stated.homogeneous;
  }

  @Override
  public double lowerBound() {
    return stated.lowerBound;
  }

  @Override
  public double upperBound() {
    return stated.upperBound;
  }

  @Override
  public String toString() {
    return name;
  }
}
