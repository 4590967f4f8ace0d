package org.fullrank.spectrum.solver;

import java.util.Arrays;
import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The smallest or largest eigenpairs of a stored matrix by Lanczos on {@code (A - s I)^-1}, with a
 * shift s outside the spectrum and a Cholesky factor in plain Java. The ones nearest to the shift
 * converge first: this is the way to the smallest eigenvalues of a Gram matrix.
 *
 * <p><b>Shift.</b> Without a given shift the search starts at {@code -2^-26 ||A||_F}, below the
 * spectrum of a positive semidefinite matrix. If {@code A - s I} is not numerically definite, a
 * short Lanczos run says where the spectrum ends and the shift moves there; if convergence is slow,
 * it moves closer. Rounding errors grow with the inverse of the distance between the shift and the
 * spectrum, and in a pair whose eigenvalue is far from the shift they may exceed the tolerance.
 * Then the distance grows tenfold and the pairs are computed again, at most 8 times. A given shift
 * is not moved outwards for that reason: the status is {@code SHIFT_TOO_CLOSE}. Eigenvalues inside
 * the spectrum need {@link DenseEigenSolver}.
 *
 * <p><b>Accuracy.</b> The Ritz vectors are improved by a Rayleigh-Ritz step with A itself. The
 * status is a success only if {@code ||A v - t v|| <= tolerance * ||A||} for every pair, computed
 * in plain Java from the entries; the largest Ritz value, or {@code ||A||_F / sqrt(n)} if that is
 * larger, stands for {@code ||A||}. The default tolerance is 1e-10; {@code FLOAT} operators are
 * solved in double precision. Multiplicities are treated as in {@link LanczosSolver}.
 *
 * <p>Cost: {@code n^3 / 3} operations per shift, {@code 2 n^2} per solution, about {@code 16 n^2}
 * bytes. Repeatable to the bit for any number of processors.
 */
public final class ShiftInvertSolver implements EigenSolver {
  private static final ShiftInvertSolver DEFAULT =
      new ShiftInvertSolver(IterationLimits.DEFAULT, null, ProgressListener.none());

  private final IterationLimits limits;
  private final @Nullable Double shift;
  private final ProgressListener progress;

  private ShiftInvertSolver(
      IterationLimits limits, @Nullable Double shift, ProgressListener progress) {
    this.limits = limits;
    this.shift = shift;
    this.progress = progress;
  }

  /**
   * The solver's own shift, default tolerance, at most {@code 10 n + 1000} solutions, seed 0.
   *
   * @return a solver
   */
  public static ShiftInvertSolver withDefaults() {
    return DEFAULT;
  }

  /**
   * With another first shift, best a little outside the wanted eigenvalues: a distance of 1e-6 of
   * the norm costs no accuracy, one of 1e-12 does. It moves if it is not outside the spectrum, if
   * it is further than {@code 4 ||A||_F} from zero, or if convergence is slow.
   *
   * @param s finite, in the units of the operator; below the smallest eigenvalue if the smallest
   *     ones are wanted, above the largest one otherwise
   * @return a solver
   */
  public ShiftInvertSolver withShift(double s) {
    if (!Double.isFinite(s)) {
      throw new IllegalArgumentException("withShift expects a finite number but got " + s);
    }
    return new ShiftInvertSolver(limits, s, progress);
  }

  /**
   * With another tolerance.
   *
   * @param tolerance largest residual norm in units of {@code ||A||}, between 0 and 1
   * @return a solver
   */
  public ShiftInvertSolver withTolerance(double tolerance) {
    return new ShiftInvertSolver(limits.withTolerance(tolerance), shift, progress);
  }

  /**
   * With another budget.
   *
   * @param columns most columns to solve for, at least 1
   * @return a solver
   */
  public ShiftInvertSolver withSolveLimit(long columns) {
    return new ShiftInvertSolver(limits.withOperatorLimit(columns), shift, progress);
  }

  /**
   * With other starting vectors.
   *
   * @param seed any number
   * @return a solver
   */
  public ShiftInvertSolver withSeed(long seed) {
    return new ShiftInvertSolver(limits.withSeed(seed), shift, progress);
  }

  /**
   * With a listener, which is told before each factorisation and after each block of columns how
   * many were solved for, of the most that the limit allows.
   *
   * @param listener called by the thread that calls {@link #solve}
   * @return a solver
   */
  public ShiftInvertSolver withProgress(ProgressListener listener) {
    return new ShiftInvertSolver(limits, shift, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "shift-invert Lanczos";
  }

  @Override
  public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
    StoredMatrix matrix = StoredMatrix.of(a);
    int n = matrix.order();
    int count = wanted.to(n) - wanted.from(n);
    int sign = wanted.part() == Wanted.Part.LARGEST ? -1 : 1;
    double tolerance = limits.toleranceFor(DataType.DOUBLE);
    ShiftSearch search = new ShiftSearch(matrix, sign, count, tolerance, limits, shift, progress);
    if (!search.start()) {
      return JavaEigenSolver.failed(matrix, name());
    }
    RitzPairs ritz = search.run();
    Refined best = Refined.of(matrix, ritz, tolerance);
    while (best.status == SolverStatus.INACCURATE && search.moveOut(best.edge(sign))) {
      ritz = search.again(ritz);
      Refined next = Refined.of(matrix, ritz, tolerance);
      best = next.worst() <= best.worst() ? next : best;
    }
    return best.pairs(wanted, search.keptGivenShift(), name());
  }

  /** Rayleigh-Ritz with A in the space of Ritz vectors, then residuals from the entries. */
  private static final class Refined {
    private final StoredMatrix a;
    private final double[] values;
    private final double[][] vectors;
    private final double[] residuals;
    private final double bound;
    private final SolverStatus status;

    private Refined(
        StoredMatrix a, RawPairs pairs, double[][] vectors, SolverStatus status, double tolerance) {
      this.a = a;
      this.values = pairs.values();
      this.vectors = vectors;
      this.residuals = a.residuals(values, vectors);
      double norm = a.frobeniusNorm() / Math.sqrt(a.order());
      for (double t : values) {
        norm = Math.max(norm, Math.abs(t));
      }
      this.bound = tolerance * norm;
      this.status =
          status == SolverStatus.CONVERGED || status == SolverStatus.MULTIPLICITY_UNKNOWN
              ? worst() <= bound ? status : SolverStatus.INACCURATE
              : status;
    }

    static Refined of(StoredMatrix a, RitzPairs ritz, double tolerance) {
      double[][] x = ritz.vectors();
      int m = x.length;
      double[][] image = a.times(x);
      double[][] h = new double[m][m];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j <= i; j++) {
          h[i][j] = 0.5 * (Vectors.dot(x[i], image[j]) + Vectors.dot(x[j], image[i]));
          h[j][i] = h[i][j];
        }
      }
      RawPairs small = TridiagonalQl.solve(h, true);
      if (m == 0 || small == null) {
        RawPairs none = new RawPairs(new double[0], new double[0][]);
        SolverStatus status = m == 0 ? ritz.status() : SolverStatus.FAILED;
        return new Refined(a, none, new double[0][], status, tolerance);
      }
      double[][] vectors = Vectors.combinations(Objects.requireNonNull(small.vectors()), x, m);
      return new Refined(a, small, vectors, ritz.status(), tolerance);
    }

    /** The largest residual; infinite if there are no pairs. */
    double worst() {
      return Arrays.stream(residuals).max().orElse(Double.POSITIVE_INFINITY);
    }

    /** The value nearest to the shift, of {@code sign A}. */
    double edge(int sign) {
      return sign > 0 ? values[0] : -values[values.length - 1];
    }

    Eigenpairs pairs(Wanted wanted, boolean givenShift, String name) {
      // A tolerance below rounding is out of reach for every shift.
      boolean tooClose = status == SolverStatus.INACCURATE && givenShift && bound >= a.tolerance();
      INDArray columns = null;
      if (wanted.vectors() && values.length > 0) {
        try (INDArray t = Tensors.ofRows(vectors)) {
          columns = Tensors.transpose(t);
        }
      }
      return Eigenpairs.of(
          a.order(),
          a.unscaled(values),
          columns,
          columns != null ? a.unscaled(residuals) : new double[0],
          tooClose ? SolverStatus.SHIFT_TOO_CLOSE : status,
          a.order(),
          name);
    }
  }
}
