package org.fullrank.rigor.eigen;

import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.SymmetricTimes;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Upper bounds for the spectral norm of a symmetric matrix with non-negative entries: the radii of
 * an interval matrix.
 *
 * <p>The norm is the Perron root, so that {@code max_i (R x)_i / x_i} is a bound for every positive
 * vector x (Collatz, Wielandt). The vector of ones gives the largest row sum; a few power steps
 * make it much smaller where the rows differ. The Frobenius norm is a third bound. Cost: six
 * passes.
 */
final class PerronBound {
  private static final int STEPS = 10;

  /** Smallest entry of a trial vector; the largest is 1. */
  private static final double FLOOR = 0x1p-30;

  private PerronBound() {}

  /**
   * Bounds the spectral norm of every matrix with {@code |D_ij| <= radii[i][j]}.
   *
   * @param radii {@code [n][n]}, symmetric, at least 0, finite
   */
  static double upper(double[][] radii) {
    int n = radii.length;
    double best = Norms.frobenius(radii).hi();
    double[] x = new double[n];
    java.util.Arrays.fill(x, 1);
    for (int step = 0; step <= STEPS; step++) {
      double[] y = new double[n];
      double quotient = 0;
      double largest = 0;
      for (int i = 0; i < n; i++) {
        y[i] = SymmetricTimes.dot(radii[i], x, n);
        double product = Norms.ofNonNegativeTerms(y[i], n, ErrorTerms.underflow(n)).hi();
        quotient = Math.max(quotient, product > 0 ? Rounding.divideUp(product, x[i]) : 0);
        largest = Math.max(largest, y[i]);
      }
      best = Math.min(best, quotient);
      if (!(largest > 0 && largest <= Double.MAX_VALUE)) {
        break;
      }
      for (int i = 0; i < n; i++) {
        // The geometric mean of both: without it, bipartite patterns oscillate.
        x[i] = Math.max(Math.sqrt(x[i] * (y[i] / largest)), FLOOR);
      }
    }
    return best;
  }
}
