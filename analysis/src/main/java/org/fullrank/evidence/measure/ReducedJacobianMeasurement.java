package org.fullrank.evidence.measure;

import java.util.Arrays;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.LipschitzBound;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures a {@link ReducedJacobian}. In orthonormal coordinates of the range of V the outputs are
 * {@code (V^T V)^(1/2) D f(T)}, so every singular value, norm and Lipschitz constant is that of
 * {@code D f(T)} times some numbers of {@code stretch}.
 */
final class ReducedJacobianMeasurement {
  private static final String METHOD = "plain Java, outward rounded";

  private ReducedJacobianMeasurement() {}

  static ReducedJacobian measure(TrainingProblem problem) {
    Optional<String> obstacle = JacobianMeasurement.obstacle(problem);
    if (obstacle.isPresent()) {
      return ReducedJacobian.not(obstacle.get());
    }
    OutputSpace.Found found = OutputSpace.of(problem);
    return found.space().isEmpty()
        ? ReducedJacobian.undecided(found.reason())
        : measure(problem, found.space().get());
  }

  private static ReducedJacobian measure(TrainingProblem problem, OutputSpace space) {
    Interval stretch = space.stretch();
    EnclosedNetwork values;
    try (INDArray t = inputs(problem, space.inputs())) {
      values =
          NetworkEnclosure.of(problem.network(), problem.theta())
              .withThreads(problem.threads())
              .at(t)
              .withSampleWeights(space.weights());
    }
    Optional<EnclosedGram> gram = values.jacobian().gramIfFinite(problem::isTrained);
    if (gram.isEmpty()) {
      return ReducedJacobian.undecided(JacobianMeasurement.OVERFLOW);
    }
    SymmetricMatrix k = gram.get().exactNetwork();
    LipschitzBound lipschitz = values.lipschitz(problem::isTrained);
    int outputs = (int) problem.outputs();
    double[][] weights = new double[space.weights().length][outputs];
    for (int i = 0; i < weights.length; i++) {
      Arrays.fill(weights[i], space.weights()[i]);
    }
    Interval residual =
        values
            .output()
            .addScaled(-1, IntervalMatrix.exact(space.targets()))
            .timesRows(IntervalMatrix.exact(weights))
            .frobeniusNorm()
            .multiply(stretch)
            .add(Interval.of(-space.targetError().hi(), space.targetError().hi()))
            .max(Interval.ZERO);
    Quantity distance = values.derived("||f(X) - P y||", METHOD, residual);
    return new ReducedJacobian(
        new JacobianNumbers(
            Optional.empty(),
            JacobianMeasurement.smallest("min ||J^T u|| over the space", k, problem)
                .map("min ||J^T u|| over the space", s -> s.multiply(stretch)),
            JacobianMeasurement.largest("||J||", k, problem).map("||J||", s -> s.multiply(stretch)),
            distance,
            radius -> stretched(lipschitz.at(radius), stretch),
            lipschitz.rigor(),
            lipschitz.subject()),
        space.text(),
        // Both numbers rest on the same projection of the targets.
        Quantity.derived(
            "1/2 ||y - P y||^2", METHOD, space.outside().square().divide(2), distance));
  }

  private static double stretched(double lam, Interval stretch) {
    return lam <= Double.MAX_VALUE ? stretch.multiply(lam).hi() : Double.POSITIVE_INFINITY;
  }

  private static INDArray inputs(TrainingProblem problem, double[][] rows) {
    int d = rows[0].length;
    double[] flat = new double[rows.length * d];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * d, d);
    }
    long[] shape = problem.network().inputShape().after(rows.length);
    return Tensors.of(flat, shape);
  }
}
