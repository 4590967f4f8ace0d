package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.evidence.Loss;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * What is known about the last layer of a problem at its current parameters, with {@code M} the
 * feature matrix of {@link LastLayer}. About the exact network if all layers can be enclosed; else
 * about the stored features, taken as exact data of the last layer.
 *
 * @param obstacle why there is no feature matrix; all else then means nothing
 * @param trainedBelow a parameter tensor below the last layer that is trained; empty if the last
 *     layer is trained alone
 * @param matrix formula of M, such as {@code "[g h, tau 1]"}
 * @param samples n
 * @param columns of M
 * @param loss the loss
 * @param single whether parameters and data are single precision
 * @param lossObstacle why the loss is not known to be a sum over samples of convex smooth functions
 * @param deficiency why M cannot have rank n; empty if only its singular values can tell
 * @param sigmaMin {@code sqrt(lambda_min(M M^T))}, exactly 0 with a deficiency, about whatever that
 *     speaks about
 * @param norm {@code ||M||}
 * @param residual {@code ||f(X) - Y||}, Frobenius
 * @param value the loss at the current parameters
 * @param infimum of the loss over all outputs
 * @param attained whether outputs exist that attain the infimum
 */
public record LastLayerNumbers(
    Optional<String> obstacle,
    Optional<String> trainedBelow,
    String matrix,
    int samples,
    int columns,
    Loss loss,
    boolean single,
    Optional<String> lossObstacle,
    Optional<String> deficiency,
    Quantity sigmaMin,
    Quantity norm,
    Quantity residual,
    Quantity value,
    Quantity infimum,
    boolean attained) {
  /** Checks the sizes. */
  public LastLayerNumbers {
    if (samples < 1 || columns < 0) {
      throw new IllegalArgumentException(
          "LastLayerNumbers expects samples and columns but got " + samples + " and " + columns);
    }
  }

  /**
   * A problem without a feature matrix.
   *
   * @param obstacle why
   * @param loss of the problem
   * @return numbers of which nothing is known
   */
  public static LastLayerNumbers not(String obstacle, Loss loss) {
    Quantity q = unknown();
    return new LastLayerNumbers(
        Optional.of(obstacle),
        Optional.empty(),
        "none",
        1,
        0,
        loss,
        false,
        Optional.empty(),
        Optional.empty(),
        q,
        q,
        q,
        q,
        q,
        false);
  }

  static Quantity unknown() {
    return Facts.unknown("unknown", Interval.ENTIRE);
  }

  /**
   * The factor of the sum over samples in the loss.
   *
   * @return 1, or an enclosure of 1/n if the loss averages
   */
  public Interval lossFactor() {
    return LossEnclosure.factor(loss, samples);
  }

  /**
   * Whether the loss is half the sum of squares, or that divided by n.
   *
   * @return false for cross-entropies, logistic losses and losses from elsewhere
   */
  public boolean isSquared() {
    return LossEnclosure.isSquared(loss);
  }

  /**
   * A bound of the second derivative of one sample's loss in its outputs. For squares it is 1. For
   * softmax cross-entropy it is 1/2: the second derivative in direction {@code v} is the variance
   * of {@code v} under the softmax probabilities, at most a quarter of the square of the difference
   * of two different entries, and {@code (a - b)^2 <= 2 (a^2 + b^2) <= 2 ||v||^2}. For logistic
   * losses it is 1/4: the second derivative is diagonal with entries {@code p (1 - p)}, {@code p =
   * 1/(1 + e^(-y f))}.
   *
   * @return 1, 1/2 or 1/4
   * @throws IllegalArgumentException if the loss is not one of the library's
   */
  public double sampleSmoothness() {
    return switch (LossEnclosure.kind(loss)) {
      case SQUARES -> 1;
      case ENTROPIES -> 0.5;
      case LOGISTIC -> 0.25;
    };
  }
}
