package org.fullrank.nn.layer;

import java.util.Arrays;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Upper bounds of norms of a stored matrix, rounding of their evaluation included.
 *
 * @param frobenius bound of the Frobenius norm
 * @param spectral bound of the 2-norm
 */
record MatrixNorms(double frobenius, double spectral) {
  /**
   * The least of three bounds of {@code ||W||_2}: Frobenius, {@code sqrt(||W||_1 ||W||_inf)} and
   * the Schatten-8 norm {@code (sum sigma^8)^(1/8)}. The last one is within a factor {@code
   * s^(1/8)}, {@code s} the smaller dimension, and comes from two products of {@code s x s}
   * results: {@code G = W^T W} on the smaller side and {@code H = G^T G}, with {@code ||W||_2^2 <=
   * ||G||_2 + gamma_L ||W||_F^2} and {@code ||G||_2^2 <= ||H||_F + gamma_s ||G||_F^2} for the
   * computed {@code G} and {@code H}, {@code L} the larger dimension.
   *
   * <p>Cost: {@code 2 L s^2 + 2 s^3} operations in double precision.
   */
  static MatrixNorms of(INDArray w) {
    double[] v = Tensors.toDoubles(w);
    double max = 0;
    for (double t : v) {
      max = Math.max(max, Math.abs(t));
    }
    if (max == 0 || !Double.isFinite(max)) {
      return new MatrixNorms(max, max);
    }
    // Eighth powers underflow early; a power of two scales without rounding.
    int exponent = Math.getExponent(max);
    for (int k = 0; k < v.length; k++) {
      v[k] = Math.scalb(v[k], -exponent);
    }
    double frobenius = Roundoff.norm(v, 0, v.length);
    double spectral = Math.min(frobenius, Math.sqrt(rowAndColumnSums(v, (int) w.size(1))));
    try (INDArray scaled = Tensors.of(v, w.shape())) {
      spectral = Math.min(spectral, schatten8(scaled, frobenius));
    }
    double back = Roundoff.INFLATION;
    return new MatrixNorms(
        Math.scalb(frobenius * back, exponent), Math.scalb(spectral * back, exponent));
  }

  private static double rowAndColumnSums(double[] v, int columns) {
    double[] columnSums = new double[columns];
    double rowMax = 0;
    for (int r = 0; r < v.length; r += columns) {
      double sum = 0;
      for (int c = 0; c < columns; c++) {
        double t = Math.abs(v[r + c]);
        sum += t;
        columnSums[c] += t;
      }
      rowMax = Math.max(rowMax, sum);
    }
    return rowMax * Arrays.stream(columnSums).max().orElse(0);
  }

  private static double schatten8(INDArray w, double frobenius) {
    boolean wide = w.size(0) <= w.size(1);
    try (INDArray g = Products.multiply(w, !wide, w, wide);
        INDArray h = Products.multiply(g, true, g, false)) {
      double gNorm = Roundoff.norms(g, 1)[0];
      double hNorm = Roundoff.norms(h, 1)[0];
      double g2 = Math.sqrt(hNorm + Roundoff.JAVA.gamma(g.size(0)) * gNorm * gNorm);
      long longer = Math.max(w.size(0), w.size(1));
      return Math.sqrt(g2 + Roundoff.JAVA.gamma(longer) * frobenius * frobenius);
    }
  }
}
