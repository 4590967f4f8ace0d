package org.fullrank.spectrum.solver;

import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The largest or smallest eigenpairs of an operator that need not be stored: thick-restart block
 * Lanczos with full reorthogonalisation (Wu and Simon 2000).
 *
 * <p><b>Accuracy.</b> The status is a success only if {@code ||A v - t v|| <= tolerance * ||A||}
 * for every pair, computed with one more application of the operator, where the largest Ritz value
 * stands for {@code ||A||} (it is not above it). Then each value is that close to an eigenvalue.
 * The default tolerance is 1e-10 for {@code DOUBLE} and 1e-5 for {@code FLOAT} operators; vectors
 * are kept in double precision.
 *
 * <p><b>Multiplicity.</b> A block of b vectors sees at most b copies of an eigenvalue. If so many
 * converged values agree to {@code 1e4 tolerance}, the block grows by random vectors and the
 * iteration goes on; if the basis limit forbids that, the status is {@code MULTIPLICITY_UNKNOWN}.
 * Almost surely in exact arithmetic nothing is missed; in floating point it is not proved.
 *
 * <p>The end of the spectrum with the larger gaps relative to its whole width converges fast; the
 * smallest eigenvalues of an ill-conditioned Gram matrix do not: see {@link ShiftInvertSolver} and
 * {@link LobpcgSolver}.
 *
 * <p>Cost for m pairs of order n: the operator on blocks, {@code O(n m)} operations per column and
 * restart, about {@code 2 n (2 m + 10 b)} doubles. Repeatable to the bit if the operator is.
 */
public final class LanczosSolver implements EigenSolver {
  private static final LanczosSolver DEFAULT =
      new LanczosSolver(IterationLimits.DEFAULT, 4, Integer.MAX_VALUE, ProgressListener.none());

  /** Rounding of products, in units of the norm, that is not blamed on the operator. */
  private static final double DOUBLE_ROUNDING = 1e-12;

  private static final double FLOAT_ROUNDING = 1e-4;

  private final IterationLimits limits;
  private final int block;
  private final int basisLimit;
  private final ProgressListener progress;

  private LanczosSolver(
      IterationLimits limits, int block, int basisLimit, ProgressListener progress) {
    this.limits = limits;
    this.block = block;
    this.basisLimit = basisLimit;
    this.progress = progress;
  }

  /**
   * Block size 4, default tolerance, at most {@code 10 n + 1000} columns, seed 0.
   *
   * @return a solver
   */
  public static LanczosSolver withDefaults() {
    return DEFAULT;
  }

  /**
   * With another tolerance.
   *
   * @param tolerance largest residual norm in units of {@code ||A||}, between 0 and 1
   * @return a solver
   */
  public LanczosSolver withTolerance(double tolerance) {
    return new LanczosSolver(limits.withTolerance(tolerance), block, basisLimit, progress);
  }

  /**
   * With another budget.
   *
   * @param columns most columns to apply the operator to, at least 1; a first block and the final
   *     check are always made
   * @return a solver
   */
  public LanczosSolver withOperatorLimit(long columns) {
    return new LanczosSolver(limits.withOperatorLimit(columns), block, basisLimit, progress);
  }

  /**
   * With other starting vectors.
   *
   * @param seed any number
   * @return a solver
   */
  public LanczosSolver withSeed(long seed) {
    return new LanczosSolver(limits.withSeed(seed), block, basisLimit, progress);
  }

  /**
   * With another number of starting vectors. More of them need more columns but fewer calls of the
   * operator, and see higher multiplicities at once.
   *
   * @param size at least 1
   * @return a solver
   */
  public LanczosSolver withBlockSize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("withBlockSize expects at least 1 but got " + size);
    }
    return new LanczosSolver(limits, size, basisLimit, progress);
  }

  /**
   * With bounded memory.
   *
   * @param vectors most basis vectors of length n to keep; for m wanted pairs {@code m + 3} are
   *     needed, {@code 2 m + 10 b} are better
   * @return a solver
   */
  public LanczosSolver withBasisLimit(int vectors) {
    if (vectors < 4) {
      throw new IllegalArgumentException("withBasisLimit expects at least 4 but got " + vectors);
    }
    return new LanczosSolver(limits, block, vectors, progress);
  }

  /**
   * With a listener, which is told after each block of columns how many the operator was applied
   * to, of the most that the limit allows.
   *
   * @param listener called by the thread that calls {@link #solve}
   * @return a solver
   */
  public LanczosSolver withProgress(ProgressListener listener) {
    return new LanczosSolver(
        limits, block, basisLimit, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "thick-restart block Lanczos";
  }

  @Override
  public Eigenpairs solve(SymmetricOperator a, Wanted wanted) {
    ScaledOperator scaled = ScaledOperator.of(a);
    int n = scaled.order();
    int count = wanted.to(n) - wanted.from(n);
    double tolerance = limits.toleranceFor(a.dataType());
    int sign = wanted.part() == Wanted.Part.SMALLEST ? -1 : 1;
    IterationPlan plan =
        new IterationPlan(
            blockFor(n, count),
            basisLimit,
            tolerance,
            false,
            Math.max(tolerance, a.dataType() == DataType.FLOAT ? FLOAT_ROUNDING : DOUBLE_ROUNDING),
            limits.operatorLimitFor(n),
            limits.seed());
    BlockMap map =
        Progress.begin(progress, "Lanczos iteration", plan.operatorLimit())
            .counting(scaled.times(sign));
    RitzPairs ritz = new BlockLanczos(map, n, count, plan).run();
    return IterativeResult.of(scaled, ritz, sign, wanted, tolerance, name());
  }

  private int blockFor(int n, int count) {
    if (n <= basisLimit) {
      return block;
    }
    int room = (basisLimit - count) / 3;
    if (room < 1) {
      throw new IllegalArgumentException(
          "LanczosSolver expects a basis limit of at least "
              + (count + 3)
              + " for "
              + count
              + " eigenpairs but got "
              + basisLimit);
    }
    return Math.min(block, room);
  }
}
