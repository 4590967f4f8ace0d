package org.fullrank.nn;

import java.util.OptionalInt;

/**
 * What theorems need to know about an activation. It is declared by the activation and believed: a
 * polynomial degree that is too small makes a verified bound of a rank wrong, an empty one is
 * always safe; so are flags that are false; constants that are too small make verified enclosures
 * of the network wrong.
 *
 * @param lipschitz an upper bound of {@code sup |sigma'|}, rounded up
 * @param smoothness an upper bound of {@code sup |sigma''|}, rounded up; infinite if {@code sigma'}
 *     is not Lipschitz
 * @param smooth infinitely differentiable
 * @param analytic real analytic on the whole line
 * @param monotone strictly increasing
 * @param polynomialDegree the degree if the function is a polynomial, else empty
 * @param nonPolynomial certainly no polynomial; where both this is false and the degree is empty,
 *     nothing is known
 */
public record Regularity(
    double lipschitz,
    double smoothness,
    boolean smooth,
    boolean analytic,
    boolean monotone,
    OptionalInt polynomialDegree,
    boolean nonPolynomial) {
  /** Checks the constants. */
  public Regularity {
    if (nonPolynomial && polynomialDegree.isPresent()) {
      throw new IllegalArgumentException(
          "expected no degree of a function that is no polynomial but got "
              + polynomialDegree.getAsInt());
    }
    if (!(lipschitz >= 0) || !(smoothness >= 0)) {
      throw new IllegalArgumentException(
          "expected constants >= 0 but got lipschitz "
              + lipschitz
              + " and smoothness "
              + smoothness);
    }
  }

  /**
   * A function of which it is not claimed that it is no polynomial.
   *
   * @param lipschitz an upper bound of {@code sup |sigma'|}
   * @param smoothness an upper bound of {@code sup |sigma''|}
   * @param smooth infinitely differentiable
   * @param analytic real analytic on the whole line
   * @param monotone strictly increasing
   * @param polynomialDegree the degree if the function is a polynomial, else empty
   */
  public Regularity(
      double lipschitz,
      double smoothness,
      boolean smooth,
      boolean analytic,
      boolean monotone,
      OptionalInt polynomialDegree) {
    this(lipschitz, smoothness, smooth, analytic, monotone, polynomialDegree, false);
  }
}
