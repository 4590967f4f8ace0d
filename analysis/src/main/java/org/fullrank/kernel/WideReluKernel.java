package org.fullrank.kernel;

import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A-priori lower bounds, from data alone, of the smallest eigenvalues of the kernels of infinitely
 * wide fully connected ReLU networks without bias: {@code K_0 = sigma_w^2 X X^T / d}, {@code
 * K_(l+1) = sigma_w^2 E[relu(u) relu(v)]} with {@code (u, v)} of covariance {@code K_l}, and the
 * tangent kernel {@code T_0 = K_0}, {@code T_(l+1) = K_(l+1) + T_l o sigma_w^2 E[relu'(u)
 * relu'(v)]} (Jacot, Gabriel, Hongler 2018; NTK parametrisation).
 *
 * <p><b>Method.</b> All kernels are {@code D R_l D} with the correlations {@code R_(l+1) =
 * kappa(R_l)}; {@code kappa} and {@code r kappa'(r)} are power series with non-negative
 * coefficients, so Schur's product theorem and Gershgorin's bound every entrywise power ({@code
 * lambda_min(sum_q c_q R^(o q)) >= sum_q c_q lambda_min(R^(o q))}). Rows need not have unit length:
 * the kernels are homogeneous, and their lengths enter {@code D} exactly. For {@code H} hidden
 * layers {@code lambda_min(T_H) >= min_i K_0,ii (sigma_w^2 / 2)^H (lambda_min(R_H) + sum_(l < H)
 * lambda_min(R_l o kappa'(R_l)))}.
 *
 * <p>Proved in plain Java with outward rounding. The lower end is 0 where nothing can be said,
 * parallel rows among them. Cost: {@code n^2 (d + terms)} operations for each layer and the
 * factorisations of one enclosure of order n.
 */
public final class WideReluKernel {
  private final int hiddenLayers;
  private final double sigmaW;
  private final int terms;

  private WideReluKernel(int hiddenLayers, double sigmaW, int terms) {
    this.hiddenLayers = hiddenLayers;
    this.sigmaW = sigmaW;
    this.terms = terms;
  }

  /**
   * {@code sigma_w = sqrt(2)} rounded to a double, 64 terms of the series.
   *
   * @param hiddenLayers at least 0; the number of dense layers is one more
   * @return the kernel
   */
  public static WideReluKernel of(int hiddenLayers) {
    if (hiddenLayers < 0) {
      throw new IllegalArgumentException(
          "WideReluKernel expects at least 0 hidden layers but got " + hiddenLayers);
    }
    return new WideReluKernel(hiddenLayers, Math.sqrt(2), 64);
  }

  /**
   * With another deviation of the weights in every layer.
   *
   * @param deviation positive and finite
   * @return the changed kernel
   */
  public WideReluKernel withSigmaW(double deviation) {
    if (!(deviation > 0) || Double.isInfinite(deviation)) {
      throw new IllegalArgumentException(
          "withSigmaW expects a positive finite number but got " + deviation);
    }
    return new WideReluKernel(hiddenLayers, deviation, terms);
  }

  /**
   * With another number of terms that are bounded one by one; the rest is bounded together.
   *
   * @param count at least 2
   * @return the changed kernel
   */
  public WideReluKernel withTerms(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("withTerms expects at least 2 but got " + count);
    }
    return new WideReluKernel(hiddenLayers, sigmaW, count);
  }

  /**
   * Bounds {@code lambda_min(T_H)} of the tangent kernel.
   *
   * @param x {@code [n, d]}, finite, no zero row; {@code FLOAT} is widened exactly
   * @return an enclosure
   */
  public WideKernelBound tangent(INDArray x) {
    Correlations r = correlations(x);
    ReluSeries series = ReluSeries.of(terms);
    Interval sum = Interval.ZERO;
    for (int l = 0; l < hiddenLayers; l++) {
      HadamardPowers powers = r.powers(terms);
      sum = sum.add(series.lambdaMinOfDerivative(powers));
      r = r.next(series, powers);
    }
    sum = sum.add(r.lambdaMin());
    return bound("tangent kernel", r, sum, hiddenLayers + 1);
  }

  /**
   * Bounds {@code lambda_min(K_H)}, the covariance of the outputs (NNGP kernel).
   *
   * @param x as for {@link #tangent}
   * @return an enclosure
   */
  public WideKernelBound covariance(INDArray x) {
    Correlations r = correlations(x);
    ReluSeries series = ReluSeries.of(terms);
    for (int l = 0; l < hiddenLayers; l++) {
      r = r.next(series, r.powers(terms));
    }
    return bound("covariance kernel", r, Interval.of(r.lambdaMin()), 1);
  }

  /**
   * Bounds the smallest eigenvalue of {@code H^inf_ij = x_i . x_j P(w . x_i >= 0, w . x_j >= 0)} of
   * Du, Zhai, Poczos and Singh (2019), whatever depth and deviation this kernel has.
   *
   * @param x as for {@link #tangent}
   * @return an enclosure
   */
  public WideKernelBound gate(INDArray x) {
    Correlations r = correlations(x);
    double lambda = ReluSeries.of(terms).lambdaMinOfDerivative(r.powers(terms));
    Interval half = r.smallestSquare().multiply(0.5);
    return new WideKernelBound(
        "gate kernel H^inf", new Interval(half.multiply(lambda).lo(), half.hi()));
  }

  private static Correlations correlations(INDArray x) {
    TensorChecks.requireRank("WideReluKernel", x, 2);
    TensorChecks.requireFinite("WideReluKernel", x);
    return Correlations.of(Tensors.toRows(x));
  }

  /** {@code min_i K_0,ii (sigma_w^2 / 2)^H} times {@code [sum, diagonal]}. */
  private WideKernelBound bound(String name, Correlations r, Interval sum, double diagonal) {
    Interval variance = Interval.of(sigmaW).square();
    Interval factor = r.smallestSquare().multiply(variance).divide(r.inputs());
    for (int l = 0; l < hiddenLayers; l++) {
      factor = factor.multiply(variance).multiply(0.5);
    }
    return new WideKernelBound(
        name + " of ReLU with " + hiddenLayers + " hidden layers, sigma_w = " + sigmaW,
        new Interval(Math.max(0, factor.multiply(sum).lo()), factor.multiply(diagonal).hi()));
  }
}
