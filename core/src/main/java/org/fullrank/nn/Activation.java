package org.fullrank.nn;

import java.util.Optional;

/**
 * A scalar function {@code sigma}, applied entrywise, with the derivatives and constants that
 * convergence theorems need. An extension point.
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
   * How accurate {@link #value}, {@link #derivative} and {@link #evaluate} are. Together with
   * {@link #regularity} it is what a proof about the network in exact arithmetic needs. Believed.
   *
   * @return empty unless overridden: nothing is known, so nothing can be proved
   */
  default Optional<Accuracy> accuracy() {
    return Optional.empty();
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
}
