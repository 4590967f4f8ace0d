package org.fullrank.spectrum.solver;

import java.util.Arrays;
import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All eigenvalues of a stored matrix without native code: Householder tridiagonalisation and
 * implicit QL. The entries are scaled by a power of two, so tiny and huge matrices work.
 *
 * <p>Error: a modest multiple of {@code n u ||A||} in each value. Cost: {@code 8/3 n^3} operations
 * on one thread, with vectors about four times that; {@code 8 n^2} bytes, with vectors three times
 * that. Repeatable to the bit.
 */
public final class JavaEigenSolver implements EigenSolver {
  private final ProgressListener progress;

  private JavaEigenSolver(ProgressListener progress) {
    this.progress = progress;
  }

  /**
   * The solver; nobody listens.
   *
   * @return a solver
   */
  public static JavaEigenSolver create() {
    return new JavaEigenSolver(ProgressListener.none());
  }

  /**
   * With a listener, which is told how many columns are reduced, eigenvalues split off and, if
   * wanted, eigenvectors transformed back, of the order of the matrix.
   *
   * @param listener called by the thread that calls {@link #solve}
   * @return a solver
   */
  public JavaEigenSolver withProgress(ProgressListener listener) {
    return new JavaEigenSolver(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "Householder and implicit QL in Java";
  }

  @Override
  public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
    return solve(StoredMatrix.of(a), wanted, SolverStatus.CONVERGED, name(), progress);
  }

  static Eigenpairs solve(
      StoredMatrix a, Wanted wanted, SolverStatus success, String name, ProgressListener progress) {
    RawPairs result = TridiagonalQl.solve(a.copyOfRows(), wanted.vectors(), progress);
    if (result == null) {
      return failed(a, name);
    }
    return select(a, result, wanted, success, name);
  }

  static Eigenpairs failed(StoredMatrix a, String name) {
    int n = a.order();
    return Eigenpairs.of(n, new double[0], null, new double[0], SolverStatus.FAILED, n, name);
  }

  /** Cuts out what is wanted, checks it, and brings it to the units of the operator. */
  static Eigenpairs select(
      StoredMatrix a, RawPairs pairs, Wanted wanted, SolverStatus success, String name) {
    double[] values = pairs.values();
    double[][] vectors = pairs.vectors();
    int n = a.order();
    int from = wanted.from(n);
    int to = wanted.to(n);
    boolean sound = a.plausible(values);
    double[] chosen = Arrays.copyOfRange(values, from, to);
    double[] residuals = new double[0];
    INDArray columns = null;
    if (vectors != null) {
      double[][] rows = Arrays.copyOfRange(vectors, from, to);
      residuals = a.residuals(chosen, rows);
      sound = sound && a.accurate(residuals);
      try (INDArray t = Tensors.ofRows(rows)) {
        columns = Tensors.transpose(t);
      }
    }
    return Eigenpairs.of(
        n,
        a.unscaled(chosen),
        columns,
        a.unscaled(residuals),
        sound ? success : SolverStatus.INACCURATE,
        n,
        name);
  }
}
