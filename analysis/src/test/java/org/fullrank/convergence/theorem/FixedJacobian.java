package org.fullrank.convergence.theorem;

import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;

/** Numbers of a Jacobian that are stated instead of measured. */
final class FixedJacobian {
  private FixedJacobian() {}

  /** {@code f(t) = t - t^2/2} at 0 with target y: s0 = b0 = Lam = 1, R0 = y. */
  static Evidence scalar(double y) {
    return evidence(1, 1, y, r -> 1);
  }

  static Evidence evidence(double s0, double b0, double r0, DoubleUnaryOperator lipschitz) {
    return of(Interval.of(s0), Interval.of(b0), Interval.of(r0), lipschitz);
  }

  static Evidence of(Interval s0, Interval b0, Interval r0, DoubleUnaryOperator lipschitz) {
    return of(exact("s0", s0), exact("b0", b0), exact("R0", r0), lipschitz, Rigor.VERIFIED);
  }

  static Evidence of(
      Quantity s0, Quantity b0, Quantity r0, DoubleUnaryOperator lipschitz, Rigor rigor) {
    return Evidence.fixed()
        .given(
            Measurements.JACOBIAN,
            new JacobianNumbers(
                Optional.empty(), s0, b0, r0, lipschitz, rigor, Subject.EXACT_NETWORK));
  }

  static Evidence not(String obstacle) {
    return Evidence.fixed().given(Measurements.JACOBIAN, JacobianNumbers.not(obstacle));
  }

  static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }

  /** The numbers of a problem with another residual. */
  static Evidence withResidual(Evidence evidence, double residual) {
    JacobianNumbers n = evidence.get(Measurements.JACOBIAN);
    return evidence.given(
        Measurements.JACOBIAN,
        new JacobianNumbers(
            n.obstacle(),
            n.sigmaMin(),
            n.norm(),
            exact("R0", Interval.of(residual)),
            n.lipschitz(),
            n.lipschitzRigor(),
            n.lipschitzSubject()));
  }

  /** Singular values and residual over a few magnitudes, near where the conditions bite. */
  static Evidence random(Random random, DoubleUnaryOperator lipschitz) {
    double s0 = Math.exp(2 * random.nextGaussian());
    double b0 = s0 * (1 + Math.exp(2 * random.nextGaussian()));
    double lam = lipschitz.applyAsDouble(s0);
    double r0 = s0 * s0 / lam * Math.exp(random.nextDouble() * 6 - 5);
    return evidence(s0, b0, r0, lipschitz);
  }
}
