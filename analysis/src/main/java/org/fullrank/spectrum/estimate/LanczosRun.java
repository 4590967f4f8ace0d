package org.fullrank.spectrum.estimate;

import java.util.Arrays;
import org.fullrank.spectrum.solver.RawPairs;
import org.fullrank.spectrum.solver.TridiagonalQl;

/** The Lanczos recurrence of one start vector, with full reorthogonalisation (done twice). */
final class LanczosRun {
  private final double[] diagonal;
  private final double[] off;
  private final double unit;
  private final int n;
  private double[][] basis;
  private int size;
  private double norm;
  private double asymmetry;
  private boolean active = true;

  LanczosRun(double[] start, int steps, double unit) {
    this.basis = new double[steps][];
    this.basis[0] = start;
    this.n = start.length;
    this.diagonal = new double[steps];
    this.off = new double[steps];
    this.unit = unit;
  }

  boolean isActive() {
    return active;
  }

  /** The vector to be multiplied next. */
  double[] current() {
    return basis[size];
  }

  /** One step with the image of {@link #current}, which is overwritten. */
  void advance(double[] w) {
    double image = ProbeVectors.norm(w);
    double[] first = ProbeVectors.project(basis, size + 1, w);
    double[] second = ProbeVectors.project(basis, size + 1, w);
    for (int j = 0; j < size; j++) {
      // A symmetric matrix couples only neighbours, and those alike in both directions.
      double expected = j == size - 1 ? off[j] : 0;
      asymmetry = Math.max(asymmetry, Math.abs(first[j] - expected));
    }
    diagonal[size] = first[size] + second[size];
    double beta = ProbeVectors.norm(w);
    norm = Math.max(norm, image);
    // What is left is rounding once it is this small: the Krylov space is exhausted.
    boolean exhausted = size + 1 == n || !(beta > 4 * n * unit * norm);
    off[size] = exhausted ? 0 : beta;
    size++;
    active = !exhausted && size < basis.length;
    if (active) {
      ProbeVectors.scale(w, 1 / beta);
      basis[size] = w;
    }
  }

  /** The largest {@code |u^T A v - v^T A u|} of two basis vectors. */
  double asymmetry() {
    return asymmetry;
  }

  /** The largest {@code ||A v||} of a basis vector. */
  double norm() {
    return norm;
  }

  /** The quadrature needs only the tridiagonal matrix. */
  void releaseBasis() {
    basis = new double[0][];
  }

  /** The quadrature of the first {@code steps} steps, in the units of the operator. */
  ProbeMeasure measure(int steps, ProbeOperator operator) {
    int k = Math.min(steps, size);
    double[][] t = new double[k][k];
    for (int j = 0; j < k; j++) {
      t[j][j] = diagonal[j];
      if (j + 1 < k) {
        t[j][j + 1] = off[j];
        t[j + 1][j] = off[j];
      }
    }
    RawPairs pairs = TridiagonalQl.solve(t, true);
    if (pairs == null || pairs.vectors() == null) {
      throw new IllegalStateException(
          "StochasticLanczos expects the QL iteration on a tridiagonal matrix of order "
              + k
              + " to converge but it did not; another seed or fewer steps help");
    }
    double[] weights = new double[k];
    double[] residuals = new double[k];
    for (int j = 0; j < k; j++) {
      double[] y = pairs.vectors()[j];
      weights[j] = y[0] * y[0];
      residuals[j] = operator.unscaled(off[k - 1] * Math.abs(y[k - 1]));
    }
    double[] nodes = Arrays.stream(pairs.values()).map(operator::unscaled).toArray();
    return new ProbeMeasure(nodes, weights, residuals, off[k - 1] == 0);
  }
}
