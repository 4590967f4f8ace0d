package org.fullrank.spectrum.solver;

import java.util.Arrays;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The last step of every iterative solver: residuals by new applications decide the status. */
final class IterativeResult {
  private IterativeResult() {}

  /**
   * Checks Ritz pairs of {@code sign * A} against A and puts them in ascending order.
   *
   * @param ritz the pairs in scaled units, largest value first
   * @param sign 1, or -1 if the iteration ran on {@code -A}
   */
  static Eigenpairs of(
      ScaledOperator a, RitzPairs ritz, int sign, Wanted wanted, double tolerance, String method) {
    int m = ritz.values().length;
    double[] values = new double[m];
    double[][] vectors = new double[m][];
    Integer[] order = new Integer[m];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(sign * ritz.values()[i], sign * ritz.values()[j]));
    for (int i = 0; i < m; i++) {
      values[i] = sign * ritz.values()[order[i]];
      vectors[i] = ritz.vectors()[order[i]];
    }
    double[] residuals = a.residuals(values, vectors);
    SolverStatus status = ritz.status();
    if (status == SolverStatus.CONVERGED || status == SolverStatus.MULTIPLICITY_UNKNOWN) {
      for (double r : residuals) {
        if (!(r <= tolerance * ritz.norm())) {
          status = SolverStatus.INCONSISTENT;
        }
      }
    }
    for (int i = 0; i < m; i++) {
      values[i] = a.unscaled(values[i]);
      residuals[i] = a.unscaled(residuals[i]);
    }
    boolean keep = wanted.vectors() && m > 0;
    return Eigenpairs.of(
        a.order(),
        values,
        keep ? columns(vectors) : null,
        keep ? residuals : new double[0],
        status,
        a.columns(),
        method);
  }

  private static @Nullable INDArray columns(double[][] rows) {
    try (INDArray t = Tensors.ofRows(rows)) {
      return Tensors.transpose(t);
    }
  }
}
