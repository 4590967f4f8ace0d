package org.fullrank.training;

/** What a method follows: convergence theorems speak about the first two. */
public enum Dynamics {
  /** {@code theta <- theta - eta grad F(theta)} on all samples, without memory. */
  GRADIENT_DESCENT("full-batch gradient descent without momentum"),
  /** {@code theta' = -grad F(theta)} on all samples. */
  GRADIENT_FLOW("gradient flow"),
  /** Anything else: momentum, minibatches, perturbations, several rules one after the other. */
  OTHER("another rule");

  private final String text;

  Dynamics(String text) {
    this.text = text;
  }

  /**
   * The rule in words.
   *
   * @return such as {@code "gradient flow"}
   */
  public String text() {
    return text;
  }
}
