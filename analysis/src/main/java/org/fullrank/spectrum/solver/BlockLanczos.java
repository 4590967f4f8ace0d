package org.fullrank.spectrum.solver;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.fullrank.cancel.Cancellation;

/**
 * Thick-restart block Lanczos iteration with full reorthogonalisation for the largest eigenvalues
 * of a {@link BlockMap} (Wu and Simon 2000; Stewart 2001 for the form with an explicit projected
 * matrix).
 *
 * <p>The basis V is orthonormal and {@code A V = V H + Q R E^T}: Q is the block that comes next and
 * E picks the last block. {@code H = V^T A V} is computed, not assumed to be banded; the entries
 * that the recurrence predicts are compared with it, and their largest difference tells how far the
 * map is from symmetric.
 *
 * <p><b>Multiplicity.</b> A random block of b vectors sees at most b copies of an eigenvalue, and
 * almost surely that many. So when b or more converged values agree, there may be more: the block
 * doubles by random vectors orthogonal to everything so far, and the iteration goes on at least as
 * long as it took to see the first copies.
 */
final class BlockLanczos {
  /** A remainder this small compared to the norm is rounding: the block lost a dimension. */
  private static final double DEPENDENT = 1e-14;

  /** Share of the tolerance that the estimates get; the rest is for their rounding. */
  private static final double SHARE = 0.5;

  private final BlockMap map;
  private final IterationPlan plan;
  private final int n;
  private final int wanted;
  private final SplittableRandom random;

  /** Rows {@code 0 .. size - 1} are V, rows {@code size .. size + next - 1} are Q. */
  private double[][] v;

  private double[][] h;
  private double[][] predicted;
  private double[][] coupling = new double[0][0];
  private int capacity;
  private int size;
  private int last;
  private int next;
  private int block;
  private int applied;
  private int steps;
  private int leastSteps;
  private double norm;
  private double asymmetry;

  BlockLanczos(BlockMap map, int n, int wanted, IterationPlan plan) {
    this.map = map;
    this.plan = plan;
    this.n = n;
    this.wanted = wanted;
    this.random = new SplittableRandom(plan.seed());
    this.block = Math.min(plan.block(), n);
    this.capacity = plan.capacity(n, wanted, block);
    this.v = new double[capacity + block][];
    this.h = new double[capacity][capacity];
    this.predicted = new double[capacity][block];
  }

  RitzPairs run() {
    for (; next < block; next++) {
      v[next] = Vectors.randomOrthogonal(random, v, next, n);
    }
    int checked = 0;
    while (true) {
      Cancellation.check("A Lanczos iteration");
      // The wanted vectors are applied once more at the end.
      boolean spent = applied + next + wanted > plan.operatorLimit();
      if (spent && size == 0) {
        return nothing(SolverStatus.NOT_CONVERGED);
      }
      if (!spent) {
        expand();
      }
      boolean full = spent || size + next > capacity || next == 0;
      if (!full && (size < wanted || size - checked < Math.max(block, size / 8))) {
        continue;
      }
      checked = size;
      RawPairs ritz = TridiagonalQl.solve(projected(), true);
      if (ritz == null) {
        return nothing(SolverStatus.FAILED);
      }
      double[] t = ritz.values();
      norm = Math.max(norm, Math.max(Math.abs(t[0]), Math.abs(t[size - 1])));
      if (asymmetry > plan.asymmetry() * norm) {
        return leading(ritz, SolverStatus.INCONSISTENT); // no iteration will mend that
      }
      if (next == 0) {
        return leading(ritz, SolverStatus.CONVERGED); // V spans everything
      }
      int converged = size < wanted ? 0 : converged(ritz);
      boolean saturated =
          Multiplicity.saturated(t, size, converged, wanted, block, this::tolerance);
      if (converged == wanted && !saturated && steps >= leastSteps) {
        return leading(ritz, SolverStatus.CONVERGED);
      }
      if (saturated && (spent || !grow()) && converged == wanted) {
        return leading(ritz, SolverStatus.MULTIPLICITY_UNKNOWN);
      }
      if (spent) {
        return leading(
            ritz,
            converged == wanted ? SolverStatus.MULTIPLICITY_UNKNOWN : SolverStatus.NOT_CONVERGED);
      }
      if (size + next > capacity) {
        restart(ritz);
        checked = size;
      }
    }
  }

  private RitzPairs nothing(SolverStatus status) {
    return new RitzPairs(new double[0], new double[0][], norm, status);
  }

  /** The map on the next block, its part in H, and the block after that. */
  private void expand() {
    double[][] w = map.apply(Arrays.copyOfRange(v, size, size + next));
    applied += next;
    steps++;
    int end = size + next;
    double[][] c = new double[next][end];
    for (int j = 0; j < next; j++) {
      double length = Vectors.norm(w[j]);
      norm = Math.max(norm, length); // ||A v|| <= ||A||
      Vectors.orthogonalize(w[j], v, end, c[j]);
    }
    for (int j = 0; j < next; j++) {
      for (int i = 0; i < size; i++) {
        asymmetry = Math.max(asymmetry, Math.abs(c[j][i] - predicted[i][j]));
        h[i][size + j] = c[j][i];
        h[size + j][i] = c[j][i];
      }
      for (int i = 0; i <= j; i++) {
        double other = c[i][size + j];
        asymmetry = Math.max(asymmetry, Math.abs(c[j][size + i] - other));
        double mean = 0.5 * (c[j][size + i] + other);
        h[size + i][size + j] = mean;
        h[size + j][size + i] = mean;
      }
    }
    last = next;
    size = end;
    factor(w);
    for (int i = 0; i < size; i++) {
      Arrays.fill(predicted[i], 0);
    }
    for (int i = 0; i < last; i++) {
      for (int j = 0; j < next; j++) {
        predicted[size - last + i][j] = coupling[j][i];
      }
    }
  }

  /** {@code W = Q R}; directions that vanish are replaced by random ones with a zero row in R. */
  private void factor(double[][] w) {
    next = Math.min(block, n - size);
    coupling = new double[next][last];
    if (v.length < size + next) {
      v = Arrays.copyOf(v, size + next);
    }
    double[] c = new double[size + next];
    int found = 0;
    for (int j = 0; j < w.length; j++) {
      double left = Vectors.orthogonalize(w[j], v, size + found, c);
      for (int i = 0; i < found; i++) {
        coupling[i][j] = c[size + i];
      }
      if (found < next && left > DEPENDENT * norm) {
        Vectors.scale(w[j], 1 / left);
        coupling[found][j] = left;
        v[size + found++] = w[j];
      }
    }
    for (; found < next; found++) {
      v[size + found] = Vectors.randomOrthogonal(random, v, size + found, n);
    }
  }

  private double[][] projected() {
    double[][] copy = new double[size][];
    for (int i = 0; i < size; i++) {
      copy[i] = Arrays.copyOf(h[i], size);
    }
    return copy;
  }

  /** {@code R y_last}: the coefficients of {@code A x - t x} on the next block. */
  private double[] residual(double[] y) {
    double[] r = new double[next];
    for (int i = 0; i < next; i++) {
      for (int j = 0; j < last; j++) {
        r[i] = Math.fma(coupling[i][j], y[size - last + j], r[i]);
      }
    }
    return r;
  }

  private double tolerance(double value) {
    return plan.tolerance() * (plan.relative() ? Math.abs(value) : norm);
  }

  /** How many of the leading pairs, from the largest on, are converged; at most as wanted. */
  private int converged(RawPairs ritz) {
    double[] t = ritz.values();
    double[][] y = java.util.Objects.requireNonNull(ritz.vectors());
    int count = 0;
    while (count < wanted) {
      int i = size - 1 - count;
      if (!(Vectors.norm(residual(y[i])) <= SHARE * tolerance(t[i]))) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Doubles the block by random vectors; false if memory or the dimension does not allow it. */
  private boolean grow() {
    int added = Math.min(block, n - size - next);
    if (added == 0) {
      return true; // the next block completes the space
    }
    int wider = next + added;
    int limit = plan.capacity(n, wanted, wider);
    if (limit < n && !plan.fits(limit, wanted, wider)) {
      return false;
    }
    v = Arrays.copyOf(v, Math.max(limit, size) + wider);
    for (int i = 0; i < added; i++) {
      v[size + next + i] = Vectors.randomOrthogonal(random, v, size + next + i, n);
    }
    coupling = Arrays.copyOf(coupling, wider);
    for (int i = next; i < wider; i++) {
      coupling[i] = new double[last];
    }
    if (limit > capacity) {
      h = Arrays.copyOf(h, limit);
      for (int i = 0; i < limit; i++) {
        h[i] = i < capacity ? Arrays.copyOf(h[i], limit) : new double[limit];
      }
      capacity = limit;
    }
    predicted = Arrays.copyOf(predicted, capacity);
    for (int i = 0; i < capacity; i++) {
      predicted[i] = predicted[i] == null ? new double[wider] : Arrays.copyOf(predicted[i], wider);
    }
    block = wider;
    next = wider;
    leastSteps = Math.max(leastSteps, steps);
    steps = 0;
    return true;
  }

  /** Keeps the leading Ritz vectors; they and Q satisfy the same relation as V. */
  private void restart(RawPairs ritz) {
    double[][] y = java.util.Objects.requireNonNull(ritz.vectors());
    int keep = plan.keep(capacity, wanted, next);
    double[][] c = new double[keep][];
    for (int i = 0; i < keep; i++) {
      c[i] = y[size - 1 - i];
    }
    double[][] kept = Vectors.combinations(c, v, size);
    double[][] r = new double[next][keep];
    for (int i = 0; i < keep; i++) {
      double[] residual = residual(c[i]);
      for (int j = 0; j < next; j++) {
        r[j][i] = residual[j];
        predicted[i][j] = residual[j];
      }
      Arrays.fill(h[i], 0);
      h[i][i] = ritz.values()[size - 1 - i];
    }
    double[][] q = Arrays.copyOfRange(v, size, size + next);
    System.arraycopy(kept, 0, v, 0, keep);
    System.arraycopy(q, 0, v, keep, next);
    Arrays.fill(v, keep + next, v.length, null);
    coupling = r;
    last = keep;
    size = keep;
  }

  private RitzPairs leading(RawPairs ritz, SolverStatus status) {
    int count = Math.min(wanted, size);
    double[][] y = java.util.Objects.requireNonNull(ritz.vectors());
    double[] values = new double[count];
    double[][] c = new double[count][];
    for (int i = 0; i < count; i++) {
      values[i] = ritz.values()[size - 1 - i];
      c[i] = y[size - 1 - i];
    }
    return new RitzPairs(values, Vectors.combinations(c, v, size), norm, status);
  }
}
