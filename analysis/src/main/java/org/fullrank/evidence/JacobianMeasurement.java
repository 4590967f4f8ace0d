package org.fullrank.evidence;

import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.LipschitzBound;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.rigor.EigenvalueEnclosure;
import org.fullrank.rigor.EnclosedGram;
import org.fullrank.rigor.Hint;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.ShiftedCholeskyBound;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.SymmetricMatrix;

/** Measures {@link JacobianNumbers} for the exact network, in plain Java throughout. */
final class JacobianMeasurement {
  private static final int THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

  private JacobianMeasurement() {}

  static JacobianNumbers measure(TrainingProblem problem) {
    if (problem.loss() != Losses.SQUARED) {
      return JacobianNumbers.not("the loss is " + problem.loss().text());
    }
    Optional<String> obstacle = NetworkEnclosure.obstacle(problem.network());
    if (obstacle.isPresent()) {
      return JacobianNumbers.not(obstacle.get());
    }
    EnclosedNetwork values =
        NetworkEnclosure.of(problem.network(), problem.theta())
            .withThreads(THREADS)
            .at(problem.x());
    EnclosedGram gram = values.jacobian().gram(problem::isTrained);
    SymmetricMatrix k = gram.exactNetwork();
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults().withThreads(THREADS);
    EigenvalueEnclosure smallest = bound.encloseLambdaMin(k, Hint.none());
    EigenvalueEnclosure largest = bound.encloseLambdaMax(k, Hint.none());
    LipschitzBound lipschitz = values.lipschitz();
    return new JacobianNumbers(
        Optional.empty(),
        root("sigma_min(J)", smallest.interval(), bound.name()),
        root("||J||", largest.interval(), bound.name()),
        values.residualNorm(problem.y()),
        lipschitz::at,
        Rigor.VERIFIED,
        Subject.EXACT_NETWORK);
  }

  /** A Gram has no negative eigenvalues. */
  private static Quantity root(String symbol, Interval eigenvalue, String method) {
    return Quantity.verified(
        symbol, eigenvalue.max(Interval.ZERO).sqrt(), Subject.EXACT_NETWORK, method);
  }
}
