package org.fullrank.diff;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A-priori bounds of the rounding errors of a linearization's value and pullback, as per-sample
 * Euclidean norms.
 *
 * <p>"Exact" means: the same network with the stored parameters in exact arithmetic. The bounds
 * assume that every native product obeys the standard model (each inner product of {@code k} terms
 * in any order, error at most {@code gamma_k |a||b|}), which nobody proved of a BLAS: they are
 * computed figures, not proofs.
 */
public interface RoundingModel {
  /**
   * Bounds the error of the stored value.
   *
   * @param inputError for each sample a bound of the norm of (stored input - exact input)
   * @return for each sample a bound of the norm of (stored value - exact value)
   */
  double[] valueError(double[] inputError);

  /**
   * Bounds the errors of a pullback.
   *
   * @param inputError for each sample a bound of the norm of (stored input - exact input)
   * @param dy stored cotangents {@code [m, n, ...output]}, row-major
   * @param dyError for each cotangent and sample a bound of the norm of (stored - exact cotangent)
   * @return the bounds
   */
  Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError);

  /** Bounds of one pullback. */
  final class Errors {
    private final double[][] inputCotangent;
    private final List<double[][]> rows;

    /**
     * Bounds, each {@code [m][n]}.
     *
     * @param inputCotangent norm of (stored input cotangent - exact one)
     * @param rows one array per slot: norm of (stored gradient row - exact one), where the stored
     *     row is the exact product of the stored factors
     */
    public Errors(double[][] inputCotangent, List<double[][]> rows) {
      this.inputCotangent = inputCotangent;
      this.rows = List.copyOf(rows);
    }

    /**
     * Errors of the input cotangents.
     *
     * @return {@code [m][n]}
     */
    public double[][] inputCotangent() {
      return inputCotangent;
    }

    /**
     * Errors of the gradient rows.
     *
     * @return one {@code [m][n]} array per slot
     */
    public List<double[][]> rows() {
      return rows;
    }
  }
}
