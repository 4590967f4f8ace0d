package org.fullrank.nn.layer;

import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Constants of the standard model {@code fl(a op b) = (a op b)(1 + d)}, {@code |d| <= unit}, and
 * norms to go with it.
 *
 * @param unit the unit roundoff: 2^-53 or 2^-24
 * @param tiny the smallest normal number, so that results flushed to zero are covered; subnormal
 *     operands read as zero are not
 */
record Roundoff(double unit, double tiny) {
  /** The model of Java code in double precision. */
  static final Roundoff JAVA = new Roundoff(0x1p-53, Double.MIN_NORMAL);

  /**
   * Factor that covers the rounding of a bound's own evaluation in double precision: sums of fewer
   * than 2^31 nonnegative terms lose less than {@code 2^31 2^-53 < 2.4e-7}.
   */
  static final double INFLATION = 1 + 1e-6;

  static Roundoff of(DataType type) {
    return type == DataType.FLOAT ? new Roundoff(0x1p-24, Float.MIN_NORMAL) : JAVA;
  }

  /**
   * {@code gamma_k = k u / (1 - k u)}: an expression in which no term passes through more than
   * {@code k} roundings errs by at most that times the sum of the terms' absolute values, in any
   * order of summation (Higham, Accuracy and Stability, Lemma 3.1). Infinite where {@code k u >=
   * 1}.
   */
  double gamma(long k) {
    double ku = k * unit;
    return ku < 1 ? ku / (1 - ku) : Double.POSITIVE_INFINITY;
  }

  /** Euclidean norms of the {@code rows} equal parts of an array; NaN where a value is NaN. */
  static double[] norms(INDArray a, int rows) {
    return norms(Tensors.toDoubles(a), rows);
  }

  static double[] norms(double[] v, int rows) {
    int d = v.length / rows;
    double[] out = new double[rows];
    for (int r = 0; r < rows; r++) {
      out[r] = norm(v, r * d, d);
    }
    return out;
  }

  /** Norms of the {@code m n} vectors of a block {@code [m, n, ...]}, one cotangent at a time. */
  static double[][] blockNorms(INDArray blocks) {
    int m = (int) blocks.size(0);
    double[][] out = new double[m][];
    for (int c = 0; c < m; c++) {
      out[c] = norms(TensorViews.leading(blocks, c, c + 1), (int) blocks.size(1));
    }
    return out;
  }

  static double norm(double[] v, int from, int count) {
    double scale = 0;
    for (int k = from; k < from + count; k++) {
      scale = Math.max(scale, Math.abs(v[k]));
    }
    // Squares must neither overflow nor vanish; scaling only then keeps the usual case exact.
    if (scale > 1e-140 && scale < 1e140) {
      scale = 1;
    } else if (scale == 0 || !Double.isFinite(scale)) {
      return scale;
    }
    double sum = 0;
    for (int k = from; k < from + count; k++) {
      double t = v[k] / scale;
      sum += t * t;
    }
    return scale * Math.sqrt(sum);
  }
}
