package org.fullrank.spectrum.estimate;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import org.fullrank.rigor.Interval;

/** The distribution function of a {@link SpectralDensity} and its inverse. */
final class DensityDistribution {
  private final SpectralDensity density;
  private final List<ProbeMeasure> measures;
  private final double confidence;
  private final double unit;

  DensityDistribution(
      SpectralDensity density, List<ProbeMeasure> measures, double confidence, double unit) {
    this.density = density;
    this.measures = measures;
    this.confidence = confidence;
    this.unit = unit;
  }

  SampledEstimate cumulative(double t) {
    double fuzz = fuzz();
    Interval low = share(m -> m.cumulativeAtLeast(t - fuzz)).interval();
    Interval high = share(m -> m.cumulativeAtMost(t + fuzz)).interval();
    SampledEstimate mid = share(m -> 0.5 * m.cumulativeAtLeast(t) + 0.5 * m.cumulativeAtMost(t));
    double v = Math.max(0, Math.min(1, mid.value()));
    double lo = Math.max(0, Math.min(low.lo(), v));
    double hi = Math.min(1, Math.max(high.hi(), v));
    double sampling = mid.interval().hi() - mid.value();
    double quadrature = Math.max(v - lo, hi - v) - sampling;
    return estimate(v, mid.standardError(), lo, hi)
        .withMethod(SpectralDensity.method(quadrature, sampling));
  }

  /** Rounding of Ritz values: eigenvalues this close to a number are on either side of it. */
  private double fuzz() {
    return 16
        * density.order()
        * unit
        * Math.max(Math.abs(density.smallestRitzValue()), Math.abs(density.largestRitzValue()));
  }

  private SampledEstimate share(ToDoubleFunction<ProbeMeasure> form) {
    int n = density.order();
    double[] samples = measures.stream().mapToDouble(form).toArray();
    double mean = Math.min(1, Confidence.mean(samples));
    // A projection P has tr P^2 = tr P = n mean; a share is tr P / n.
    double variance = Confidence.predictedVariance(n, n * mean, n * mean) / n / n;
    double slack = Confidence.rounding(n, 1, unit);
    return Confidence.mean(
        0, samples, variance, slack, confidence, density.operatorColumns(), SpectralDensity.METHOD);
  }

  SampledEstimate quantile(double q) {
    double[] candidates =
        measures.stream().flatMapToDouble(m -> Arrays.stream(m.nodes())).sorted().toArray();
    // The last Ritz value whose share is certainly too small: the quantile lies above it.
    int first = firstReaching(candidates, t -> cumulative(t).interval().hi() >= q);
    double lo = candidates[Math.max(0, first - 1)];
    double value = candidates[firstReaching(candidates, t -> cumulative(t).value() >= q)];
    // Evaluated just above the candidate, so that the eigenvalue it stands for counts.
    double above = 2 * fuzz();
    double hi =
        above
            + candidates[
                firstReaching(candidates, t -> cumulative(t + above).interval().lo() >= q)];
    double t = StudentT.twoSided(confidence, measures.size() - 1);
    return estimate(value, (hi - lo) / (2 * t), lo, hi);
  }

  /** Bisection: all conditions are monotone in {@code t}. The last index if none reaches. */
  private static int firstReaching(double[] candidates, DoublePredicate reached) {
    int lo = -1;
    int hi = candidates.length - 1;
    while (hi - lo > 1) {
      int mid = (lo + hi) >>> 1;
      if (reached.test(candidates[mid])) {
        hi = mid;
      } else {
        lo = mid;
      }
    }
    return hi;
  }

  private SampledEstimate estimate(double value, double error, double lo, double hi) {
    return new SampledEstimate(
        value,
        error,
        new Interval(lo, hi),
        confidence,
        measures.size(),
        density.operatorColumns(),
        SpectralDensity.METHOD);
  }
}
