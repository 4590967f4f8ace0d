package org.fullrank.nn;

/** The hyperbolic tangent, value from {@link Math#tanh}. */
final class Tanh extends NamedActivation {
  Tanh() {
    // 4/(3 sqrt 3), rounded up
    super("tanh", analytic(1, 0.7698003589195012, true));
  }

  @Override
  public double value(double x) {
    return Math.tanh(x);
  }

  @Override
  public double derivative(double x) {
    // sech^2 = 4 E/(1+E)^2, E = exp(-2|x|): no cancellation, unlike 1 - tanh^2
    return 4 * SigmoidFamily.slope(Math.exp(-2 * Math.abs(x)));
  }

  @Override
  public double secondDerivative(double x) {
    return -2 * value(x) * derivative(x);
  }
}
