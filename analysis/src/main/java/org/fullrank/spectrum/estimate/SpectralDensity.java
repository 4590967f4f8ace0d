package org.fullrank.spectrum.estimate;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.fullrank.rigor.Interval;

/**
 * The spectral density of a symmetric matrix of order {@code n}, estimated by {@link
 * StochasticLanczos}, and the traces {@code tr f(A) = n E[f]} that follow from it.
 *
 * <p><b>Confidence intervals.</b> Student's t over the probes, with the larger of the sample
 * variance and the variance that uniform probes must have, {@code 2 n / (n + 2) (tr f(A)^2 - (tr
 * f(A))^2 / n)}, evaluated with the same quadrature. They account for sampling. The quadrature
 * error of a function that is no polynomial is estimated by the change of the estimate when half of
 * the Lanczos steps are left out, and added; that is an indicator, not a bound. It is too small
 * while doubling the steps does not yet halve the error: for a logarithm or a power with a
 * singularity near the spectrum, steps well below the square root of the condition number (with the
 * ridge) give intervals that miss. {@link #cumulative} needs no indicator: the
 * Chebyshev-Markov-Stieltjes inequality bounds its quadrature error. Errors of the operator's own
 * products are not accounted for.
 *
 * <p>Where the quadrature error is larger than the sampling error, the method of the estimate says
 * so: more steps narrow such an interval, more probes do not.
 */
public final class SpectralDensity {
  static final String METHOD = "stochastic Lanczos quadrature";

  private final int n;
  private final List<ProbeMeasure> fine;
  private final List<ProbeMeasure> coarse;
  private final double confidence;
  private final long operatorColumns;
  private final double unit;
  private final DensityDistribution distribution;

  SpectralDensity(
      int n,
      List<ProbeMeasure> fine,
      List<ProbeMeasure> coarse,
      double confidence,
      long operatorColumns,
      double unit) {
    this.n = n;
    this.fine = List.copyOf(fine);
    this.coarse = List.copyOf(coarse);
    this.confidence = confidence;
    this.operatorColumns = operatorColumns;
    this.unit = unit;
    this.distribution = new DensityDistribution(this, fine, confidence, unit);
  }

  /**
   * The order of the matrix.
   *
   * @return n
   */
  public int order() {
    return n;
  }

  /**
   * The number of random vectors.
   *
   * @return at least 2
   */
  public int probes() {
    return fine.size();
  }

  /**
   * Vectors that the operator was applied to.
   *
   * @return a positive count
   */
  public long operatorColumns() {
    return operatorColumns;
  }

  /**
   * The quadrature nodes of one probe: Ritz values, all inside the spectrum.
   *
   * @param probe from 0
   * @return ascending
   */
  public double[] nodes(int probe) {
    return measure(probe).nodes().clone();
  }

  /**
   * The weights of {@link #nodes}; the density gives each of them {@code 1/probes} of its weight.
   *
   * @param probe from 0
   * @return non-negative, of sum 1
   */
  public double[] weights(int probe) {
    return measure(probe).weights().clone();
  }

  private ProbeMeasure measure(int probe) {
    if (probe < 0 || probe >= fine.size()) {
      throw new IllegalArgumentException(
          "SpectralDensity expects a probe below " + fine.size() + " but got " + probe);
    }
    return fine.get(probe);
  }

  /**
   * The smallest Ritz value, an upper estimate of the smallest eigenvalue.
   *
   * @return not below the smallest eigenvalue, up to rounding
   */
  public double smallestRitzValue() {
    return fine.stream().mapToDouble(ProbeMeasure::smallest).min().orElseThrow();
  }

  /**
   * The largest Ritz value, a lower estimate of the largest eigenvalue.
   *
   * @return not above the largest eigenvalue, up to rounding
   */
  public double largestRitzValue() {
    return fine.stream().mapToDouble(ProbeMeasure::largest).max().orElseThrow();
  }

  /** The largest Ritz value and the residual norm of its vector. */
  double largestResidual() {
    double top = largestRitzValue();
    ProbeMeasure best = fine.stream().filter(m -> m.largest() == top).findFirst().orElseThrow();
    return best.residuals()[best.residuals().length - 1];
  }

  /**
   * {@code tr f(A)}, the sum of {@code f} over the eigenvalues.
   *
   * @param f finite on the spectrum; smooth functions have small quadrature error
   * @return the estimate with its confidence interval
   * @throws IllegalArgumentException if {@code f} is not finite at a Ritz value
   */
  public SampledEstimate functionTrace(DoubleUnaryOperator f) {
    return functionTrace(f, confidence);
  }

  SampledEstimate functionTrace(DoubleUnaryOperator f, double level) {
    return functionTrace(f, level, 0);
  }

  /**
   * An increasing function of a positive semidefinite matrix with a singularity at {@code -ridge}.
   * Where the bottom of the spectrum has settled on that scale the indicator serves; otherwise the
   * quadrature error is bounded, at the price of a wide interval.
   */
  private SampledEstimate increasingTrace(DoubleUnaryOperator f, double ridge) {
    double settled = smallestRitzValue();
    double before = coarse.stream().mapToDouble(ProbeMeasure::smallest).min().orElseThrow();
    if (Math.abs(before - settled) <= 0.1 * (settled + ridge)) {
      return functionTrace(f);
    }
    double most = largestRitzValue() + largestResidual();
    double bound = 0;
    for (ProbeMeasure m : fine) {
      bound = Math.max(bound, n * m.monotoneError(f, 0, most));
    }
    if (!Double.isFinite(bound)) {
      throw new IllegalArgumentException(
          "expected a spectrum resolved down to its smallest eigenvalue but got one whose smallest"
              + " Ritz value still moves from "
              + before
              + " to "
              + settled
              + "; use more Lanczos steps or a positive ridge");
    }
    return functionTrace(f, confidence, bound);
  }

  private SampledEstimate functionTrace(DoubleUnaryOperator f, double level, double bound) {
    DoubleUnaryOperator checked = x -> DensityRanks.requireFinite(f.applyAsDouble(x), x);
    double[] samples = samples(fine, m -> m.sum(checked));
    double[] rough = samples(coarse, m -> m.sum(checked));
    double mean = Confidence.mean(samples);
    double square = Confidence.mean(samples(fine, m -> m.sum(x -> sqr(checked.applyAsDouble(x)))));
    double size =
        Confidence.mean(samples(fine, m -> m.sum(x -> Math.abs(checked.applyAsDouble(x)))));
    double indicator = Math.abs(mean - Confidence.mean(rough));
    double quadrature = Math.max(bound, indicator);
    double rounding = Confidence.rounding(n, size, unit);
    double variance = Confidence.predictedVariance(n, mean, square);
    SampledEstimate estimate =
        Confidence.mean(
            0, samples, variance, quadrature + rounding, level, operatorColumns, METHOD);
    double sampling = estimate.interval().hi() - estimate.value() - quadrature;
    return estimate.withMethod(method(quadrature, sampling));
  }

  /**
   * The method with a remedy where the quadrature error dominates.
   *
   * @param sampling half width of the interval without the quadrature error
   */
  static String method(double quadrature, double sampling) {
    if (!(quadrature > sampling)) {
      return METHOD;
    }
    return METHOD
        + "; most of the interval is quadrature error, which more steps (withSteps) reduce and more"
        + " probes do not";
  }

  private static double sqr(double x) {
    return x * x;
  }

  double confidence() {
    return confidence;
  }

  private double[] samples(List<ProbeMeasure> measures, ToDoubleFunction<ProbeMeasure> form) {
    return measures.stream().mapToDouble(m -> n * form.applyAsDouble(m)).toArray();
  }

  /**
   * A moment of the density, {@code tr A^p / n}; without quadrature error below twice the number of
   * steps.
   *
   * @param power at least 0
   * @return the estimate
   */
  public SampledEstimate moment(int power) {
    if (power < 0) {
      throw new IllegalArgumentException("moment expects a power >= 0 but got " + power);
    }
    return functionTrace(x -> Math.pow(x, power)).times(1.0 / n);
  }

  /**
   * The trace.
   *
   * @return {@code tr A}
   */
  public SampledEstimate trace() {
    return functionTrace(x -> x);
  }

  /**
   * {@code log det (A + ridge I)} of a positive semidefinite matrix.
   *
   * @param ridge added to all eigenvalues; 0 for a positive definite matrix
   * @return the estimate
   * @throws IllegalArgumentException if {@code A + ridge I} has a Ritz value {@code <= 0}, or if
   *     the ridge is 0 and the smallest Ritz value has not settled
   */
  public SampledEstimate logDeterminant(double ridge) {
    return increasingTrace(x -> Math.log(x + ridge), ridge);
  }

  /**
   * The effective dimension {@code tr A (A + ridge I)^-1} of kernel ridge regression (Zhang 2005).
   *
   * @param ridge positive; {@code n} times the regularisation of the mean squared loss
   * @return between 0 and n for a positive semidefinite matrix
   */
  public SampledEstimate effectiveDimension(double ridge) {
    if (!(ridge > 0) || Double.isInfinite(ridge)) {
      throw new IllegalArgumentException(
          "effectiveDimension expects a positive finite ridge but got " + ridge);
    }
    return increasingTrace(x -> x / (x + ridge), ridge);
  }

  /**
   * The Schatten norm {@code (tr |A|^p)^(1/p)}: nuclear for 1, Frobenius for 2.
   *
   * @param p positive and finite
   * @return the estimate; the power is taken of both ends of the interval
   */
  public SampledEstimate schattenNorm(double p) {
    if (!(p > 0) || Double.isInfinite(p)) {
      throw new IllegalArgumentException("schattenNorm expects a finite p > 0 but got " + p);
    }
    return DensityRanks.schattenNorm(this, p);
  }

  /**
   * The effective rank (intrinsic dimension) {@code tr A / lambda_max} of a positive semidefinite
   * matrix, with the largest Ritz value for {@code lambda_max}. The lower end of the interval
   * presumes that {@code lambda_max} is no further away than the residual of its vector.
   *
   * @return the estimate, scale invariant
   * @throws IllegalArgumentException if no Ritz value is positive
   */
  public SampledEstimate effectiveRank() {
    return DensityRanks.effectiveRank(this);
  }

  /**
   * The effective rank of Roy and Vetterli (2007), {@code exp(-sum p_i log p_i)} with {@code p_i =
   * lambda_i / tr A}, of a positive semidefinite matrix; negative Ritz values count as 0. The
   * interval is the range of this number over a box of the two traces it is made from, each with
   * half of the error probability, so it is wide.
   *
   * @return the estimate, scale invariant
   * @throws IllegalArgumentException if no Ritz value is positive
   */
  public SampledEstimate entropyRank() {
    return DensityRanks.entropyRank(this);
  }

  /**
   * The share of eigenvalues {@code <= t}. The interval covers the quadrature error as well, by the
   * Chebyshev-Markov-Stieltjes inequality; eigenvalues within rounding of {@code t} may count
   * either way and widen it.
   *
   * @param t a finite number
   * @return between 0 and 1
   */
  public SampledEstimate cumulative(double t) {
    Interval.of(t);
    return distribution.cumulative(t);
  }

  /**
   * The smallest {@code t} with {@code cumulative(t) >= q} among the Ritz values. The interval
   * holds the Ritz values that the confidence interval of {@link #cumulative} cannot tell from it;
   * it assumes that the true quantile is inside the range of the Ritz values.
   *
   * @param q in {@code [0, 1]}
   * @return the estimate
   */
  public SampledEstimate quantile(double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("quantile expects q in [0, 1] but got " + q);
    }
    return distribution.quantile(q);
  }

  /**
   * The density at {@code t}, smoothed by a Gaussian: {@code (1/n) sum_i exp(-(t - lambda_i)^2 / (2
   * width^2)) / (width sqrt(2 pi))}. What a plot shows.
   *
   * @param t where
   * @param width positive standard deviation; below the distance of the Ritz values the quadrature
   *     error dominates
   * @return the estimate, in units of one over those of the eigenvalues
   */
  public SampledEstimate smoothed(double t, double width) {
    if (!(width > 0) || Double.isInfinite(width)) {
      throw new IllegalArgumentException(
          "smoothed expects a positive finite width but got " + width);
    }
    double factor = 1 / (width * Math.sqrt(2 * Math.PI) * n);
    return functionTrace(x -> Math.exp(-0.5 * sqr((t - x) / width))).times(factor);
  }

  /**
   * The density of {@code log10 lambda} at {@code log10 t}, smoothed by a Gaussian: {@code (1/n)
   * sum_i exp(-(log10(t / lambda_i) / decades)^2 / 2) / (decades sqrt(2 pi))} over the positive
   * eigenvalues. What a plot with a logarithmic axis shows: the area under the curve over {@code
   * log10 t} is the share of positive eigenvalues. Scaling the matrix shifts the curve. Eigenvalues
   * that are zero in exact arithmetic count where rounding puts them, near {@code 1e-16 ||A||}.
   *
   * @param t where, a positive number in the units of the eigenvalues
   * @param decades positive standard deviation of {@code log10 lambda}; below the distance of the
   *     Ritz values the quadrature error dominates
   * @return the estimate, a share of the eigenvalues per decade
   */
  public SampledEstimate smoothedPerDecade(double t, double decades) {
    if (!(t > 0) || Double.isInfinite(t) || !(decades > 0) || Double.isInfinite(decades)) {
      throw new IllegalArgumentException(
          "smoothedPerDecade expects a positive finite t and width in decades but got "
              + t
              + " and "
              + decades);
    }
    double at = Math.log10(t);
    double factor = 1 / (decades * Math.sqrt(2 * Math.PI) * n);
    return functionTrace(x -> x > 0 ? Math.exp(-0.5 * sqr((at - Math.log10(x)) / decades)) : 0)
        .times(factor);
  }
}
