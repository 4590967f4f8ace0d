package org.fullrank.spectrum.solver;

import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The smallest or largest eigenpairs of an operator that need not be stored: LOBPCG (Knyazev 2001)
 * with an optional {@link Preconditioner}, soft locking and an orthonormal basis.
 *
 * <p><b>Accuracy.</b> The status is a success only if {@code ||A v - t v|| <= tolerance * ||A||}
 * for every pair, computed with one more application of the operator, where a lower bound of {@code
 * ||A||} (the largest Ritz value or image seen) stands for it. Then each value is that close to an
 * eigenvalue. The default tolerance is 1e-10 for {@code DOUBLE} and 1e-5 for {@code FLOAT}
 * operators. Eigenvalues closer together than the tolerance cannot be told apart.
 *
 * <p><b>Multiplicity.</b> The block has more columns than pairs are wanted, so it has room for all
 * copies of an eigenvalue. Almost surely in exact arithmetic nothing is missed; it is not proved.
 *
 * <p>Cost per iteration for m pairs of order n: the operator and the preconditioner on the columns
 * that have not converged, {@code O(n m^2)} operations, about {@code 8 n m} doubles. Repeatable to
 * the bit if the operator and the preconditioner are.
 */
public final class LobpcgSolver implements EigenSolver {
  private static final LobpcgSolver DEFAULT =
      new LobpcgSolver(
          IterationLimits.DEFAULT, Preconditioner.identity(), 0, ProgressListener.none());

  private final IterationLimits limits;
  private final Preconditioner preconditioner;
  private final int guard;
  private final ProgressListener progress;

  private LobpcgSolver(
      IterationLimits limits, Preconditioner preconditioner, int guard, ProgressListener progress) {
    this.limits = limits;
    this.preconditioner = preconditioner;
    this.guard = guard;
    this.progress = progress;
  }

  /**
   * No preconditioner, default tolerance, at most {@code 10 n + 1000} columns, seed 0.
   *
   * @return a solver
   */
  public static LobpcgSolver withDefaults() {
    return DEFAULT;
  }

  /**
   * With a preconditioner.
   *
   * @param p positive definite and close to a multiple of {@code A^-1} for the smallest
   *     eigenvalues; it gets residuals in units of their norm
   * @return a solver
   */
  public LobpcgSolver withPreconditioner(Preconditioner p) {
    return new LobpcgSolver(limits, Objects.requireNonNull(p, "p"), guard, progress);
  }

  /**
   * With another tolerance.
   *
   * @param tolerance largest residual norm in units of {@code ||A||}, between 0 and 1
   * @return a solver
   */
  public LobpcgSolver withTolerance(double tolerance) {
    return new LobpcgSolver(limits.withTolerance(tolerance), preconditioner, guard, progress);
  }

  /**
   * With another budget.
   *
   * @param columns most columns to apply the operator to, at least 1; a first block and the final
   *     check are always made
   * @return a solver
   */
  public LobpcgSolver withOperatorLimit(long columns) {
    return new LobpcgSolver(limits.withOperatorLimit(columns), preconditioner, guard, progress);
  }

  /**
   * With other starting vectors.
   *
   * @param seed any number
   * @return a solver
   */
  public LobpcgSolver withSeed(long seed) {
    return new LobpcgSolver(limits.withSeed(seed), preconditioner, guard, progress);
  }

  /**
   * With another number of columns beyond those wanted. They speed up convergence when the wanted
   * values are close to the next ones.
   *
   * @param columns at least 1; a quarter of those wanted and 4 by default
   * @return a solver
   */
  public LobpcgSolver withGuardColumns(int columns) {
    if (columns < 1) {
      throw new IllegalArgumentException("withGuardColumns expects at least 1 but got " + columns);
    }
    return new LobpcgSolver(limits, preconditioner, columns, progress);
  }

  /**
   * With a listener, which is told after each block of columns how many the operator was applied
   * to, of the most that the limit allows.
   *
   * @param listener called by the thread that calls {@link #solve}
   * @return a solver
   */
  public LobpcgSolver withProgress(ProgressListener listener) {
    return new LobpcgSolver(
        limits, preconditioner, guard, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "LOBPCG";
  }

  @Override
  public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
    ScaledOperator scaled = ScaledOperator.of(a);
    int n = scaled.order();
    int count = wanted.to(n) - wanted.from(n);
    double tolerance = limits.toleranceFor(a.dataType());
    int sign = wanted.part() == Wanted.Part.SMALLEST ? -1 : 1;
    int extra = guard > 0 ? guard : 4 + count / 4;
    IterationPlan plan =
        new IterationPlan(
            (int) Math.min(n, (long) count + extra),
            Integer.MAX_VALUE,
            tolerance,
            false,
            Double.POSITIVE_INFINITY,
            limits.operatorLimitFor(n),
            limits.seed());
    BlockMap map =
        Progress.begin(progress, "LOBPCG iteration", plan.operatorLimit())
            .counting(scaled.times(sign));
    RitzPairs ritz = new Lobpcg(map, this::precondition, n, count, plan).run();
    return IterativeResult.of(scaled, ritz, sign, wanted, tolerance, name());
  }

  private double[][] precondition(double[][] residuals) {
    try (INDArray t = Tensors.ofRows(residuals);
        INDArray r = Tensors.transpose(t);
        INDArray x = preconditioner.apply(r)) {
      TensorChecks.requireShape("result of the preconditioner", x, r.size(0), r.size(1));
      TensorChecks.requireFinite("result of the preconditioner", x);
      try (INDArray rows = Tensors.transpose(x)) {
        return Tensors.toRows(rows);
      }
    }
  }
}
