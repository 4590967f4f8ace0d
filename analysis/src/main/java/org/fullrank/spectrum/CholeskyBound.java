package org.fullrank.spectrum;

import java.util.Optional;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.TempleKatoBound;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Sharp enclosures of both extreme eigenvalues by shifted Cholesky factorisations in plain Java
 * (Rump 2006) and Rayleigh quotients.
 *
 * <p>The search finds its shifts itself, by Lanczos iteration in plain Java. An {@link EigenSolver}
 * may suggest others; what it says is tried, never believed, so a wrong solver costs time and width
 * only.
 *
 * <p>{@code STORED_MATRIX} is, for an operator without storage, the one output of {@code
 * toMatrix()} that was bounded (see {@link SpectralBound}).
 *
 * <p>Reach: a smallest eigenvalue above {@code 4 n u tr A}, {@code u = 2^-53}, is recognised as
 * positive, always. Where the diagonal is graded the same holds for the matrix equilibrated by
 * powers of two, see {@link ShiftedCholeskyBound}. Cost: {@code n^3 / 3} operations per
 * factorisation, usually two for the smallest eigenvalue and one for the largest. Memory beyond the
 * operator's: {@code 20 n^2} bytes while the entries are copied, then {@code 8 n^2}.
 */
public final class CholeskyBound implements SpectralBound {
  private final ShiftedCholeskyBound method;
  private final Optional<EigenSolver> candidates;
  private final boolean refined;

  private CholeskyBound(
      ShiftedCholeskyBound method, Optional<EigenSolver> candidates, boolean refined) {
    this.method = method;
    this.candidates = candidates;
    this.refined = refined;
  }

  /**
   * One thread, relative width {@code 1e-6}, no suggestions.
   *
   * @return the bound
   */
  public static CholeskyBound withDefaults() {
    return new CholeskyBound(ShiftedCholeskyBound.withDefaults(), Optional.empty(), false);
  }

  /**
   * With suggestions from a solver, which is asked for all eigenvalues without vectors.
   *
   * @param solver any solver, sound or not
   * @return the bound
   */
  public CholeskyBound withCandidates(EigenSolver solver) {
    return new CholeskyBound(method, Optional.of(solver), refined);
  }

  /**
   * With a number of threads; the enclosures do not depend on it.
   *
   * @param count at least 1
   * @return the bound
   */
  public CholeskyBound withThreads(int count) {
    return new CholeskyBound(method.withThreads(count), candidates, refined);
  }

  /**
   * With an aim for the relative width of each enclosure.
   *
   * @param width at least 0
   * @return the bound
   */
  public CholeskyBound withRelativeWidth(double width) {
    return new CholeskyBound(method.withRelativeWidth(width), candidates, refined);
  }

  /**
   * With a limit of factorisations.
   *
   * @param count largest number for each eigenvalue, at least 0
   * @return the bound
   */
  public CholeskyBound withMaxFactorizations(int count) {
    return new CholeskyBound(method.withMaxFactorizations(count), candidates, refined);
  }

  /**
   * With the refinement of {@link TempleKatoBound}: where an extreme eigenvalue is separated from
   * the next one it is enclosed to nearly full precision, also below {@code n u tr A}. Doubles the
   * cost.
   *
   * @return the bound
   */
  public CholeskyBound refined() {
    return new CholeskyBound(method, candidates, true);
  }

  /**
   * With a listener, which is told of each factorisation how many columns are done; one that does
   * not succeed ends before its last column. For the candidates give the solver a listener.
   *
   * @param listener called by the thread that calls {@code enclose}
   * @return the bound
   */
  public CholeskyBound withProgress(ProgressListener listener) {
    return new CholeskyBound(method.withProgress(listener), candidates, refined);
  }

  @Override
  public String name() {
    return refined ? TempleKatoBound.refining(method).name() : method.name();
  }

  @Override
  public Extremes enclose(SymmetricOperator a) {
    // The proof needs no native code, but whoever asks for one should hear of a BLAS that lies.
    Backend.selfTest();
    return candidates.isEmpty() ? enclose(stored(a)) : withSuggestions(stored(a), a);
  }

  @Override
  public Extremes enclose(SymmetricMatrix matrix) {
    if (candidates.isEmpty()) {
      return enclose(matrix, Hint.none(), Hint.none());
    }
    try (DenseSymmetric midpoint = midpoint(matrix)) {
      return withSuggestions(matrix, midpoint);
    }
  }

  private Extremes withSuggestions(SymmetricMatrix matrix, SymmetricOperator a) {
    try (Eigenpairs pairs = candidates.orElseThrow().solve(a, Wanted.all())) {
      int last = pairs.count() - 1;
      return last < 0
          ? enclose(matrix, Hint.none(), Hint.none())
          : enclose(matrix, hint(pairs, 0), hint(pairs, last));
    }
  }

  private Extremes enclose(SymmetricMatrix matrix, Hint smallest, Hint largest) {
    TempleKatoBound temple = TempleKatoBound.refining(method);
    EigenvalueEnclosure min =
        refined
            ? temple.encloseLambdaMin(matrix, smallest)
            : method.encloseLambdaMin(matrix, smallest);
    EigenvalueEnclosure max =
        refined
            ? temple.encloseLambdaMax(matrix, largest)
            : method.encloseLambdaMax(matrix, largest);
    return new Extremes(
        min.eigenvalue(),
        max.eigenvalue(),
        min.status(),
        max.status(),
        min.factorizations() + max.factorizations());
  }

  private static Hint hint(Eigenpairs pairs, int index) {
    Hint hint = Hint.ofValue(pairs.value(index));
    if (!pairs.hasVectors()) {
      return hint;
    }
    try (INDArray column =
        pairs.vectors().get(NDArrayIndex.all(), NDArrayIndex.interval(index, index + 1)).dup('c')) {
      return hint.withVector(Tensors.toDoubles(column));
    }
  }

  /** The stored entries as an operator, for a solver. */
  static DenseSymmetric midpoint(SymmetricMatrix matrix) {
    int n = matrix.order();
    double[] entries = new double[Math.multiplyExact(n, n)];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        entries[i * n + j] = matrix.get(i, j);
      }
    }
    try (INDArray dense = Tensors.of(entries, n, n)) {
      return DenseSymmetric.of(dense);
    }
  }

  static SymmetricMatrix stored(SymmetricOperator a) {
    try (INDArray matrix = a.toMatrix()) {
      return SymmetricMatrix.of(Tensors.toRows(matrix));
    }
  }
}
