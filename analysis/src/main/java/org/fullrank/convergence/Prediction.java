package org.fullrank.convergence;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;

/**
 * What a theorem guarantees: an upper envelope {@code initial * (1 - rate)^t} of a monitored number
 * after {@code t} steps of a given step size, and a radius that the parameters do not leave.
 *
 * <p>It speaks of exact-arithmetic descent. Floating-point descent follows it until the monitored
 * number is at the level of its rounding errors.
 */
public final class Prediction {
  /** Which number the envelope bounds. */
  public enum Monitored {
    /** {@code ||f - y||}, the Frobenius norm of outputs minus targets. */
    RESIDUAL_NORM,
    /** {@code F - F*}, loss minus its infimum. */
    EXCESS_LOSS
  }

  private final Monitored monitored;
  private final Quantity initial;
  private final double stepSize;
  private final Quantity rate;
  private final Quantity radius;

  private Prediction(
      Monitored monitored, Quantity initial, double stepSize, Quantity rate, Quantity radius) {
    this.monitored = monitored;
    this.initial = initial;
    this.stepSize = stepSize;
    this.rate = rate;
    this.radius = radius;
  }

  /**
   * A prediction for gradient descent.
   *
   * @param monitored what is bounded
   * @param initial its value at the start; the upper end counts
   * @param stepSize the step size the rate is for, positive
   * @param rate decrease per step in {@code [0, 1]}; the lower end counts
   * @param radius of the ball around the initial parameters; the upper end counts
   * @return the prediction
   */
  public static Prediction of(
      Monitored monitored, Quantity initial, double stepSize, Quantity rate, Quantity radius) {
    if (!(stepSize > 0 && stepSize <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "Prediction expects a positive finite step size but got " + stepSize);
    }
    if (!(rate.interval().lo() >= 0)) {
      throw new IllegalArgumentException("Prediction expects a rate >= 0 but got " + rate);
    }
    return new Prediction(monitored, initial, stepSize, rate, radius);
  }

  /**
   * What the envelope bounds.
   *
   * @return the monitored number
   */
  public Monitored monitored() {
    return monitored;
  }

  /**
   * The step size, to be used as it is.
   *
   * @return positive
   */
  public double stepSize() {
    return stepSize;
  }

  /**
   * The decrease of the envelope per step.
   *
   * @return a quantity whose lower end is guaranteed
   */
  public Quantity rate() {
    return rate;
  }

  /**
   * The radius of the ball that contains all iterates.
   *
   * @return a quantity whose upper end is guaranteed
   */
  public Quantity radius() {
    return radius;
  }

  /**
   * An upper bound of the monitored number after {@code t} steps.
   *
   * @param t at least 0
   * @return rounded up; it may be subnormal or 0 only if the exact envelope is below the smallest
   *     double
   */
  public double envelope(long t) {
    if (t < 0) {
      throw new IllegalArgumentException("envelope expects t >= 0 but got " + t);
    }
    Interval base = Interval.ONE.subtract(Math.min(1, rate.interval().lo()));
    Interval bound = Interval.of(initial.interval().hi());
    // Square and multiply, every product rounded outward.
    for (long left = t; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        bound = bound.multiply(base);
      }
      base = base.multiply(base);
    }
    return bound.hi();
  }

  /**
   * The number of steps after which the envelope is at most {@code target}.
   *
   * @param target positive
   * @return the smallest such number, or {@link Long#MAX_VALUE} if the rate is too small to matter
   */
  public long stepsTo(double target) {
    if (!(target > 0)) {
      throw new IllegalArgumentException("stepsTo expects a positive target but got " + target);
    }
    long high = 1;
    while (envelope(high) > target) {
      if (high > Long.MAX_VALUE / 2) {
        return Long.MAX_VALUE;
      }
      high *= 2;
    }
    long low = 0;
    if (envelope(0) <= target) {
      return 0;
    }
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (envelope(middle) <= target) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /**
   * What the prediction is about.
   *
   * @return the narrowest subject of its numbers
   */
  public Subject subject() {
    return Subject.narrowest(initial.subject(), rate.subject(), radius.subject());
  }

  @Override
  public String toString() {
    return "with step size "
        + stepSize
        + ", "
        + (monitored == Monitored.RESIDUAL_NORM ? "||f - y||" : "F - F*")
        + " <= "
        + initial.interval().hi()
        + " (1 - "
        + rate.interval().lo()
        + ")^t, and theta stays within "
        + radius.interval().hi()
        + " of its start";
  }
}
