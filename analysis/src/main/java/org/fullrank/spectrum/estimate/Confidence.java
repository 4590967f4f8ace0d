package org.fullrank.spectrum.estimate;

import org.fullrank.rigor.Interval;

/**
 * Confidence intervals for means of quadratic forms {@code d u^T B u} of vectors {@code u} uniform
 * on a unit sphere of dimension {@code d}, each of which has expectation {@code tr B}.
 *
 * <p>Student's t interval with the larger of two variances: that of the sample, and the one that
 * the sphere predicts, {@code 2 d / (d + 2) (tr B^2 - (tr B)^2 / d)}. The sample variance alone is
 * not enough: where one eigenvalue dominates, a form is close to a chi-square variable with one
 * degree of freedom, and samples that miss the eigenvalue are small and look precise. The predicted
 * variance is a mean of the same probes, so it fluctuates far less. In that worst case ({@code B}
 * of rank one, large {@code d}) a nominal level of 99 % gives between 98.5 and 99.2 % for 2 to 1000
 * probes.
 */
final class Confidence {
  private Confidence() {}

  /** {@code 2 d / (d + 2) (tr B^2 - (tr B)^2 / d)}, not below 0. */
  static double predictedVariance(double d, double trace, double traceOfSquare) {
    return d <= 1 ? 0 : Math.max(0, 2 * d / (d + 2) * (traceOfSquare - trace / d * trace));
  }

  /**
   * The estimate {@code known + mean(samples)}.
   *
   * @param known a part without randomness
   * @param samples at least one; one sample has no variance of its own
   * @param predicted variance of a sample as the sphere predicts it
   * @param slack added to the half width: rounding and quadrature
   */
  static SampledEstimate mean(
      double known,
      double[] samples,
      double predicted,
      double slack,
      double level,
      long columns,
      String method) {
    int m = samples.length;
    double mean = mean(samples);
    double squares = 0;
    for (double x : samples) {
      squares += (x - mean) * (x - mean);
    }
    double variance = Math.max(predicted, m > 1 ? squares / (m - 1) : 0);
    double error = Math.sqrt(variance / m);
    double half = StudentT.twoSided(level, Math.max(1, m - 1)) * error + slack;
    double value = known + mean;
    return new SampledEstimate(
        value,
        error,
        Double.isFinite(half) ? Interval.around(value, half) : Interval.ENTIRE,
        level,
        m,
        columns,
        method);
  }

  /**
   * The same for samples that may depend on each other, each unbiased: the deviation of their mean
   * is at most that of one of them, so the interval is not divided by the square root of their
   * number. The standard error is, as if they were independent.
   */
  static SampledEstimate dependentMean(SampledEstimate independent, double slack) {
    double half =
        Math.max(0, independent.interval().hi() - independent.value() - slack)
                * Math.sqrt(independent.probes())
            + slack;
    return new SampledEstimate(
        independent.value(),
        independent.standardError(),
        Double.isFinite(half) ? Interval.around(independent.value(), half) : Interval.ENTIRE,
        independent.confidence(),
        independent.probes(),
        independent.operatorColumns(),
        independent.method());
  }

  static double mean(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v;
    }
    return sum / x.length;
  }

  /** What rounding may add to a sum of magnitude {@code size} over vectors of length n. */
  static double rounding(int n, double size, double unit) {
    return 8 * (n + 8) * unit * size;
  }
}
