package org.fullrank.rigor.eigen;

import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.rigor.kernel.Rayleigh;
import org.jspecify.annotations.Nullable;

/**
 * An approximate eigenvector for the largest eigenvalue of a positive semidefinite matrix, by a few
 * power steps and then inverse iteration with shifts above the spectrum, which separates values
 * that are close. Not trusted by its callers.
 */
final class TopEigenvector {
  private static final int POWER_STEPS = 8;
  private static final int ROUNDS = 12;
  private static final int SOLVES = 6;
  private static final double TOLERANCE = 1e-11;

  private final double[][] lower;
  private double[] x;
  private double value;
  private double residual;

  private TopEigenvector(double[][] lower, double[] x) {
    this.lower = lower;
    this.x = x;
  }

  /**
   * Iterates.
   *
   * @param lower rows of the lower triangle
   * @param suggestion a first vector
   * @return null if everything vanishes or overflows
   */
  static @Nullable TopEigenvector of(
      double[][] lower, double @Nullable [] suggestion, int threads) {
    int n = lower.length;
    double[] start = suggestion == null ? null : Rayleigh.normalized(suggestion, n);
    TopEigenvector t = new TopEigenvector(lower, start == null ? startVector(n) : start);
    for (int step = 0; step < POWER_STEPS; step++) {
      double[] next = Rayleigh.normalized(t.times(t.x), n);
      if (next == null) {
        return null;
      }
      t.x = next;
    }
    t.measure();
    for (int round = 0; round < ROUNDS && t.residual > TOLERANCE * t.value; round++) {
      if (!t.iterateInversely(threads)) {
        break;
      }
    }
    return t;
  }

  double[] vector() {
    return x.clone();
  }

  /** The Rayleigh quotient. */
  double value() {
    return value;
  }

  private boolean iterateInversely(int threads) {
    int n = lower.length;
    double step = Math.max(residual, 0x1p-50 * n * value);
    Cholesky factor = shifted(value + step, threads);
    boolean between = !factor.completed();
    for (int k = 0; k < 16 && !factor.completed(); k++) {
      step *= 8;
      factor = shifted(value + step, threads);
    }
    if (!factor.completed()) {
      return false;
    }
    // The closer the shift is to the spectrum, the better it separates.
    for (int k = 0; k < 2 && between; k++) {
      step /= 2;
      Cholesky closer = shifted(value + step, threads);
      between = closer.completed();
      factor = between ? closer : factor;
    }
    double[][] l = new double[n][];
    for (int i = 0; i < n; i++) {
      l[i] = factor.row(i);
    }
    double old = value;
    for (int solve = 0; solve < SOLVES; solve++) {
      double[] next = Rayleigh.normalized(solve(l, x), n);
      if (next == null) {
        return false;
      }
      x = next;
    }
    measure();
    return value > old;
  }

  private Cholesky shifted(double shift, int threads) {
    double[][] a = new double[lower.length][];
    for (int i = 0; i < a.length; i++) {
      a[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        a[i][j] = -lower[i][j];
      }
      a[i][i] += shift;
    }
    return Cholesky.of(a, threads);
  }

  private static double[] solve(double[][] l, double[] b) {
    int n = b.length;
    double[] x = b.clone();
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        x[i] = Math.fma(-l[i][k], x[k], x[i]);
      }
      x[i] /= l[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      x[i] /= l[i][i];
      for (int k = 0; k < i; k++) {
        x[k] = Math.fma(-x[i], l[i][k], x[k]);
      }
    }
    return x;
  }

  private void measure() {
    double[] y = times(x);
    double form = 0;
    double square = 0;
    for (int i = 0; i < x.length; i++) {
      form += x[i] * y[i];
      square += x[i] * x[i];
    }
    value = form / square;
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double r = y[i] - value * x[i];
      sum += r * r;
    }
    residual = Math.sqrt(sum / square);
  }

  /** The symmetric product with a vector, floating point. */
  private double[] times(double[] v) {
    int n = v.length;
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      double sum = row[i] * v[i];
      double vi = v[i];
      for (int j = 0; j < i; j++) {
        sum = Math.fma(row[j], v[j], sum);
        y[j] = Math.fma(row[j], vi, y[j]);
      }
      y[i] += sum;
    }
    return y;
  }

  /** A fixed vector without symmetry: fractional parts of multiples of the golden ratio. */
  private static double[] startVector(int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      double t = (i + 1) * 0.6180339887498949;
      x[i] = 0.25 + (t - Math.floor(t)) * ((i & 1) == 0 ? 1 : -1);
    }
    return x;
  }
}
