package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.Rayleigh;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The product {@code A x} of an approximate eigenvector, enclosed with doubled working precision,
 * and what follows from it. Whole rows are multiplied, so the cancellation in {@code A x} happens
 * inside the doubled precision, unlike in {@link Rayleigh}. Cost: {@code n^2} terms at 1.5 ns.
 */
final class Residual {
  /** Rows that are completed together, so that columns are read in pieces of a cache line. */
  private static final int BLOCK = 8;

  private final double[] x;
  private final Interval[] product;

  /**
   * Encloses {@code sign A x}.
   *
   * @param x not zero, entries of moderate size, see {@link Rayleigh#normalized}
   */
  Residual(double[][] lower, double sign, double[] x) {
    int n = lower.length;
    this.x = x;
    this.product = new Interval[n];
    double[][] rows = new double[BLOCK][n];
    for (int i0 = 0; i0 < n; i0 += BLOCK) {
      int i1 = Math.min(n, i0 + BLOCK);
      for (int i = i0; i < i1; i++) {
        System.arraycopy(lower[i], 0, rows[i - i0], 0, i + 1);
      }
      for (int k = i0 + 1; k < n; k++) {
        double[] row = lower[k];
        for (int i = i0; i < Math.min(i1, k); i++) {
          rows[i - i0][k] = row[i];
        }
      }
      for (int i = i0; i < i1; i++) {
        product[i] = Dot2.dot(rows[i - i0], x, n).multiply(sign);
      }
    }
  }

  /** Encloses the Rayleigh quotient {@code x^T A x / x^T x}. */
  Interval quotient() {
    int n = x.length;
    double[] mids = new double[n];
    double slack = 0;
    for (int i = 0; i < n; i++) {
      Interval p = product[i];
      mids[i] = p.mid();
      double radius =
          Math.max(Rounding.subtractUp(p.hi(), mids[i]), Rounding.subtractUp(mids[i], p.lo()));
      slack = Rounding.addUp(slack, Rounding.multiplyUp(Math.abs(x[i]), radius));
    }
    if (!(slack <= Double.MAX_VALUE)) {
      return Interval.ENTIRE;
    }
    return Dot2.dot(x, mids, n).add(new Interval(-slack, slack)).divide(Dot2.dot(x, x, n));
  }

  /** Encloses {@code ||A x - t x||^2 / ||x||^2}. */
  Interval square(double t) {
    Interval sum = Interval.ZERO;
    for (int i = 0; i < x.length; i++) {
      sum = sum.add(product[i].subtract(Interval.of(t).multiply(x[i])).square());
    }
    return sum.divide(Dot2.dot(x, x, x.length));
  }
}
