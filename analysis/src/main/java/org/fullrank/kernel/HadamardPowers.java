package org.fullrank.kernel;

import org.fullrank.rigor.rounding.Rounding;

/**
 * Lower bounds of the smallest eigenvalues of all entrywise powers of a correlation matrix (unit
 * diagonal, positive semidefinite): {@code lambda_min(R^(o r)) >= max(lambda_min(R), 1 - max_i
 * sum_(j != i) |R_ij|^r, 0)} for {@code r >= 1}, by Schur's product theorem and Gershgorin's.
 *
 * <p>{@code 0^0 = 1}, so the power 0 is the matrix of ones.
 */
final class HadamardPowers {
  private final double[] lower;

  private HadamardPowers(double[] lower) {
    this.lower = lower;
  }

  /**
   * The powers up to {@code terms + 1}.
   *
   * @param magnitudes upper bounds, at most 1, of the absolute entries off the diagonal
   * @param lambdaMin a lower bound, at least 0, of the smallest eigenvalue of the matrix
   */
  static HadamardPowers of(double[][] magnitudes, double lambdaMin, int terms) {
    int n = magnitudes.length;
    double[] lower = new double[terms + 2];
    lower[0] = n == 1 ? 1 : 0;
    double[][] power = new double[n][n];
    for (double[] row : power) {
      java.util.Arrays.fill(row, 1);
    }
    for (int r = 1; r < lower.length; r++) {
      double largest = 0;
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          if (j != i) {
            power[i][j] = Rounding.multiplyUp(power[i][j], magnitudes[i][j]);
            sum = Rounding.addUp(sum, power[i][j]);
          }
        }
        largest = Math.max(largest, sum);
      }
      lower[r] = Math.max(Math.max(lambdaMin, Rounding.subtractDown(1, largest)), 0);
    }
    return new HadamardPowers(lower);
  }

  /** For power r; the largest index stands for all higher powers, whose bounds are no smaller. */
  double lower(int r) {
    return lower[r];
  }
}
