package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Verdict;

/** All theorems of the library with their default settings. */
public final class Theorems {
  private static final List<Theorem> ALL =
      List.of(
          JacobianDescent.withDefaults(),
          JacobianDescent.forGradientFlow(),
          ReducedJacobianDescent.withDefaults(),
          GulcuResNet.withDefaults(),
          OymakSoltanolkotabi.withDefaults(),
          PolyakLojasiewicz.withDefaults(),
          PyramidalDescent.withDefaults(),
          DeepLinearDescent.withDefaults(),
          DeepLinearZouForm.withDefaults(),
          DeepLinearStochasticDescent.withDefaults(),
          LinearChainDescent.withDefaults(),
          ZeroAsymmetricFlow.withDefaults(),
          SurrogateDescent.withDefaults(),
          FeatureRank.withDefaults(),
          LastLayerDescent.withDefaults(),
          LastLayerConvexDescent.withDefaults(),
          FeatureGradientBound.withDefaults(),
          GenericExpressivity.withDefaults(),
          FullyConnectedExpressivity.withDefaults());

  private Theorems() {}

  /**
   * The theorems.
   *
   * @return in the order of the documentation
   */
  public static List<Theorem> all() {
    return ALL;
  }

  /**
   * Checks every theorem on one problem; what several of them need is measured once.
   *
   * @param problem network, parameters, data and loss
   * @return one certificate for each theorem: proofs first, then by verdict ({@code HOLDS}, {@code
   *     UNDECIDED}, {@code FAILS}, {@code INAPPLICABLE}), otherwise in the order of {@link #all}
   */
  public static List<Certificate> check(TrainingProblem problem) {
    return check(problem, ProgressListener.none());
  }

  /**
   * Checks every theorem on one problem and tells a listener which one it is at.
   *
   * @param problem network, parameters, data and loss
   * @param progress told before each theorem its {@link Theorem#name name} and how many of all are
   *     done, and at the end
   * @return as {@link #check(TrainingProblem)}
   */
  public static List<Certificate> check(TrainingProblem problem, ProgressListener progress) {
    Evidence evidence = Evidence.of(problem);
    ProgressListener guarded = Proof.guarding(progress);
    List<Certificate> certificates = new ArrayList<>();
    for (Theorem theorem : ALL) {
      guarded.show(theorem.name(), certificates.size(), ALL.size());
      certificates.add(theorem.check(evidence));
    }
    guarded.show("all theorems", ALL.size(), ALL.size());
    certificates.sort(Comparator.comparingInt(Theorems::rank));
    return List.copyOf(certificates);
  }

  /**
   * Checks every theorem on one problem and says in one line each what is guaranteed, or what is in
   * the way. Theorems about other networks or losses are only counted. The whole certificates are
   * those of {@link #check(TrainingProblem)}.
   *
   * @param problem network, parameters, data and loss
   * @return lines, each a {@link Certificate#summary}; proofs first
   */
  public static String summary(TrainingProblem problem) {
    return summary(check(problem));
  }

  /**
   * Sums up certificates of one problem.
   *
   * @param certificates such as those of {@link #check(TrainingProblem)}
   * @return as {@link #summary(TrainingProblem)}, in the order given
   */
  public static String summary(List<Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    long others = 0;
    for (Certificate certificate : certificates) {
      if (certificate.verdict() == Verdict.INAPPLICABLE) {
        others++;
      } else {
        text.append(certificate.summary()).append('\n');
      }
    }
    return text.append("not applicable to this problem: ")
        .append(others)
        .append(" of ")
        .append(certificates.size())
        .append(" theorems")
        .toString();
  }

  private static int rank(Certificate certificate) {
    return switch (certificate.verdict()) {
      case HOLDS -> certificate.isProof() ? 0 : 1;
      case UNDECIDED -> 2;
      case FAILS -> 3;
      case INAPPLICABLE -> 4;
    };
  }
}
