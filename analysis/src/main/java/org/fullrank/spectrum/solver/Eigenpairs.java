package org.fullrank.spectrum.solver;

import org.fullrank.linalg.TensorChecks;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Approximate eigenvalues in ascending order, with vectors and residual norms where they were asked
 * for.
 *
 * <p>Closing it frees the vectors.
 */
public final class Eigenpairs implements AutoCloseable {
  private final long size;
  private final double[] values;
  private final @Nullable INDArray vectors;
  private final double[] residualNorms;
  private final SolverStatus status;
  private final long operatorCount;
  private final String method;

  private Eigenpairs(
      long size,
      double[] values,
      @Nullable INDArray vectors,
      double[] residualNorms,
      SolverStatus status,
      long operatorCount,
      String method) {
    this.size = size;
    this.values = values;
    this.vectors = vectors;
    this.residualNorms = residualNorms;
    this.status = status;
    this.operatorCount = operatorCount;
    this.method = method;
  }

  /**
   * Eigenpairs, for implementors of solvers.
   *
   * @param size order n of the operator
   * @param values m values, ascending; empty if the solver found none
   * @param vectors {@code [n, m]}, column j for value j, handed over; or null
   * @param residualNorms {@code ||A v - t v|| / ||v||} for each vector; empty without vectors
   * @param status how the solver ended
   * @param operatorCount number of columns the operator was applied to
   * @param method name of the solver
   * @return the pairs
   */
  public static Eigenpairs of(
      long size,
      double[] values,
      @Nullable INDArray vectors,
      double[] residualNorms,
      SolverStatus status,
      long operatorCount,
      String method) {
    if (vectors != null) {
      TensorChecks.requireRank("eigenvectors", vectors, 2);
    }
    if (values.length > size
        || residualNorms.length != (vectors == null ? 0 : values.length)
        || (vectors != null && (vectors.size(0) != size || vectors.size(1) != values.length))) {
      throw new IllegalArgumentException(
          "Eigenpairs of order "
              + size
              + " expects at most that many values, vectors [n, m] and m residual norms but got "
              + values.length
              + " values and "
              + residualNorms.length
              + " residual norms");
    }
    return new Eigenpairs(
        size, values.clone(), vectors, residualNorms.clone(), status, operatorCount, method);
  }

  /**
   * The order of the operator.
   *
   * @return n
   */
  public long size() {
    return size;
  }

  /**
   * The number of eigenvalues found.
   *
   * @return m, 0 if the solver found none
   */
  public int count() {
    return values.length;
  }

  /**
   * The eigenvalues.
   *
   * @return m values, ascending
   */
  public double[] values() {
    return values.clone();
  }

  /**
   * One eigenvalue.
   *
   * @param i index in {@code 0 .. count() - 1}, ascending
   * @return its value
   */
  public double value(int i) {
    if (i < 0 || i >= values.length) {
      throw new IllegalArgumentException(
          "Eigenpairs expect an index below " + values.length + " but got " + i);
    }
    return values[i];
  }

  /**
   * Whether there are eigenvectors.
   *
   * @return true if they were asked for and found
   */
  public boolean hasVectors() {
    return vectors != null;
  }

  /**
   * The eigenvectors, of norm 1 up to rounding.
   *
   * @return {@code DOUBLE [n, m]}, column j for value j; owned by this object
   * @throws IllegalStateException if there are none
   */
  public INDArray vectors() {
    if (vectors == null) {
      throw new IllegalStateException(
          values.length == 0
              ? "expected eigenvectors but got none: " + status.text()
              : "expected eigenvectors but they were not asked for; use Wanted.withVectors()");
    }
    if (vectors.wasClosed()) {
      throw new IllegalStateException(
          "Eigenpairs expect vectors() before close() but got a call after it");
    }
    return vectors;
  }

  /**
   * Residual norms {@code ||A v - t v|| / ||v||}, recomputed at the end: in plain Java from the
   * operator's entries by solvers that store the matrix, by one more application of the operator
   * otherwise; infinite for a useless vector. Some eigenvalue lies within this distance of the
   * value, up to the rounding of the norm itself.
   *
   * @return m numbers, or none without vectors
   */
  public double[] residualNorms() {
    return residualNorms.clone();
  }

  /**
   * How the solver ended.
   *
   * @return the status, with a remedy in its text
   */
  public SolverStatus status() {
    return status;
  }

  /**
   * The number of columns the operator was applied to; a solver that stores the matrix counts n.
   *
   * @return the count
   */
  public long operatorCount() {
    return operatorCount;
  }

  /**
   * The name of the solver.
   *
   * @return a short phrase
   */
  public String method() {
    return method;
  }

  @Override
  public void close() {
    if (vectors != null && vectors.closeable() && !vectors.wasClosed()) {
      vectors.close();
    }
  }
}
