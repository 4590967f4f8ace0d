package org.fullrank.evidence.measure;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;

/**
 * What the Jacobian certificate needs to know at the initial parameters. The Jacobian has one row
 * for each output of each sample and one column for each trained parameter.
 *
 * @param obstacle why the problem is not of a kind that can be measured; the numbers then mean
 *     nothing
 * @param unknown why nothing is known although the problem is of that kind, such as an overflow;
 *     the numbers are then unbounded
 * @param deficiency why the Jacobian certainly has no full row rank, such as equal inputs; empty if
 *     only its singular values can tell
 * @param sigmaMin smallest singular value of the Jacobian, {@code sqrt(lambda_min(J J^T))}, exactly
 *     0 with a deficiency
 * @param norm its spectral norm
 * @param residual {@code ||f(X) - Y||}
 * @param lipschitz for a radius, a constant with which the Jacobian is Lipschitz in the spectral
 *     norm on that ball; infinite where none is known. Never decreasing
 * @param lipschitzRigor how that constant is known
 * @param lipschitzSubject what it is about
 */
public record JacobianNumbers(
    Optional<String> obstacle,
    Optional<String> unknown,
    Optional<String> deficiency,
    Quantity sigmaMin,
    Quantity norm,
    Quantity residual,
    DoubleUnaryOperator lipschitz,
    Rigor lipschitzRigor,
    Subject lipschitzSubject) {
  /** Checks the rigor. */
  public JacobianNumbers {
    Proof.require(lipschitzRigor);
  }

  /**
   * Numbers of a problem that could be measured.
   *
   * @param obstacle as above
   * @param sigmaMin as above
   * @param norm as above
   * @param residual as above
   * @param lipschitz as above
   * @param lipschitzRigor as above
   * @param lipschitzSubject as above
   */
  public JacobianNumbers(
      Optional<String> obstacle,
      Quantity sigmaMin,
      Quantity norm,
      Quantity residual,
      DoubleUnaryOperator lipschitz,
      Rigor lipschitzRigor,
      Subject lipschitzSubject) {
    this(
        obstacle,
        Optional.empty(),
        Optional.empty(),
        sigmaMin,
        norm,
        residual,
        lipschitz,
        lipschitzRigor,
        lipschitzSubject);
  }

  /**
   * A problem that cannot be measured: a certificate is then {@code INAPPLICABLE}.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static JacobianNumbers not(String obstacle) {
    return nothing(Optional.of(obstacle), Optional.empty());
  }

  /**
   * A problem whose numbers could not be enclosed: a certificate is then {@code UNDECIDED}.
   *
   * @param reason why, such as an overflow
   * @return numbers of which nothing is known
   */
  public static JacobianNumbers undecided(String reason) {
    return nothing(Optional.empty(), Optional.of(reason));
  }

  private static JacobianNumbers nothing(Optional<String> obstacle, Optional<String> unknown) {
    Quantity q = Facts.unknown("unknown", Interval.atLeast(0));
    return new JacobianNumbers(
        obstacle,
        unknown,
        Optional.empty(),
        q,
        q,
        q,
        r -> Double.POSITIVE_INFINITY,
        Rigor.ASSUMED,
        Subject.STORED_MATRIX);
  }

  /**
   * The constant for a ball.
   *
   * @param radius at least 0
   * @return a quantity, a point; empty if there is no constant, or if the radius is no number
   */
  public Optional<Quantity> lipschitzAt(double radius) {
    if (!(radius <= Double.MAX_VALUE)) {
      return Optional.empty();
    }
    double lam = lipschitz.applyAsDouble(radius);
    return lam >= 0 && lam <= Double.MAX_VALUE
        ? Optional.of(
            new Quantity(
                "Lam",
                Interval.of(lam),
                lipschitzRigor,
                lipschitzSubject,
                "bounds of the second derivatives"))
        : Optional.empty();
  }
}
