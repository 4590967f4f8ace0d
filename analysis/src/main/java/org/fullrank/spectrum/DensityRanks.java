package org.fullrank.spectrum;

import java.util.function.DoubleUnaryOperator;
import org.fullrank.rigor.Interval;

/** Ratios of traces of a {@link SpectralDensity}: how many directions a matrix has, and norms. */
final class DensityRanks {
  private DensityRanks() {}

  static SampledEstimate effectiveRank(SpectralDensity density) {
    double top = requirePositiveTop("effectiveRank", density);
    SampledEstimate ratio = density.functionTrace(x -> x / top);
    double shrink = top / (top + density.largestResidual());
    Interval x = ratio.interval();
    return new SampledEstimate(
        ratio.value(),
        ratio.standardError(),
        new Interval(Math.min(x.lo(), x.lo() * shrink), x.hi()),
        ratio.confidence(),
        ratio.probes(),
        ratio.operatorColumns(),
        ratio.method());
  }

  static SampledEstimate entropyRank(SpectralDensity density) {
    double top = requirePositiveTop("entropyRank", density);
    DoubleUnaryOperator part = x -> Math.max(x / top, 0);
    DoubleUnaryOperator entropy = x -> xLogX(part.applyAsDouble(x));
    double trace = density.functionTrace(part).value();
    double logs = density.functionTrace(entropy).value();
    // Entropy h(trace, logs) = log trace - logs / trace, linearised at the estimates.
    double h = Math.log(trace) - logs / trace;
    double slope = 1 / trace + logs / (trace * trace);
    SampledEstimate linear =
        density.functionTrace(
            x -> slope * part.applyAsDouble(x) - entropy.applyAsDouble(x) / trace);
    double offset = h - linear.value();
    return linear.mapIncreasing(x -> Math.exp(x + offset), Math.exp(h));
  }

  static SampledEstimate schattenNorm(SpectralDensity density, double p) {
    double scale =
        Math.max(Math.abs(density.smallestRitzValue()), Math.abs(density.largestRitzValue()));
    if (scale == 0) {
      return density.functionTrace(x -> 0);
    }
    SampledEstimate power = density.functionTrace(x -> Math.pow(Math.abs(x) / scale, p));
    double slope = scale / p * Math.pow(power.value(), 1 / p - 1);
    return power.mapIncreasing(x -> scale * Math.pow(Math.max(x, 0), 1 / p), slope);
  }

  private static double requirePositiveTop(String what, SpectralDensity density) {
    double top = density.largestRitzValue();
    if (!(top > 0)) {
      throw new IllegalArgumentException(
          what
              + " expects a positive semidefinite nonzero matrix but the largest Ritz value is "
              + top);
    }
    return top;
  }

  private static double xLogX(double x) {
    return x == 0 ? 0 : x * Math.log(x);
  }
}
