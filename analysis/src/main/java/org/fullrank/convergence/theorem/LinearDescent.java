package org.fullrank.convergence.theorem;

import java.util.List;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;

/**
 * What follows for an excess loss {@code Delta} with {@code ||grad||^2 >= 2 mu Delta} and
 * smoothness {@code beta} on a region that is not left. With steps {@code eta <= h/beta}: {@code
 * Delta_(t+1) <= Delta_t - eta (1 - h/2) ||grad||^2}, hence the rate {@code 2 eta mu (1 - h/2)} and
 * a path of at most {@code sqrt(2 Delta_0/mu) / (1 - h/2)}. Gradient flow is {@code h = 0}, the
 * rate then {@code 2 mu} per unit of time.
 */
final class LinearDescent {
  static final String RATE = "2 eta mu (1 - h/2); along gradient flow 2 mu";
  static final String PATH = "sqrt(2 Delta_0/mu) / (1 - h/2)";

  private final double h;
  private final double eta;
  private final Interval rate;

  private LinearDescent(double h, double eta, Interval rate) {
    this.h = h;
    this.eta = eta;
    this.rate = rate;
  }

  static LinearDescent of(double h, Interval mu, Interval beta) {
    if (h == 0) {
      return new LinearDescent(h, 0, mu.multiply(2));
    }
    double eta = Interval.of(h).divide(beta).lo();
    Interval rate = isStep(eta) ? mu.multiply(eta).multiply(2).multiply(share(h)) : Interval.ENTIRE;
    return new LinearDescent(h, eta, rate);
  }

  /** {@code sqrt(2 Delta_0/mu) / (1 - h/2)}; unbounded where {@code mu} may be 0. */
  static Interval path(Interval residual, Interval mu, double h) {
    return residual.divide(mu.sqrt()).divide(share(h)).max(Interval.ZERO);
  }

  private static Interval share(double h) {
    return Interval.ONE.subtract(Interval.of(h).divide(2));
  }

  private static boolean isStep(double eta) {
    return eta > 0 && eta <= Double.MAX_VALUE;
  }

  /** That the largest step size, rounded down, is a positive double. */
  static HypothesisCheck representable(double eta) {
    String statement = "the step size is a positive double";
    return isStep(eta)
        ? HypothesisCheck.premise(statement, true, "eta = " + eta)
        : HypothesisCheck.undecided(
            statement,
            Subject.EXACT_NETWORK,
            "no positive step size is known to be short enough" + JacobianPremises.SCALE);
  }

  List<HypothesisCheck> checks() {
    return h == 0 ? List.of() : List.of(representable(eta));
  }

  /** Per step or per unit of time. */
  Interval rate() {
    return rate;
  }

  Conclusion conclusion(Quantity initial, Quantity perStep, Quantity path, Quantity layerRadius) {
    Prediction.Monitored excess = Prediction.Monitored.EXCESS_LOSS;
    return h == 0
        ? Conclusion.of(
            "gradient flow reaches the global minimum at an exponential rate",
            Prediction.flow(excess, initial, perStep, path).withLayerRadius(layerRadius))
        : Conclusion.of(
            "gradient descent reaches the global minimum at a linear rate",
            Prediction.of(excess, initial, eta, perStep, path).withLayerRadius(layerRadius));
  }
}
