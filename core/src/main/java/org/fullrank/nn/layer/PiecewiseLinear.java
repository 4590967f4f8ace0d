package org.fullrank.nn.layer;

import java.util.Optional;
import org.fullrank.nn.Activation;

/**
 * The slopes of an activation that is linear on either side of zero: relu, leaky relu, abs.
 *
 * @param negative slope below zero
 * @param atZero the value that stands for the derivative at zero
 * @param positive slope above zero
 */
record PiecewiseLinear(double negative, double atZero, double positive) {
  /** Binary orders of magnitude that are probed on each side of 1. */
  private static final int RANGE = 60;

  private static final double[] MANTISSAS = {1, 1.2, 1.5, 1.9};

  /** Products {@code slope * t} may be rounded differently. */
  private static final double ULPS = 4;

  /**
   * Recognises such a function by probing value and derivative at {@code +-m 2^e}, {@code |e| <=
   * 60}: evidence, not proof. A kink elsewhere (hard tanh, relu6) or a curved side (elu) shows.
   *
   * @param activation any activation
   * @return the slopes, or empty if a probe disagrees
   */
  static Optional<PiecewiseLinear> of(Activation activation) {
    PiecewiseLinear slopes =
        new PiecewiseLinear(
            activation.derivative(-1), activation.derivative(0), activation.derivative(1));
    boolean linear = activation.value(0) == 0;
    for (int e = -RANGE; linear && e <= RANGE; e++) {
      for (double mantissa : MANTISSAS) {
        double t = Math.scalb(mantissa, e);
        linear &= agrees(activation, t, slopes.positive) && agrees(activation, -t, slopes.negative);
      }
    }
    return linear ? Optional.of(slopes) : Optional.empty();
  }

  private static boolean agrees(Activation activation, double t, double slope) {
    double expected = slope * t;
    return activation.derivative(t) == slope
        && Math.abs(activation.value(t) - expected) <= ULPS * Math.ulp(expected);
  }

  /** The greatest difference of two slopes. */
  double jump() {
    double high = Math.max(atZero, Math.max(negative, positive));
    double low = Math.min(atZero, Math.min(negative, positive));
    return high - low;
  }
}
