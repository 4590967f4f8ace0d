package org.fullrank.evidence;

/**
 * A function of the outputs and targets of all samples, to be minimised. The library's own are
 * {@link Losses}. An extension point.
 *
 * <p>Outputs and targets are row-major {@code [n, k]}. Whether a loss sums or averages over samples
 * changes step sizes and rates by a factor {@code n}, so its text says which.
 */
public interface Loss {
  /**
   * The formula in words, with the convention of summing.
   *
   * @return such as {@code "1/2 sum of squares"}
   */
  String text();

  /**
   * Whether the loss divides by the number of samples. A minibatch gradient of a summing loss is
   * multiplied by {@code n / |B|} to be unbiased, that of an averaging loss is not.
   *
   * @return true for a mean over samples
   */
  boolean averages();

  /**
   * The value and the gradient with respect to the outputs.
   *
   * @param outputs {@code n k} finite numbers
   * @param targets {@code n k} finite numbers
   * @param samples n
   * @param gradient receives {@code n k} partial derivatives
   * @return the loss; infinite or NaN where it overflows
   */
  double evaluate(double[] outputs, double[] targets, int samples, double[] gradient);

  /**
   * Refuses targets for which the loss has no meaning.
   *
   * @param targets {@code n k} finite numbers
   * @param samples n
   * @throws IllegalArgumentException with what was expected and got
   */
  default void requireTargets(double[] targets, int samples) {}
}
