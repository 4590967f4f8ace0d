package org.fullrank.spectrum;

import java.util.Arrays;
import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The smallest or largest eigenpairs of a stored matrix by Lanczos on {@code (A - s I)^-1}, with a
 * shift s outside the spectrum and a Cholesky factor in plain Java. The ones nearest to the shift
 * converge first: this is the way to the smallest eigenvalues of a Gram matrix.
 *
 * <p>The shift is tried from the given one outwards: if {@code A - s I} is not numerically
 * definite, a short Lanczos run says where the spectrum ends and the shift moves there; if
 * convergence is slow, it moves closer. So it decides the speed, not the answer. Eigenvalues inside
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
      new ShiftInvertSolver(IterationLimits.DEFAULT, null);

  /** Few columns per solution: its time grows with them. */
  private static final int BLOCK = 2;

  /** Columns of the run that locates the end of the spectrum. */
  private static final int SCOUT = 48;

  /** Columns to solve for before the shift moves closer, which costs a factorisation. */
  private static final int FIRST = 80;

  /** Least part of the distance between shift and spectrum that is left. */
  private static final double NEARER = 0.01;

  private final IterationLimits limits;
  private final @Nullable Double shift;

  private ShiftInvertSolver(IterationLimits limits, @Nullable Double shift) {
    this.limits = limits;
    this.shift = shift;
  }

  /**
   * A shift just outside zero, default tolerance, at most {@code 10 n + 1000} solutions, seed 0.
   *
   * @return a solver
   */
  public static ShiftInvertSolver withDefaults() {
    return DEFAULT;
  }

  /**
   * With another first shift, best a little outside the wanted eigenvalues.
   *
   * @param s finite, in the units of the operator; below the smallest eigenvalue if the smallest
   *     ones are wanted, above the largest one otherwise
   * @return a solver
   */
  public ShiftInvertSolver withShift(double s) {
    if (!Double.isFinite(s)) {
      throw new IllegalArgumentException("withShift expects a finite number but got " + s);
    }
    return new ShiftInvertSolver(limits, s);
  }

  /**
   * With another tolerance.
   *
   * @param tolerance largest residual norm in units of {@code ||A||}, between 0 and 1
   * @return a solver
   */
  public ShiftInvertSolver withTolerance(double tolerance) {
    return new ShiftInvertSolver(limits.withTolerance(tolerance), shift);
  }

  /**
   * With another budget.
   *
   * @param columns most columns to solve for, at least 1
   * @return a solver
   */
  public ShiftInvertSolver withSolveLimit(long columns) {
    return new ShiftInvertSolver(limits.withOperatorLimit(columns), shift);
  }

  /**
   * With other starting vectors.
   *
   * @param seed any number
   * @return a solver
   */
  public ShiftInvertSolver withSeed(long seed) {
    return new ShiftInvertSolver(limits.withSeed(seed), shift);
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
    Search search = new Search(matrix, sign, count, tolerance);
    if (!search.start()) {
      return JavaEigenSolver.failed(matrix, name());
    }
    return checked(matrix, search.run(), wanted, tolerance);
  }

  /** Shifts and runs for one matrix. */
  private final class Search {
    private final StoredMatrix a;
    private final int sign;
    private final int count;
    private final double tolerance;
    private final double unit;
    private final double rounding;
    private double at;
    private @Nullable TriangularFactor factor;

    Search(StoredMatrix a, int sign, int count, double tolerance) {
      this.a = a;
      this.sign = sign;
      this.count = count;
      this.tolerance = tolerance;
      this.unit = a.frobeniusNorm() > 0 ? a.frobeniusNorm() : 1;
      this.rounding = 10.0 * (a.order() + 10) * 0x1p-53 * unit;
    }

    /** Takes the shift if it leaves the matrix definite. */
    private boolean shiftTo(double s) {
      TriangularFactor candidate = TriangularFactor.of(a, sign, s);
      if (candidate == null) {
        return false;
      }
      factor = candidate;
      at = s;
      return true;
    }

    /** The first shift that leaves the matrix definite; false if there is none. */
    boolean start() {
      double first = shift == null ? -rounding : sign * a.scaled(shift);
      // A shift far beyond the spectrum would hide it behind rounding.
      if (shiftTo(Math.max(first, -4 * unit))) {
        return true;
      }
      BlockMap map = x -> sign > 0 ? ScaledOperator.negated(a.times(x)) : a.times(x);
      RitzPairs end = new BlockLanczos(map, a.order(), 1, plan(SCOUT, 1e-3, false)).run();
      double edge = end.values().length == 0 ? -unit : -end.values()[0];
      // Ritz values lie inside the spectrum; ||A||_F is always far enough outside.
      for (double margin = 1e-3 * end.norm(); margin < 4 * unit; margin *= 8) {
        if (shiftTo(edge - margin - rounding)) {
          return true;
        }
      }
      return shiftTo(-1.5 * unit - rounding);
    }

    /** Lanczos on the inverse; moves the shift closer while that pays. */
    RitzPairs run() {
      long left = limits.operatorLimitFor(a.order());
      while (true) {
        long share = Math.min(left, FIRST + 4L * count);
        RitzPairs ritz = iterate(share);
        left -= share;
        if (left < 1 || ritz.status() == SolverStatus.CONVERGED) {
          return ritz;
        }
        if (ritz.status() != SolverStatus.NOT_CONVERGED) {
          return iterate(left); // more copies of an eigenvalue than the first share could find
        }
        double edge = at + 1 / ritz.values()[0];
        double[] theta = ritz.values();
        double spread = 1 / theta[theta.length - 1] - 1 / theta[0];
        // As far outside as the wanted values are apart: nearer favours the first one alone.
        double distance = Math.max(Math.max(0.5 * spread, NEARER * (edge - at)), 1e3 * rounding);
        if (!(distance < 0.5 * (edge - at)) || !shiftTo(edge - distance)) {
          return iterate(left);
        }
      }
    }

    private RitzPairs iterate(long columns) {
      // ||A v - t v|| <= ||A - s I|| ||(A - s I)^-1 v - v / (t - s)|| |t - s|
      double far = 1 + Math.abs(at) * Math.sqrt(a.order()) / unit;
      return new BlockLanczos(
              Objects.requireNonNull(factor),
              a.order(),
              count,
              plan(columns, tolerance / far, true))
          .run();
    }

    private IterationPlan plan(long columns, double residual, boolean relative) {
      return new IterationPlan(
          BLOCK,
          Integer.MAX_VALUE,
          residual,
          relative,
          Double.POSITIVE_INFINITY, // solutions round by more than the residuals with A do
          columns,
          limits.seed());
    }
  }

  /** Rayleigh-Ritz with A in the space of the Ritz vectors, then residuals from the entries. */
  private Eigenpairs checked(StoredMatrix a, RitzPairs ritz, Wanted wanted, double tolerance) {
    double[][] x = ritz.vectors();
    int m = x.length;
    if (m == 0) {
      return JavaEigenSolver.failed(a, name());
    }
    double[][] image = a.times(x);
    double[][] h = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j <= i; j++) {
        h[i][j] = 0.5 * (Vectors.dot(x[i], image[j]) + Vectors.dot(x[j], image[i]));
        h[j][i] = h[i][j];
      }
    }
    RawPairs small = TridiagonalQl.solve(h, true);
    if (small == null) {
      return JavaEigenSolver.failed(a, name());
    }
    double[] values = small.values();
    double[][] vectors = Vectors.combinations(Objects.requireNonNull(small.vectors()), x, m);
    double[] residuals = a.residuals(values, vectors);
    double norm = a.frobeniusNorm() / Math.sqrt(a.order());
    for (double t : values) {
      norm = Math.max(norm, Math.abs(t));
    }
    SolverStatus status = ritz.status();
    double bound = tolerance * norm;
    if (status != SolverStatus.NOT_CONVERGED
        && !Arrays.stream(residuals).allMatch(r -> r <= bound)) {
      status = SolverStatus.INACCURATE;
    }
    INDArray columns = null;
    if (wanted.vectors()) {
      try (INDArray t = Tensors.ofRows(vectors)) {
        columns = Tensors.transpose(t);
      }
    }
    return Eigenpairs.of(
        a.order(),
        a.unscaled(values),
        columns,
        wanted.vectors() ? a.unscaled(residuals) : new double[0],
        status,
        a.order(),
        name());
  }
}
