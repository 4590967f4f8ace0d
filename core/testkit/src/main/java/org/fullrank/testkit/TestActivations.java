package org.fullrank.testkit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Regularity;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.Kinks.Kink;

/**
 * Activations as a user might write them, whose statements are true and awkward: kinks elsewhere
 * than at 0, curved pieces, errors that are as large as stated, polynomials without constants. The
 * records are for tests with an oracle of their own.
 */
public final class TestActivations {
  private static final double U = 0x1p-53;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private TestActivations() {}

  /**
   * The identity, of which nothing but its regularity is stated.
   *
   * @param name for messages
   * @return the activation
   */
  public static StatedActivation plainIdentity(String name) {
    return StatedActivation.of(name, x -> x, x -> 1, x -> 0, Activations.IDENTITY.regularity());
  }

  /**
   * {@code x^2}: a polynomial without a Lipschitz constant.
   *
   * @return the activation
   */
  public static StatedActivation square() {
    return StatedActivation.of(
        "square", x -> x * x, x -> 2 * x, x -> 2, polynomial(2, OptionalInt.of(2), false));
  }

  /**
   * {@code x^3 - x}: a polynomial that falls and rises.
   *
   * @return the activation
   */
  public static StatedActivation cubic() {
    return StatedActivation.of(
        "cubic",
        x -> x * x * x - x,
        x -> 3 * x * x - 1,
        x -> 6 * x,
        polynomial(INFINITY, OptionalInt.of(3), false));
  }

  /**
   * {@code x^3 + x}: an increasing polynomial that need not say that it is one.
   *
   * @param degree whether it states its degree
   * @return the activation
   */
  public static StatedActivation odd(boolean degree) {
    return StatedActivation.of(
        "odd",
        x -> x * x * x + x,
        x -> 3 * x * x + 1,
        x -> 6 * x,
        polynomial(INFINITY, degree ? OptionalInt.of(3) : OptionalInt.empty(), true));
  }

  private static Regularity polynomial(double smoothness, OptionalInt degree, boolean monotone) {
    return new Regularity(INFINITY, smoothness, true, true, monotone, degree);
  }

  /**
   * The hyperbolic tangent: {@code x} for small arguments, which is off by {@code x^3 / 3}, so that
   * a relative error is true of all values, and the one of the JDK (within 2.5 units in the last
   * place, hence 5u) for others. The square of the value is wrong by 11u at most, the rounding of
   * both operations of the derivative by 2u.
   *
   * @return the activation
   */
  public static StatedActivation ownTanh() {
    return StatedActivation.of(
            "own_tanh",
            TestActivations::tanh,
            x -> 1 - tanh(x) * tanh(x),
            x -> -2 * tanh(x) * (1 - tanh(x) * tanh(x)),
            Activations.TANH.regularity())
        .withRange(-1, 1)
        .withAccuracy(new Accuracy(6 * U, 0, 0, 16 * U));
  }

  private static double tanh(double x) {
    return Math.abs(x) < 0x1p-27 ? x : Math.tanh(x);
  }

  /**
   * {@code x (1 + 2^-bits)}, computed as one product and stated with a relative error only, of
   * {@code 2^(1 - bits)}. That is true of every number: below {@code 2^(bits - 1)} subnormal units
   * the product is rounded to {@code x}, which is wrong by {@code 2^-bits |x|}, and above it is
   * within half a unit of at least that many.
   *
   * @param bits from 2 to 50
   */
  public record Stretch(int bits) implements Activation {
    /**
     * The slope.
     *
     * @return {@code 1 + 2^-bits}, exact
     */
    public double factor() {
      return 1 + Math.scalb(1.0, -bits);
    }

    @Override
    public String name() {
      return "stretch(" + bits + ")";
    }

    @Override
    public double value(double x) {
      return x * factor();
    }

    @Override
    public double derivative(double x) {
      return factor();
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public Regularity regularity() {
      return new Regularity(factor(), 0, true, true, true, OptionalInt.of(1));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(Math.scalb(1.0, 1 - bits), 0, 0, 0));
    }
  }

  /** Functions whose kinks are not at 0. */
  public sealed interface Bent extends Activation {
    @Override
    default double secondDerivative(double x) {
      return 0;
    }

    @Override
    default Regularity regularity() {
      return new Regularity(1, INFINITY, false, false, false, OptionalInt.empty());
    }
  }

  /**
   * {@code min(max(x, lo), hi)}, such as ReLU6 and the hard tanh; slope 0 at {@code lo} and 1 at
   * {@code hi}.
   *
   * @param lowerBound lo
   * @param upperBound hi
   */
  public record Clamp(double lowerBound, double upperBound) implements Bent {
    @Override
    public String name() {
      return "clamp(" + lowerBound + ", " + upperBound + ")";
    }

    @Override
    public double value(double x) {
      return Math.min(Math.max(x, lowerBound), upperBound);
    }

    @Override
    public double derivative(double x) {
      return x > lowerBound && x <= upperBound ? 1 : 0;
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(new Kinks(List.of(new Kink(lowerBound, 1), new Kink(upperBound, 1)), 0));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(Accuracy.EXACT);
    }
  }

  /**
   * {@code max(x - at, 0)}, slope 1 at the kink; a difference is rounded once.
   *
   * @param at the kink
   */
  public record Hinge(double at) implements Bent {
    @Override
    public String name() {
      return "hinge(" + at + ")";
    }

    @Override
    public double value(double x) {
      return Math.max(x - at, 0);
    }

    @Override
    public double derivative(double x) {
      return x >= at ? 1 : 0;
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(Kinks.at(at, 1));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(U, 0, 0, 0));
    }
  }

  /**
   * {@code (sin x + |x - at|) / 2}, curved between its kinks; slope {@code cos(at) / 2} at the
   * kink. Sine and cosine are within 2u, so the terms of the slope within 3u and its sum within 4u;
   * those of the value are wrong by at most {@code 1.5u + u |x - at| / 2}, and {@code |x - at| / 2}
   * is at most the value and {@code 1/2}.
   *
   * @param at the kink
   */
  public record Wave(double at) implements Bent {
    @Override
    public String name() {
      return "wave(" + at + ")";
    }

    @Override
    public double value(double x) {
      return 0.5 * Math.sin(x) + 0.5 * Math.abs(x - at);
    }

    @Override
    public double derivative(double x) {
      return 0.5 * Math.cos(x) + 0.5 * Math.signum(x - at);
    }

    @Override
    public double secondDerivative(double x) {
      return x == at ? 0 : -0.5 * Math.sin(x);
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(new Kinks(List.of(new Kink(at, 1)), 0.5));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(4 * U, 4 * U, 0, 4 * U));
    }
  }
}
