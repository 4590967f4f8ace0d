package org.fullrank.evidence;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;

/**
 * What the Jacobian certificate needs to know at the initial parameters. The Jacobian has one row
 * for each output of each sample and one column for each trained parameter.
 *
 * @param obstacle why nothing can be measured; the numbers then mean nothing
 * @param sigmaMin smallest singular value of the Jacobian, {@code sqrt(lambda_min(J J^T))}
 * @param norm its spectral norm
 * @param residual {@code ||f(X) - Y||}
 * @param lipschitz for a radius, a constant with which the Jacobian is Lipschitz in the spectral
 *     norm on that ball; infinite where none is known. Never decreasing
 * @param lipschitzRigor how that constant is known
 * @param lipschitzSubject what it is about
 */
public record JacobianNumbers(
    Optional<String> obstacle,
    Quantity sigmaMin,
    Quantity norm,
    Quantity residual,
    DoubleUnaryOperator lipschitz,
    Rigor lipschitzRigor,
    Subject lipschitzSubject) {
  /**
   * A problem that cannot be measured.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static JacobianNumbers not(String obstacle) {
    Quantity q =
        new Quantity(
            "unknown", Interval.atLeast(0), Rigor.ASSUMED, Subject.STORED_MATRIX, "not measured");
    return new JacobianNumbers(
        Optional.of(obstacle),
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
   * @return a quantity, a point; empty if there is no constant
   */
  public Optional<Quantity> lipschitzAt(double radius) {
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
