package org.fullrank.spectrum.solver;

import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All eigenvalues of a stored matrix by LAPACK ({@code DSYEV}), checked in plain Java.
 *
 * <p>LAPACK's answer is accepted if it reports success, the values reproduce trace and Frobenius
 * norm, and every residual is within {@code 10 (n + 10) u ||A||_F}. Otherwise, up to a given order,
 * {@link JavaEigenSolver} computes again and the status is {@code FALLBACK}; beyond it the status
 * is {@code INACCURATE} or {@code FAILED}. Entries are scaled by a power of two first; {@code
 * FLOAT} operators are solved in double precision.
 *
 * <p>Error: a modest multiple of {@code n u ||A||} in each value if the status is a success. Cost:
 * {@code 4/3 n^3} operations, about {@code 9 n^3} with vectors, and {@code 2 n^2} per vector for
 * its residual. LAPACK cannot say how far it is, so there is no progress to listen to.
 */
public final class DenseEigenSolver implements EigenSolver {
  /** Where the fallback takes about a minute with vectors. */
  private static final int DEFAULT_FALLBACK_ORDER = 2000;

  /** The native routine; null if it reports failure. */
  interface Candidate {
    @Nullable RawPairs compute(double[][] rows, boolean vectors);
  }

  private final int fallbackOrder;
  private final Candidate candidate;

  private DenseEigenSolver(int fallbackOrder, Candidate candidate) {
    this.fallbackOrder = fallbackOrder;
    this.candidate = candidate;
  }

  /**
   * LAPACK with a plain-Java fallback up to order 2000.
   *
   * @return a solver
   */
  public static DenseEigenSolver withDefaults() {
    return new DenseEigenSolver(DEFAULT_FALLBACK_ORDER, DenseEigenSolver::lapack);
  }

  /**
   * With the fallback up to another order.
   *
   * @param order largest order at which plain Java repeats a failed computation; 0 for never
   * @return a solver
   */
  public DenseEigenSolver withFallbackUpTo(int order) {
    if (order < 0) {
      throw new IllegalArgumentException("withFallbackUpTo expects at least 0 but got " + order);
    }
    return new DenseEigenSolver(order, candidate);
  }

  /** With another native routine, to see what a wrong one does. */
  DenseEigenSolver withCandidate(Candidate other) {
    return new DenseEigenSolver(fallbackOrder, other);
  }

  @Override
  public String name() {
    return "LAPACK syev";
  }

  @Override
  public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
    StoredMatrix matrix = StoredMatrix.of(a);
    RawPairs result = candidate.compute(matrix.rows(), wanted.vectors());
    Eigenpairs pairs =
        result == null
            ? JavaEigenSolver.failed(matrix, name())
            : JavaEigenSolver.select(matrix, result, wanted, SolverStatus.CONVERGED, name());
    if (pairs.status().succeeded() || matrix.order() > fallbackOrder) {
      return pairs;
    }
    pairs.close();
    return JavaEigenSolver.solve(
        matrix,
        wanted,
        SolverStatus.FALLBACK,
        JavaEigenSolver.create().name(),
        ProgressListener.none());
  }

  static @Nullable RawPairs lapack(double[][] rows, boolean vectors) {
    try (INDArray a = Tensors.ofRows(rows);
        Lapack.SymmetricEigen eigen = Lapack.symmetricEigen(a, vectors)) {
      if (!eigen.completed()) {
        return null;
      }
      if (!vectors) {
        return new RawPairs(eigen.values(), null);
      }
      try (INDArray t = Tensors.transpose(eigen.vectors())) {
        return new RawPairs(eigen.values(), Tensors.toRows(t));
      }
    }
  }
}
