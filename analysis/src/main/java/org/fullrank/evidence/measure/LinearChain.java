package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;

/**
 * The numbers of a deep linear network {@code f = M_H ... M_1 X} at its initial parameters, trained
 * on {@code F = 1/2 ||f - Y||_F^2}; {@code X [d, n]} has the samples as columns. All hidden widths
 * are equal and at least {@code max(d, k)}.
 *
 * @param obstacle why the network is not of this form; the numbers then mean nothing
 * @param factors {@code M_1} to {@code M_H}
 * @param fullRank whether X is proved to have full rank {@code min(d, n)}
 * @param sigmaX smallest singular value of X
 * @param normX spectral norm of X
 * @param loss {@code F_0}
 * @param excess {@code F_0 - F*}; its lower end is 0 if the rank of X is not proved
 * @param rigor how the description is known; {@code VERIFIED} if it was read off the problem
 */
public record LinearChain(
    Optional<String> obstacle,
    List<LinearFactor> factors,
    Verdict fullRank,
    Quantity sigmaX,
    Quantity normX,
    Quantity loss,
    Quantity excess,
    Rigor rigor) {
  /** Copies the list. */
  public LinearChain {
    Proof.require(rigor);
    factors = List.copyOf(factors);
    if (obstacle.isEmpty() && factors.stream().noneMatch(LinearFactor::trained)) {
      throw new IllegalArgumentException("LinearChain expects a trained factor but got " + factors);
    }
  }

  /**
   * A network of another form.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static LinearChain not(String obstacle) {
    Quantity q = Facts.unknown("unknown", Interval.ENTIRE);
    return new LinearChain(
        Optional.of(obstacle), List.of(), Verdict.INAPPLICABLE, q, q, q, q, Facts.description());
  }
}
