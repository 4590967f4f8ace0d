package org.fullrank.enclosure;

import java.util.Optional;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Regularity;

/**
 * A user's hyperbolic tangent: {@code x} for small arguments, which is off by {@code x^3 / 3}, so
 * that a relative error is true of all values, and the one of the JDK (within 2.5 units in the last
 * place, hence 5u) for others.
 */
record OwnTanh() implements Activation {
  private static final double U = 0x1p-53;

  @Override
  public String name() {
    return "own_tanh";
  }

  @Override
  public double value(double x) {
    return Math.abs(x) < 0x1p-27 ? x : Math.tanh(x);
  }

  @Override
  public double derivative(double x) {
    double t = value(x);
    return 1 - t * t;
  }

  @Override
  public double secondDerivative(double x) {
    return -2 * value(x) * derivative(x);
  }

  @Override
  public Regularity regularity() {
    return Activations.TANH.regularity();
  }

  @Override
  public double lowerBound() {
    return -1;
  }

  @Override
  public double upperBound() {
    return 1;
  }

  /** The square of the value is wrong by 11u at most, the rounding of both operations by 2u. */
  @Override
  public Optional<Accuracy> accuracy() {
    return Optional.of(new Accuracy(6 * U, 0, 0, 16 * U));
  }
}
