package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;

/**
 * A subspace of the outputs that contains {@code f(X)} for all parameters: {@code f(X) = V D f(T)}
 * with other inputs {@code T}, weights {@code D = diag(weights)} and a fixed matrix {@code V} of
 * independent columns whose singular values are in {@code stretch}, close to 1. The subspace is the
 * range of V, for each output.
 *
 * @param text what it is, in words
 * @param inputs {@code T}, one row for each dimension per output
 * @param weights one for each row
 * @param stretch the singular values of V
 * @param targets a matrix {@code [rows of T][k]} of doubles close to the targets seen from T:
 *     {@code P y} is {@code V D targets} up to {@code targetError}
 * @param targetError of {@code P y} in the Frobenius norm
 * @param outside {@code ||y - P y||}
 */
@SuppressWarnings("ArrayRecordComponent") // internal, never compared
record OutputSpace(
    String text,
    double[][] inputs,
    double[] weights,
    Interval stretch,
    double[][] targets,
    Interval targetError,
    Interval outside) {

  /** The smallest subspace that is known exactly, or what is not known. */
  record Found(Optional<OutputSpace> space, String reason) {
    static Found of(OutputSpace space) {
      return new Found(Optional.of(space), "");
    }

    static Found unknown(String reason) {
      return new Found(Optional.empty(), reason);
    }
  }

  static Found of(TrainingProblem problem) {
    double[] flat = Tensors.toDoubles(problem.x());
    int n = (int) problem.samples();
    int d = flat.length / n;
    double[][] x = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        x[i][j] = flat[i * d + j] + 0.0; // turns -0.0 into 0.0
      }
    }
    double[][] y = Tensors.toRows(problem.y());
    OutputSpace repeated = RepeatedInputs.of(x, y);
    return repeated.inputs.length > d && problem.network().traits().isLinear()
        ? LinearInputs.of(x, y, problem.threads())
        : Found.of(repeated);
  }
}
