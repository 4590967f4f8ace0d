package org.fullrank.spectrum.solver;

import java.util.Objects;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * The shifts of one {@link ShiftInvertSolver} run and the Lanczos iterations with them. Everything
 * is about {@code sign A}, whose smallest eigenvalues are wanted.
 */
final class ShiftSearch {
  /** Few columns per solution: its time grows with them. */
  private static final int BLOCK = 2;

  /** Columns of the run that locates the end of the spectrum. */
  private static final int SCOUT = 48;

  /** Columns to solve for before the shift moves closer, which costs a factorisation. */
  private static final int FIRST = 80;

  /** Least part of the distance between shift and spectrum that is left. */
  private static final double NEARER = 0.01;

  /** First distance from zero: closer, a zero eigenvalue would drown the others in rounding. */
  private static final double FIRST_DISTANCE = 0x1p-26;

  /** From the first distance, as many steps reach the norm. */
  private static final int OUTWARD_MOVES = 8;

  private final StoredMatrix a;
  private final int sign;
  private final int count;
  private final double tolerance;
  private final IterationLimits limits;
  private final double unit;
  private final double rounding;
  private final double given;
  private double at;
  private final Progress progress;
  private long left;
  private int moves;
  private @Nullable TriangularFactor factor;

  /** A search for {@code count} pairs, from the shift that the user gave or its own. */
  ShiftSearch(
      StoredMatrix a,
      int sign,
      int count,
      double tolerance,
      IterationLimits limits,
      @Nullable Double shift,
      ProgressListener listener) {
    this.a = a;
    this.sign = sign;
    this.count = count;
    this.tolerance = tolerance;
    this.limits = limits;
    this.left = limits.operatorLimitFor(a.order());
    this.progress = Progress.begin(listener, "shift-invert Lanczos iteration", left);
    this.unit = a.frobeniusNorm() > 0 ? a.frobeniusNorm() : 1;
    this.rounding = 10.0 * (a.order() + 10) * Rounding.UNIT_ROUNDOFF * unit;
    this.given = shift == null ? Double.NaN : sign * a.scaled(shift);
  }

  /** Takes the shift if it leaves the matrix definite. */
  private boolean shiftTo(double s) {
    progress.add(0);
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
    double first = Double.isNaN(given) ? -Math.max(FIRST_DISTANCE * unit, rounding) : given;
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

  /** Whether the factor is still that of the shift the user gave. */
  boolean keptGivenShift() {
    return at == given;
  }

  /** Lanczos on the inverse; moves the shift closer while that pays. */
  RitzPairs run() {
    while (true) {
      RitzPairs ritz = iterate(Math.min(left, FIRST + 4L * count));
      double[] theta = ritz.values();
      if (theta.length == 0 || ritz.status() == SolverStatus.CONVERGED) {
        return ritz;
      }
      if (ritz.status() != SolverStatus.NOT_CONVERGED) {
        return again(ritz); // more copies of an eigenvalue than the first share could find
      }
      double edge = at + 1 / theta[0];
      double spread = 1 / theta[theta.length - 1] - 1 / theta[0];
      // As far outside as the wanted values are apart: nearer favours the first one alone.
      double distance = Math.max(Math.max(0.5 * spread, NEARER * (edge - at)), rounding);
      if (!(distance < 0.5 * (edge - at)) || !shiftTo(edge - distance)) {
        return again(ritz);
      }
    }
  }

  /**
   * Lanczos on the inverse with the shift as it is and all that is left of the budget.
   *
   * @return the pairs before if the budget is not enough for others
   */
  RitzPairs again(RitzPairs before) {
    RitzPairs ritz = iterate(left);
    return ritz.values().length == 0 ? before : ritz;
  }

  /**
   * Moves the shift to ten times its distance from the end of the spectrum, where solutions round
   * less.
   *
   * @return false if the shift is the user's or no move or budget is left
   */
  boolean moveOut(double edge) {
    if (keptGivenShift() || moves == OUTWARD_MOVES || left < 1) {
      return false;
    }
    moves++;
    return shiftTo(edge - 10 * Math.max(edge - at, rounding));
  }

  private RitzPairs iterate(long columns) {
    // ||A v - t v|| <= ||A - s I|| ||(A - s I)^-1 v - v / (t - s)|| |t - s|
    double far = 1 + Math.abs(at) * Math.sqrt(a.order()) / unit;
    TriangularFactor inverse = Objects.requireNonNull(factor);
    BlockMap images = progress.counting(inverse);
    BlockMap counted =
        x -> {
          left -= x.length;
          return images.apply(x);
        };
    return new BlockLanczos(counted, a.order(), count, plan(columns, tolerance / far, true)).run();
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
