package org.fullrank.spectrum.estimate;

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
    double level = 0.5 + 0.5 * density.confidence();
    SampledEstimate trace = density.functionTrace(part, level);
    SampledEstimate logs = density.functionTrace(entropy, level);
    double most = Math.log(density.order());
    double h = Math.max(0, Math.min(most, entropy(trace.value(), logs.value())));
    double tracesFrom = Math.max(trace.interval().lo(), Double.MIN_NORMAL);
    double tracesTo = Math.max(trace.interval().hi(), tracesFrom);
    double logsFrom = Math.min(0, logs.interval().lo());
    double logsTo = Math.min(0, logs.interval().hi());
    // entropy decreases in the logs; in the trace it falls up to -logs and rises from there on.
    double valley = Math.max(tracesFrom, Math.min(-logsTo, tracesTo));
    double lo = entropy(valley, logsTo);
    double hi = Math.max(entropy(tracesFrom, logsFrom), entropy(tracesTo, logsFrom));
    double rank = Math.exp(h);
    return new SampledEstimate(
        rank,
        rank * (trace.standardError() + logs.standardError()) / trace.value(),
        new Interval(
            Math.exp(Math.max(0, Math.min(lo, h))), Math.exp(Math.min(most, Math.max(hi, h)))),
        density.confidence(),
        trace.probes(),
        trace.operatorColumns(),
        logs.method());
  }

  /** {@code -sum p log p} for weights {@code x} of sum {@code trace} and {@code sum x log x}. */
  private static double entropy(double trace, double logs) {
    return Math.log(trace) - logs / trace;
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

  static double requireFinite(double value, double at) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "functionTrace expects a function finite on the spectrum but got "
              + value
              + " at the Ritz value "
              + at
              + "; for a matrix that is not positive definite add a ridge");
    }
    return value;
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
