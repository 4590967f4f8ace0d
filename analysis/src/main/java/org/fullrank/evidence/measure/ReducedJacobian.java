package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * What the Jacobian certificate needs to know on a subspace {@code U} of the outputs that contains
 * {@code f(X)} for all parameters. With {@code P} the projection onto U, descent on {@code 1/2 ||f
 * - y||^2} is descent on {@code 1/2 ||f - P y||^2}, and the loss is never below {@code 1/2 ||y - P
 * y||^2}.
 *
 * @param numbers those of the map {@code theta -> f(X)} into U: {@code sigmaMin} is the smallest
 *     {@code ||J^T u||} over unit vectors of U, {@code residual} is {@code ||f(X) - P y||}
 * @param subspace what U is, and how it is known, in words
 * @param floor {@code 1/2 ||y - P y||^2}, a lower bound of the loss at all parameters
 */
public record ReducedJacobian(JacobianNumbers numbers, String subspace, Quantity floor) {
  /**
   * A problem that cannot be measured: a certificate is then {@code INAPPLICABLE}.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static ReducedJacobian not(String obstacle) {
    return nothing(JacobianNumbers.not(obstacle));
  }

  /**
   * A problem whose numbers could not be enclosed: a certificate is then {@code UNDECIDED}.
   *
   * @param reason why, such as an overflow
   * @return numbers of which nothing is known
   */
  public static ReducedJacobian undecided(String reason) {
    return nothing(JacobianNumbers.undecided(reason));
  }

  private static ReducedJacobian nothing(JacobianNumbers numbers) {
    return new ReducedJacobian(
        numbers, "unknown", Facts.unknown("1/2 ||y - P y||^2", Interval.atLeast(0)));
  }

  /**
   * Why the problem is not of a kind that can be measured.
   *
   * @return empty if it is
   */
  public Optional<String> obstacle() {
    return numbers.obstacle();
  }
}
