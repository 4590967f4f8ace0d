package org.fullrank.ntk;

/**
 * A power law {@code t_j = factor j^-exponent} fitted to eigenvalues; computed.
 *
 * @param exponent positive for decay
 * @param from first index of the range, from 1
 * @param to last index
 * @param rSquared coefficient of determination of the logarithms, in {@code [0, 1]}; 1 if they are
 *     all equal and so fitted exactly
 */
public record DecayFit(double exponent, int from, int to, double rSquared) {
  /** Least squares in logarithms. */
  static DecayFit of(double[] values, int from) {
    int m = values.length;
    double[] x = new double[m];
    double[] y = new double[m];
    double meanX = 0;
    double meanY = 0;
    for (int j = 0; j < m; j++) {
      x[j] = Math.log(from + j);
      // Relative to the first, so that a common factor leaves no trace but rounding.
      y[j] = Math.log(values[j] / values[0]);
      meanX += x[j] / m;
      meanY += y[j] / m;
    }
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int j = 0; j < m; j++) {
      xx += (x[j] - meanX) * (x[j] - meanX);
      xy += (x[j] - meanX) * (y[j] - meanY);
      yy += (y[j] - meanY) * (y[j] - meanY);
    }
    // Logarithms of equal eigenvalues differ by rounding: nothing to explain.
    boolean flat = yy <= m * 1e-26;
    double r = flat ? 1 : Math.min(1, xy / xx * (xy / yy));
    return new DecayFit(flat ? 0 : -xy / xx, from, from + m - 1, r);
  }
}
