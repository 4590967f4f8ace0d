package org.fullrank.spectrum;

import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.eigen.SpectrumEnclosure;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Progress;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Encloses all eigenvalues of an operator, and so the number of them in an interval, from the
 * decomposition that an {@link EigenSolver} suggests (Weyl, Ostrowski).
 *
 * <p>The solver is not believed: plain Java bounds the residual of its decomposition and the
 * distance of its vectors from orthonormal. A bad solver gives wide enclosures, a failing one those
 * of Gershgorin. For an operator without storage the statement is about the one output of {@code
 * toMatrix()} that was bounded (see {@link SpectralBound}).
 *
 * <p>Cost: {@code 3 n^3} operations and the solver with vectors; three matrices of order n.
 */
public final class AllEigenvalues {
  private final EigenSolver solver;
  private final int threads;
  private final ProgressListener progress;

  private AllEigenvalues(EigenSolver solver, int threads, ProgressListener progress) {
    this.solver = solver;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * One thread, suggestions from {@link DenseEigenSolver}.
   *
   * @return the method
   */
  public static AllEigenvalues withDefaults() {
    return new AllEigenvalues(DenseEigenSolver.withDefaults(), 1, ProgressListener.none());
  }

  /**
   * With suggestions from a solver, which is asked for all eigenpairs.
   *
   * @param candidates any solver, sound or not
   * @return the method
   */
  public AllEigenvalues withCandidates(EigenSolver candidates) {
    return new AllEigenvalues(candidates, threads, progress);
  }

  /**
   * With a number of threads for the proof; the enclosures do not depend on it.
   *
   * @param count at least 1
   * @return the method
   */
  public AllEigenvalues withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new AllEigenvalues(solver, count, progress);
  }

  /**
   * With a listener, which is told when the solver begins and ends, and then how many blocks of
   * rows of the two products of the proof are begun. The solver may have a listener of its own.
   *
   * @param listener called by the thread that calls {@code enclose}
   * @return the method
   */
  public AllEigenvalues withProgress(ProgressListener listener) {
    return new AllEigenvalues(solver, threads, Proof.guarding(listener));
  }

  /**
   * Encloses all eigenvalues of the stored matrix.
   *
   * @param a an operator whose matrix is finite and symmetric to the bit; it is stored once
   * @return enclosures, ascending, {@code VERIFIED} about {@code STORED_MATRIX}
   * @throws IllegalArgumentException if the matrix is not finite or not symmetric
   */
  public SpectrumEnclosure enclose(SymmetricOperator a) {
    return enclose(CholeskyBound.stored(a), a);
  }

  /**
   * Encloses all eigenvalues of the Gram matrix of the network in exact arithmetic.
   *
   * @param gram a Gram matrix whose distance from the exact one is known
   * @return enclosures, ascending, {@code VERIFIED} about {@code EXACT_NETWORK}
   */
  public SpectrumEnclosure enclose(EnclosedGram gram) {
    return enclose(gram.exactNetwork());
  }

  /**
   * Encloses all eigenvalues of every matrix that {@code matrix} stands for.
   *
   * @param matrix entries, a radius and what they are about
   * @return enclosures, ascending, about the subject of the matrix
   */
  public SpectrumEnclosure enclose(SymmetricMatrix matrix) {
    try (DenseSymmetric midpoint = CholeskyBound.midpoint(matrix)) {
      return enclose(matrix, midpoint);
    }
  }

  /**
   * Encloses all eigenvalues of every matrix that {@code matrix} stands for.
   *
   * @param matrix what the statement is about, for instance with a radius
   * @param a an operator close to it, for the solver
   * @return enclosures, ascending, about the subject of the matrix
   */
  public SpectrumEnclosure enclose(SymmetricMatrix matrix, SymmetricOperator a) {
    Progress suggestions = Progress.begin(progress, "candidates by " + solver.name(), 1);
    try (Eigenpairs pairs = solver.solve(a, Wanted.all().withVectors())) {
      suggestions.add(1);
      if (pairs.count() != matrix.order() || !pairs.hasVectors()) {
        return SpectrumEnclosure.withoutDecomposition(matrix);
      }
      try (INDArray rows = Tensors.transpose(pairs.vectors())) {
        return SpectrumEnclosure.of(
            matrix, pairs.values(), Tensors.toRows(rows), threads, progress);
      }
    }
  }
}
