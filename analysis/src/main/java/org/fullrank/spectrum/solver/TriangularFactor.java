package org.fullrank.spectrum.solver;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.kernel.Cholesky;
import org.jspecify.annotations.Nullable;

/**
 * {@code (sign A - shift I)^-1} as a map, by a Cholesky factor in plain Java. It is repeatable to
 * the bit and needs no check of a native result.
 */
final class TriangularFactor implements BlockMap {
  private final double[][] lower;

  private TriangularFactor(double[][] lower) {
    this.lower = lower;
  }

  /** The map in scaled units, or null if the shifted matrix is not numerically definite. */
  static @Nullable TriangularFactor of(StoredMatrix a, int sign, double shift) {
    double[][] rows = a.rows();
    int n = rows.length;
    double[][] shifted = rows;
    if (sign < 0) {
      shifted = new double[n][];
      for (int i = 0; i < n; i++) {
        shifted[i] = new double[i + 1];
        for (int j = 0; j <= i; j++) {
          shifted[i][j] = -rows[i][j];
        }
      }
    }
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      diagonal[i] = shifted[i][i];
      shifted[i][i] -= shift;
    }
    // The factorisation copies its argument, so the shift can be taken back.
    Cholesky factor = Cholesky.of(shifted, Runtime.getRuntime().availableProcessors());
    for (int i = 0; i < n; i++) {
      shifted[i][i] = diagonal[i];
    }
    if (!factor.completed()) {
      return null;
    }
    double[][] lower = new double[n][];
    for (int i = 0; i < n; i++) {
      lower[i] = factor.row(i);
    }
    return new TriangularFactor(lower);
  }

  @Override
  public double[][] apply(double[][] block) {
    Cancellation.check("A solution with a factor");
    double[][] x = new double[block.length][];
    for (int j = 0; j < x.length; j++) {
      x[j] = block[j].clone();
    }
    int n = lower.length;
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      for (double[] y : x) {
        y[i] = (y[i] - Vectors.dot(row, y, i)) / row[i];
      }
    }
    for (int i = n - 1; i >= 0; i--) {
      double[] row = lower[i];
      for (double[] y : x) {
        double s = y[i] / row[i];
        y[i] = s;
        subtract(s, row, y, i);
      }
    }
    return x;
  }

  private static void subtract(double factor, double[] x, double[] y, int count) {
    for (int k = 0; k < count; k++) {
      y[k] = Math.fma(-factor, x[k], y[k]);
    }
  }
}
