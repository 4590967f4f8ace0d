package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.layer.Dense;
import org.fullrank.rigor.Proof;

/**
 * Reasons that are seen without arithmetic why the Jacobian of the trained parameters has dependent
 * rows, so that its smallest singular value is exactly 0 for the network in exact arithmetic.
 */
final class RankDeficiency {
  private RankDeficiency() {}

  /** One sentence with what would help; empty if none is seen, which proves nothing. */
  static Optional<String> of(TrainingProblem problem) {
    Proof.requireIeee(); // flushing merges subnormal numbers
    return fewParameters(problem).or(() -> equalInputs(problem)).or(() -> zeroReadout(problem));
  }

  private static Optional<String> fewParameters(TrainingProblem problem) {
    long columns = problem.trainedSlots().stream().mapToLong(slot -> slot.size()).sum();
    long rows = problem.samples() * problem.outputs();
    return columns >= rows
        ? Optional.empty()
        : Optional.of(
            columns
                + " trained parameters for "
                + rows
                + " rows of J; train more parameters or use fewer samples");
  }

  private static Optional<String> equalInputs(TrainingProblem problem) {
    if (problem.network().traits().couplesSamples()) {
      return Optional.empty();
    }
    List<Long> repeated = ExpressivityCondition.repeatedInputs(problem.x());
    if (repeated.isEmpty()) {
      return Optional.empty();
    }
    double[] x = Tensors.toDoubles(problem.x());
    int later = repeated.get(0).intValue();
    int first = 0;
    while (!equal(x, x.length / (int) problem.samples(), first, later)) {
      first++;
    }
    return Optional.of(
        "samples "
            + first
            + " and "
            + later
            + " have equal inputs"
            + more(repeated.size() - 1)
            + ", so their rows of J are equal; ReducedJacobianDescent counts equal"
            + " inputs once (samples are numbered from 0)");
  }

  private static String more(int repeated) {
    return switch (repeated) {
      case 0 -> "";
      case 1 -> ", and 1 more sample repeats an earlier one";
      default -> ", and " + repeated + " more samples repeat an earlier one";
    };
  }

  private static boolean equal(double[] x, int d, int i, int j) {
    for (int q = 0; q < d; q++) {
      if (x[i * d + q] != x[j * d + q]) {
        return false;
      }
    }
    return true;
  }

  /** No gradient passes a last layer of zeros, so that J has the columns of M only. */
  private static Optional<String> zeroReadout(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    if (!(layers.get(layers.size() - 1) instanceof Dense dense) || !isZero(problem, dense)) {
      return Optional.empty();
    }
    LastLayer last = LastLayer.of(problem);
    long columns = last.obstacle().isPresent() ? 0 : last.columns();
    return columns >= problem.samples()
        ? Optional.empty()
        : Optional.of(
            "the weights of the last layer are 0, so that no gradient reaches the layers below, and"
                + " the last layer alone has "
                + columns
                + " trained columns for "
                + problem.samples()
                + " samples; initialise the last layer with other weights, or widen the layer below"
                + " it");
  }

  private static boolean isZero(TrainingProblem problem, Dense dense) {
    double[] theta = Tensors.toDoubles(problem.theta());
    int from = theta.length - (int) dense.parameterCount();
    for (int i = from; i < from + dense.in() * dense.out(); i++) {
      if (theta[i] != 0) {
        return dense.weightScale() == 0;
      }
    }
    return true;
  }
}
