package org.fullrank.kernel;

import org.fullrank.rigor.Interval;

/**
 * Enclosure of the smallest eigenvalue of an infinitely wide network's kernel on stored inputs, all
 * rounding errors accounted for.
 *
 * <p>It is a theorem about that limit kernel in exact arithmetic and about nothing else. In
 * particular it is no bound for any finite network, whose kernel differs by a random amount of
 * order {@code 1/sqrt(width)}: that is why it is a type of its own and no {@code Quantity}.
 *
 * @param kernel which kernel, in words
 * @param lambdaMin enclosure of its smallest eigenvalue, the lower end at least 0
 */
public record WideKernelBound(String kernel, Interval lambdaMin) {
  @Override
  public String toString() {
    return "lambda_min in "
        + lambdaMin
        + " (verified, "
        + kernel
        + " of the stored inputs at infinite width; no finite network)";
  }
}
