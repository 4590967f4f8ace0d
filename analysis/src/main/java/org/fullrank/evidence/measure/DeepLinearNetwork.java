package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;

/**
 * The numbers of a deep linear residual network {@code f = B (I + W_L) ... (I + W_1) A X} with
 * fixed {@code A [m, d]} and {@code B [k, m]}, trained from {@code W_l = 0}; {@code X [d, n]} has
 * the samples as columns.
 *
 * @param obstacle why the network is not of this form; the numbers then mean nothing
 * @param depth number L of residual layers, at least 1
 * @param fullRank whether X is proved to have full rank {@code min(d, n)}
 * @param sigmaA smallest singular value of A
 * @param normA spectral norm of A
 * @param sigmaB smallest singular value of B
 * @param normB spectral norm of B
 * @param sigmaX smallest singular value of X
 * @param normX spectral norm of X
 * @param normAx Frobenius norm of {@code A X}
 * @param longest largest norm of a sample
 * @param samples n
 * @param loss {@code F_0 = 1/2 ||B A X - Y||_F^2}
 * @param excess {@code F_0 - F*}
 * @param interpolates whether {@code F* = 0} is proved by independent samples; {@code INAPPLICABLE}
 *     if there are more samples than inputs
 * @param rigor how the description is known; {@code VERIFIED} if it was read off the problem
 */
public record DeepLinearNetwork(
    Optional<String> obstacle,
    int depth,
    Verdict fullRank,
    Quantity sigmaA,
    Quantity normA,
    Quantity sigmaB,
    Quantity normB,
    Quantity sigmaX,
    Quantity normX,
    Quantity normAx,
    Quantity longest,
    long samples,
    Quantity loss,
    Quantity excess,
    Verdict interpolates,
    Rigor rigor) {
  /** Checks the depth. */
  public DeepLinearNetwork {
    Proof.require(rigor);
    if (depth < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "DeepLinearNetwork expects depth and samples of at least 1 but got "
              + depth
              + " and "
              + samples);
    }
  }

  /**
   * A network of another form.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static DeepLinearNetwork not(String obstacle) {
    Quantity q = Facts.unknown("unknown", Interval.ENTIRE);
    return new DeepLinearNetwork(
        Optional.of(obstacle),
        1,
        Verdict.INAPPLICABLE,
        q,
        q,
        q,
        q,
        q,
        q,
        q,
        q,
        1,
        q,
        q,
        Verdict.INAPPLICABLE,
        Facts.description());
  }
}
