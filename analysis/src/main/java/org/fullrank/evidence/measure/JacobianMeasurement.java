package org.fullrank.evidence.measure;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.LipschitzBound;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Measures {@link JacobianNumbers} for the exact network, in plain Java throughout.
 *
 * @param block names of the slots whose columns give the smallest singular value; empty for all
 *     that are trained
 */
record JacobianMeasurement(Set<String> block) implements Measurement<JacobianNumbers> {
  static final String OVERFLOW =
      "an entry of the Gram matrix J J^T overflows in double precision; scale inputs or parameters"
          + " down";

  @Override
  public String symbol() {
    return block.isEmpty() ? "Jacobian numbers" : "Jacobian numbers, block " + new TreeSet<>(block);
  }

  @Override
  public JacobianNumbers measure(TrainingProblem problem, Evidence known) {
    return block.isEmpty() ? whole(problem) : ofBlock(problem, known);
  }

  /** What keeps a problem from being measured, or empty. */
  static Optional<String> obstacle(TrainingProblem problem) {
    Optional<String> otherLoss = Losses.otherThanSquared(problem.loss());
    if (otherLoss.isPresent()) {
      return otherLoss;
    }
    // A run in single precision rounds fixed matrices, frozen gates and scales: another network.
    return problem.theta().dataType() == DataType.DOUBLE
        ? NetworkEnclosure.obstacle(problem.network())
        : Optional.of("the parameters are single precision; convert the problem to DOUBLE");
  }

  private static EnclosedNetwork values(TrainingProblem problem) {
    return NetworkEnclosure.of(problem.network(), problem.theta())
        .withThreads(problem.threads())
        .at(problem.x());
  }

  private static JacobianNumbers whole(TrainingProblem problem) {
    Optional<String> obstacle = obstacle(problem);
    if (obstacle.isPresent()) {
      return JacobianNumbers.not(obstacle.get());
    }
    EnclosedNetwork values = values(problem);
    Optional<EnclosedGram> gram = values.jacobian().gramIfFinite(problem::isTrained);
    if (gram.isEmpty()) {
      return JacobianNumbers.undecided(OVERFLOW);
    }
    SymmetricMatrix k = gram.get().exactNetwork();
    LipschitzBound lipschitz = values.lipschitz(problem::isTrained);
    Optional<String> deficiency = RankDeficiency.of(problem);
    return new JacobianNumbers(
        Optional.empty(),
        Optional.empty(),
        deficiency,
        deficiency.isPresent() ? none("sigma_min(J)") : smallest("sigma_min(J)", k, problem),
        largest("||J||", k, problem),
        values.residualNorm(problem.y()),
        lipschitz::at,
        lipschitz.rigor(),
        lipschitz.subject());
  }

  private JacobianNumbers ofBlock(TrainingProblem problem, Evidence known) {
    Collection<String> names = problem.network().slots().stream().map(Slot::name).toList();
    if (!names.containsAll(block)) {
      throw new IllegalArgumentException(
          "jacobianBlock expects some of the slots " + names + " but got " + new TreeSet<>(block));
    }
    JacobianNumbers all = known.get(Measurements.JACOBIAN);
    if (all.obstacle().isPresent() || all.unknown().isPresent()) {
      return all;
    }
    for (Slot slot : problem.network().slots()) {
      if (block.contains(slot.name()) && !problem.isTrained(slot)) {
        return JacobianNumbers.not("slot " + slot.name() + " of the block is not trained");
      }
    }
    // Its entries are no larger than those of the whole, up to rounding.
    Optional<EnclosedGram> gram =
        values(problem).jacobian().gramIfFinite(slot -> block.contains(slot.name()));
    if (gram.isEmpty()) {
      return JacobianNumbers.undecided(OVERFLOW);
    }
    SymmetricMatrix k = gram.get().exactNetwork();
    String symbol = "sigma_min of block " + new TreeSet<>(block);
    return new JacobianNumbers(
        Optional.empty(),
        Optional.empty(),
        all.deficiency(), // some columns have no larger rank than all
        all.deficiency().isPresent() ? none(symbol) : smallest(symbol, k, problem),
        all.norm(),
        all.residual(),
        all.lipschitz(),
        all.lipschitzRigor(),
        all.lipschitzSubject());
  }

  private static Quantity none(String symbol) {
    return Facts.zero(symbol, Subject.EXACT_NETWORK);
  }

  /** Root of the smallest eigenvalue of a Gram matrix, which has no negative ones. */
  static Quantity smallest(String symbol, SymmetricMatrix k, TrainingProblem problem) {
    return root(symbol, bound(problem).encloseLambdaMin(k, Hint.none()));
  }

  /** Root of the largest. */
  static Quantity largest(String symbol, SymmetricMatrix k, TrainingProblem problem) {
    return root(symbol, bound(problem).encloseLambdaMax(k, Hint.none()));
  }

  private static ShiftedCholeskyBound bound(TrainingProblem problem) {
    return ShiftedCholeskyBound.withDefaults().withThreads(problem.threads());
  }

  private static Quantity root(String symbol, EigenvalueEnclosure enclosure) {
    return enclosure.eigenvalue().map(symbol, lambda -> lambda.max(Interval.ZERO).sqrt());
  }
}
