package org.fullrank.nn;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;

/**
 * A scalar function {@code sigma}, applied entrywise, with the derivatives and constants that
 * convergence theorems need. An extension point: {@code ActivationContract} of {@code
 * fullrank-testkit} tests an implementation.
 */
public interface Activation {
  /**
   * The name, unique among activations with other values: {@code "tanh"}, {@code "softplus(100)"}.
   *
   * @return a short name
   */
  String name();

  /**
   * The function.
   *
   * @param x a finite number
   * @return {@code sigma(x)}
   */
  double value(double x);

  /**
   * The first derivative; at a kink, the value that automatic differentiation uses.
   *
   * @param x a finite number
   * @return {@code sigma'(x)}
   */
  double derivative(double x);

  /**
   * The second derivative where it exists; 0 at a kink.
   *
   * @param x a finite number
   * @return {@code sigma''(x)}
   */
  double secondDerivative(double x);

  /**
   * Constants and flags.
   *
   * @return the regularity of this function
   */
  Regularity regularity();

  /**
   * Where the first derivative jumps, and its Lipschitz constant elsewhere. The function itself is
   * continuous. Believed: a kink that is missing makes verified enclosures of the network wrong.
   *
   * <p>Whoever overrides it states all kinks of the function, wherever they lie, for example for
   * {@code min(max(x, 0), 6)} two with a jump of 1, at 0 and at 6, and smoothness 0.
   *
   * @return unless overridden, no kink if {@link Regularity#smoothness()} is finite, and empty,
   *     that is, nothing is known and nothing can be proved, if it is infinite
   */
  default Optional<Kinks> kinks() {
    double smoothness = regularity().smoothness();
    return smoothness <= Double.MAX_VALUE ? Optional.of(Kinks.none(smoothness)) : Optional.empty();
  }

  /**
   * How the function changes when its argument changes sign, its derivative included, also where
   * that is a convention. Believed.
   *
   * @return {@link Parity#NONE} unless overridden
   */
  default Parity parity() {
    return Parity.NONE;
  }

  /**
   * Whether {@code sigma(a x) = a sigma(x)} for every {@code a > 0} and real {@code x}; then {@code
   * sigma(0) = 0} and {@code sigma'(a x) = sigma'(x)}, also where that is a convention. Believed.
   *
   * @return false unless overridden
   */
  default boolean isPositivelyHomogeneous() {
    return false;
  }

  /**
   * How accurate {@link #value}, {@link #derivative} and {@link #evaluate(double[], double[],
   * double[])} are. Together with {@link #regularity} it is what a proof about the network in exact
   * arithmetic needs. Believed.
   *
   * @return empty unless overridden: nothing is known, so nothing can be proved
   */
  default Optional<Accuracy> accuracy() {
    return Optional.empty();
  }

  /**
   * A number that the function never falls below. If {@link #upperBound} is finite, too, an
   * enclosure of a value is cut to what both leave possible, however little is known about the
   * argument. A bound of the exact function for all real {@code x}; believed.
   *
   * @return minus infinity unless overridden: nothing is known
   */
  default double lowerBound() {
    return Double.NEGATIVE_INFINITY;
  }

  /**
   * A number that the function never exceeds, see {@link #lowerBound}.
   *
   * @return infinity unless overridden: nothing is known
   */
  default double upperBound() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Encloses the function and its first three derivatives over an interval, which may be unbounded.
   * A proof about the exact function, as far as what is stated here holds.
   *
   * <p>Unless overridden it follows from {@link #accuracy}, {@link #regularity}, {@link #kinks} and
   * the bounds of the values: value and first derivative at a middle point, and how far they can
   * move from there; the second derivative is known by {@link Regularity#smoothness} only, and the
   * third not at all. Where nothing is stated the whole line is returned. The activations of the
   * library override it: their results over wide intervals are as narrow as the range, up to
   * rounding, and those at a single number about as narrow as the accuracy, with the exception of
   * the second and third derivative of {@link Activations#GELU_TANH} over wide intervals. Time
   * {@code O(1)}: some microseconds.
   *
   * @param x an interval
   * @return enclosures of all values at numbers of {@code x}
   * @throws IllegalArgumentException if statements contradict each other or the computed values
   */
  default Jet enclose(Interval x) {
    return StatedJet.of(
        x,
        this::value,
        this::derivative,
        accuracy(),
        regularity(),
        kinks(),
        Interval.of(lowerBound(), upperBound()));
  }

  /**
   * The function and its derivative for many numbers at once. Overriding it is worth while where
   * both share work; the results must equal the scalar methods to a few units in the last place.
   * Large arrays are cut into pieces, which several threads evaluate.
   *
   * @param x numbers
   * @param value receives {@code sigma(x[i])}; may be {@code x} itself
   * @param derivative receives {@code sigma'(x[i])}; another array
   */
  default void evaluate(double[] x, double[] value, double[] derivative) {
    for (int i = 0; i < x.length; i++) {
      double t = x[i];
      value[i] = value(t);
      derivative[i] = derivative(t);
    }
  }

  /**
   * The same for single precision, which networks with {@code float} parameters use. Overriding it
   * is worth while where {@code float} arithmetic suffices: it is several times faster.
   *
   * <p>Contract, with {@code u = 2^-24} and {@code L1} the {@link Regularity#lipschitz} constant:
   * for every finite {@code x}, unless the result overflows,
   *
   * <p>{@code |value^ - sigma(x)| <= 8u (|sigma(x)| + L1 |x|) + tiny} and {@code |derivative^ -
   * sigma'(x)| <= 8u L1 + tiny}, {@code tiny = 8 * 2^-149},
   *
   * <p>a hat marking what was computed. Bounds of rounding errors in single precision rest on it;
   * it is believed. Unless overridden the results are those of {@link #evaluate(double[], double[],
   * double[])}, rounded once to nearest: that is within the contract if the same holds in double
   * precision with {@code 32 * 2^-53} for {@code 8u} and {@code 7 * 2^-149} for {@code tiny}, for
   * example if values and derivatives have a relative error of {@code 32 * 2^-53}. Every call gives
   * the same results for the same numbers, whatever stands beside them.
   *
   * @param x numbers
   * @param value receives {@code sigma(x[i])}; may be {@code x} itself
   * @param derivative receives {@code sigma'(x[i])}; another array
   */
  default void evaluate(float[] x, float[] value, float[] derivative) {
    // Pieces that find room in the cache beside the three arrays.
    double[] wide = new double[Math.min(256, x.length)];
    double[] slope = new double[wide.length];
    for (int from = 0; from < x.length; from += wide.length) {
      int n = Math.min(wide.length, x.length - from);
      if (n < wide.length) {
        wide = new double[n];
        slope = new double[n];
      }
      Widening.widen(x, from, wide);
      evaluate(wide, wide, slope);
      Widening.narrow(wide, value, from);
      Widening.narrow(slope, derivative, from);
    }
  }
}
