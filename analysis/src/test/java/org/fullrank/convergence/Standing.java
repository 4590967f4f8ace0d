package org.fullrank.convergence;

import java.util.Comparator;
import java.util.stream.Stream;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * The arithmetic of theorems is tested with given numbers, for which no certificate is a proof.
 * This tells whether it would be one if the numbers had been measured.
 */
public final class Standing {
  private static final String GIVEN = "the numbers are those of the problem";

  private Standing() {}

  /** Whether all is proved but that the numbers are those of a problem. */
  public static boolean isProofOfGiven(Certificate certificate) {
    if (certificate.isProof()) {
      throw new AssertionError("given numbers make no proof:\n" + certificate);
    }
    return certificate.verdict() == Verdict.HOLDS
        && ofNumbers(certificate) == Rigor.VERIFIED
        && certificate.subject() == Subject.EXACT_NETWORK;
  }

  /** The weakest rigor of the numbers that were given and of what was made of them. */
  public static Rigor ofNumbers(Certificate certificate) {
    return Stream.concat(
            certificate.checks().stream()
                .filter(check -> !check.statement().equals(GIVEN))
                .map(HypothesisCheck::rigor),
            certificate.prediction().stream().map(Prediction::rigor))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** The certificate as if its numbers had been measured on some problem. */
  public static Certificate aboutSomeProblem(Certificate certificate) {
    Network network = Network.of(Shape.of(1), Dense.of("a", 1, 1));
    return certificate.restingOn(
        Evidence.of(
            TrainingProblem.of(
                network,
                Tensors.of(new double[] {1}, 1),
                Tensors.of(new double[] {1}, 1, 1),
                Tensors.of(new double[] {1}, 1, 1))));
  }
}
