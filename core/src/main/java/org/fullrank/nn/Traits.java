package org.fullrank.nn;

import java.util.OptionalInt;

/**
 * What holds of a layer's map of its input for every value of its parameters. Declared by the layer
 * and believed: traits become premises of verified statements about the network, so a wrong one
 * makes those wrong. What is not known is always safe.
 *
 * @param couplesSamples whether the output of one sample depends on other samples (batch
 *     normalisation in training mode): equal inputs then prove nothing, and kernels cannot be
 *     computed from the gradients of single samples
 * @param degree an upper bound of the degree of the output as a polynomial in the input; empty if
 *     it is not known to be one
 * @param parity whether {@code f(-x)} is {@code -f(x)} or {@code f(x)}; then the gradients with
 *     respect to the parameters have the same symmetry, also at kinks, whose conventional
 *     derivatives share it
 * @param homogeneous whether {@code f(a x) = a f(x)} for every {@code a > 0}
 * @param analytic whether the output is real analytic in parameters and input together
 */
public record Traits(
    boolean couplesSamples,
    OptionalInt degree,
    Parity parity,
    boolean homogeneous,
    boolean analytic) {
  /** Nothing is known, and samples are not coupled. */
  public static final Traits UNKNOWN =
      new Traits(false, OptionalInt.empty(), Parity.NONE, false, false);

  /** A linear map of each sample, such as a change of shape or a dense layer without bias. */
  public static final Traits LINEAR = new Traits(false, OptionalInt.of(1), Parity.ODD, true, true);

  /** An affine map of each sample. */
  public static final Traits AFFINE =
      new Traits(false, OptionalInt.of(1), Parity.NONE, false, true);

  /** Checks the degree. */
  public Traits {
    if (degree.isPresent() && degree.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "Traits expects a degree >= 0 but got " + degree.getAsInt());
    }
  }

  /**
   * Those of a function of every entry.
   *
   * @param activation the function
   * @return what it states
   */
  public static Traits of(Activation activation) {
    Regularity r = activation.regularity();
    return new Traits(
        false,
        r.polynomialDegree(),
        activation.parity(),
        activation.isPositivelyHomogeneous(),
        r.analytic());
  }

  /**
   * Those of a layer of which nothing is known but that samples are coupled.
   *
   * @return the traits
   */
  public static Traits coupled() {
    return new Traits(true, OptionalInt.empty(), Parity.NONE, false, false);
  }

  /**
   * Whether the output is an affine function of the input.
   *
   * @return false if it is not known to be one
   */
  public boolean isAffine() {
    return degree.isPresent() && degree.getAsInt() <= 1;
  }

  /**
   * Whether the output is a linear function of the input.
   *
   * @return false if it is not known to be one
   */
  public boolean isLinear() {
    return isAffine() && parity == Parity.ODD;
  }

  /**
   * The traits of two layers one after the other. Degrees are multiplied and saturate at {@link
   * Integer#MAX_VALUE}.
   *
   * @param next the second layer
   * @return those of the composition
   */
  public Traits then(Traits next) {
    OptionalInt product =
        degree.isEmpty() || next.degree.isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(
                (int)
                    Math.min(Integer.MAX_VALUE, (long) degree.getAsInt() * next.degree.getAsInt()));
    boolean coupled = couplesSamples || next.couplesSamples;
    // Equal inputs of the second layer give equal outputs, whatever it is.
    Parity both = parity == Parity.ODD ? next.parity : parity;
    return new Traits(
        coupled,
        product,
        coupled ? Parity.NONE : both,
        homogeneous && next.homogeneous,
        analytic && next.analytic);
  }

  /**
   * The traits of the sum of two layers with the same input.
   *
   * @param other the other summand
   * @return those of the sum
   */
  public Traits plus(Traits other) {
    return new Traits(
        couplesSamples || other.couplesSamples,
        degree.isEmpty() || other.degree.isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(Math.max(degree.getAsInt(), other.degree.getAsInt())),
        parity == other.parity ? parity : Parity.NONE,
        homogeneous && other.homogeneous,
        analytic && other.analytic);
  }
}
