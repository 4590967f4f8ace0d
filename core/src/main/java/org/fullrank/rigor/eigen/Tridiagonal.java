package org.fullrank.rigor.eigen;

import org.fullrank.rigor.kernel.SymmetricTimes;

/**
 * Largest eigenvalues of a small symmetric tridiagonal matrix, as Lanczos makes them. Plain
 * floating point: for choosing candidates, never for a proof.
 */
final class Tridiagonal {
  private final double[] diagonal;
  private final double[] off;
  private final int size;
  private final double reach;

  /** The leading block of order {@code size}; {@code off[i]} couples i and i + 1. */
  Tridiagonal(double[] diagonal, double[] off, int size) {
    this.diagonal = diagonal;
    this.off = off;
    this.size = size;
    double largest = Double.MIN_NORMAL;
    for (int i = 0; i < size; i++) {
      largest =
          Math.max(
              largest,
              Math.abs(diagonal[i])
                  + (i > 0 ? Math.abs(off[i - 1]) : 0)
                  + (i + 1 < size ? Math.abs(off[i]) : 0));
    }
    reach = largest;
  }

  /** Eigenvalue number {@code index}, 0 the largest, by bisection. */
  double largest(int index) {
    double lo = -reach;
    double hi = reach;
    for (int step = 0; step < 70; step++) {
      double mid = 0.5 * (lo + hi);
      if (countAbove(mid) > index) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return 0.5 * (lo + hi);
  }

  private int countAbove(double t) {
    int count = 0;
    double pivot = 1;
    for (int i = 0; i < size; i++) {
      double coupling = i == 0 ? 0 : off[i - 1] * off[i - 1];
      pivot = diagonal[i] - t - (i == 0 ? 0 : coupling / pivot);
      if (pivot == 0) {
        pivot = 1e-300 + 0x1p-53 * reach;
      }
      if (pivot > 0) {
        count++;
      }
    }
    return count;
  }

  /** A unit vector near the eigenvector: two steps of inverse iteration with pivoting. */
  double[] vector(double value) {
    double[] x = new double[size];
    java.util.Arrays.fill(x, 1);
    for (int step = 0; step < 2; step++) {
      solve(value, x);
      double norm = Math.sqrt(SymmetricTimes.dot(x, x, size));
      for (int i = 0; i < size; i++) {
        x[i] /= norm;
      }
    }
    return x;
  }

  /** {@code x <- (T - value)^-1 x}, with a tiny pivot in place of zero. */
  private void solve(double value, double[] x) {
    double[] d = new double[size];
    double[] u1 = new double[size];
    double[] u2 = new double[size];
    for (int i = 0; i < size; i++) {
      d[i] = diagonal[i] - value;
      u1[i] = i + 1 < size ? off[i] : 0;
    }
    for (int i = 0; i + 1 < size; i++) {
      double below = off[i];
      if (Math.abs(below) > Math.abs(d[i])) {
        double m = d[i] / below;
        double next = u1[i];
        d[i] = below;
        u1[i] = d[i + 1];
        u2[i] = u1[i + 1];
        d[i + 1] = next - m * u1[i];
        u1[i + 1] = -m * u2[i];
        double swap = x[i];
        x[i] = x[i + 1];
        x[i + 1] = swap - m * x[i];
      } else {
        double m = below / pivot(d[i]);
        d[i + 1] -= m * u1[i];
        x[i + 1] -= m * x[i];
      }
    }
    for (int i = size - 1; i >= 0; i--) {
      double s = x[i];
      s -= i + 1 < size ? u1[i] * x[i + 1] : 0;
      s -= i + 2 < size ? u2[i] * x[i + 2] : 0;
      x[i] = s / pivot(d[i]);
    }
  }

  private double pivot(double d) {
    double tiny = 0x1p-53 * reach;
    return Math.abs(d) >= tiny ? d : Math.copySign(tiny, d);
  }
}
