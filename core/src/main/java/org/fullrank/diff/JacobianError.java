package org.fullrank.diff;

import java.util.Optional;
import java.util.OptionalDouble;
import org.fullrank.linalg.TensorChecks;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A-priori bounds of the distance between the stored factors of a Jacobian and the Jacobian of the
 * same network in exact arithmetic, for exact inputs and exact (stored) parameters.
 *
 * <p>"Stored factors" are the blocks of {@link Jacobian#pullbackOutputs()} multiplied out exactly;
 * whoever forms rows or Grams of them in floating-point arithmetic adds those roundings. Like
 * {@link RoundingModel} these are figures under the standard model, not proofs.
 */
public final class JacobianError {
  /** Covers the few roundings of summing squares of the slots' bounds. */
  private static final double INFLATION = 1 + 1e-6;

  private JacobianError() {}

  /**
   * Bounds each Jacobian row over all slots together.
   *
   * <p>Cost: about two backward passes with {@code k} cotangents, twice as many per level of nested
   * residual branches, and the spectral norm bounds of all weights.
   *
   * @param linearization a map with independent samples and value {@code [n, k]}
   * @return {@code [k][n]}: entry {@code (c, i)} bounds the Euclidean norm of (stored - exact) row
   *     {@code i * k + c}; it is NaN or infinite where nothing can be said. Empty if a layer has no
   *     rounding model
   * @throws IllegalArgumentException if the value is not a matrix
   */
  public static Optional<double[][]> rowErrors(Linearization linearization) {
    TensorChecks.requireRank("network output", linearization.value(), 2);
    return linearization.rounding().map(model -> rowErrors(linearization.value(), model));
  }

  private static double[][] rowErrors(INDArray value, RoundingModel model) {
    int n = (int) value.size(0);
    int k = (int) value.size(1);
    double[][] sum = new double[k][n];
    try (INDArray dy = Jacobian.outputBasis(value.dataType(), n, k)) {
      // Unit vectors are stored without error.
      for (double[][] slot : model.pullbackError(new double[n], dy, new double[k][n]).rows()) {
        for (int c = 0; c < k; c++) {
          for (int i = 0; i < n; i++) {
            sum[c][i] = Math.hypot(sum[c][i], slot[c][i]);
          }
        }
      }
    }
    for (double[] row : sum) {
      for (int i = 0; i < n; i++) {
        row[i] *= INFLATION;
      }
    }
    return sum;
  }

  /**
   * Bounds the Frobenius norm of (stored - exact) Jacobian, hence its 2-norm: the {@code dJ} that a
   * smallest singular value of the stored factors loses.
   *
   * @param linearization a map with independent samples and value {@code [n, k]}
   * @return the bound, at the cost of {@link #rowErrors}; empty if a layer has no rounding model
   * @throws IllegalArgumentException if the value is not a matrix
   */
  public static OptionalDouble frobenius(Linearization linearization) {
    Optional<double[][]> rows = rowErrors(linearization);
    if (rows.isEmpty()) {
      return OptionalDouble.empty();
    }
    double norm = 0;
    for (double[] row : rows.get()) {
      for (double error : row) {
        norm = Math.hypot(norm, error);
      }
    }
    return OptionalDouble.of(INFLATION * norm);
  }
}
