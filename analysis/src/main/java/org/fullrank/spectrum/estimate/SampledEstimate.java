package org.fullrank.spectrum.estimate;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;

/**
 * A number estimated from random probes.
 *
 * <p>The interval is a confidence interval: over the random choice of the probes it contains the
 * true value with about the stated probability. It accounts for sampling; what it takes from other
 * errors, if anything, is said by the method that made it. It is never a proof.
 *
 * @param value the estimate
 * @param standardError estimated standard deviation of the estimate, at least 0
 * @param interval confidence interval, contains the estimate
 * @param confidence nominal probability in {@code (0, 1)}
 * @param probes number of random probes that the interval rests on
 * @param operatorColumns vectors that the operator was applied to
 * @param method how it was obtained
 */
public record SampledEstimate(
    double value,
    double standardError,
    Interval interval,
    double confidence,
    int probes,
    long operatorColumns,
    String method) {

  /** Checks that the interval belongs to the value. */
  public SampledEstimate {
    Objects.requireNonNull(method, "method");
    if (!Double.isFinite(value) || !interval.contains(value) || !(standardError >= 0)) {
      throw new IllegalArgumentException(
          "SampledEstimate expects a finite value inside its interval and a standard error >= 0"
              + " but got "
              + value
              + ", "
              + interval
              + ", "
              + standardError);
    }
    requireConfidence("SampledEstimate", confidence);
  }

  static void requireConfidence(String where, double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          where + " expects a confidence in (0, 1) but got " + confidence);
    }
  }

  /**
   * The confidence interval as a quantity about the stored matrix; for an operator without storage
   * that is the matrix whose products its {@code apply} returns.
   *
   * @param symbol name in formulas
   * @return with rigor {@code SAMPLED}
   */
  public Quantity quantity(String symbol) {
    return Quantity.sampled(
        symbol, interval, Subject.STORED_MATRIX, method + ", confidence " + confidence);
  }

  /** Value and interval under a non-decreasing function; standard error to first order. */
  SampledEstimate mapIncreasing(DoubleUnaryOperator f, double slope) {
    double v = f.applyAsDouble(value);
    return new SampledEstimate(
        v,
        Math.abs(slope) * standardError,
        new Interval(
            Math.min(v, f.applyAsDouble(interval.lo())),
            Math.max(v, f.applyAsDouble(interval.hi()))),
        confidence,
        probes,
        operatorColumns,
        method);
  }

  SampledEstimate withMethod(String other) {
    return new SampledEstimate(
        value, standardError, interval, confidence, probes, operatorColumns, other);
  }

  SampledEstimate times(double factor) {
    return mapIncreasing(x -> factor * x, factor);
  }
}
