package org.fullrank.spectrum.estimate;

import java.util.SplittableRandom;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.solver.Progress;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A symmetric operator applied to vectors kept as Java rows, with a count, and the random vectors
 * that probe it. Results are scaled by a power of two that the first product fixes, so that squares
 * of extreme entries neither overflow nor vanish.
 */
final class ProbeOperator {
  /** Rounding of products, in units of their norm, that is not blamed on the operator. */
  private static final double DOUBLE_ROUNDING = 1e-12;

  private static final double FLOAT_ROUNDING = 1e-4;

  private final SymmetricOperator operator;
  private final Progress progress;
  private final int n;
  private int exponent;
  private boolean scaled;
  private long columns;

  ProbeOperator(SymmetricOperator operator, Progress progress) {
    this.operator = operator;
    this.progress = progress;
    this.n = Tensors.length(operator.size());
  }

  int size() {
    return n;
  }

  /** Unit roundoff of the products. */
  double unit() {
    return operator.dataType() == DataType.FLOAT
        ? Rounding.SINGLE_UNIT_ROUNDOFF
        : Rounding.UNIT_ROUNDOFF;
  }

  /** Vectors multiplied so far. */
  long columns() {
    return columns;
  }

  /** A scaled number in the units of the operator. */
  double unscaled(double x) {
    return Math.scalb(x, exponent);
  }

  /** {@code 2^-exponent A v} for each row v. */
  double[][] apply(double[][] vectors) {
    Cancellation.check("A product with an operator");
    int m = vectors.length;
    columns += m;
    double[] flat = new double[Tensors.length(n, m)];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        flat[i * m + c] = vectors[c][i];
      }
    }
    double[] product;
    try (INDArray v = Tensors.of(operator.dataType(), flat, n, m);
        INDArray w = operator.apply(v)) {
      product = Tensors.toDoubles(w);
    }
    requireFinite(product);
    fixScale(product);
    double[][] out = new double[m][n];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        out[c][i] = Math.scalb(product[i * m + c], -exponent);
      }
    }
    progress.add(m);
    return out;
  }

  /**
   * Refuses an operator that is not symmetric, from products that were made anyway: {@code u^T A v}
   * must be {@code v^T A u} for neighbouring rows u and v.
   *
   * @param vectors unit vectors as rows
   * @param images their images
   */
  void requireSymmetric(double[][] vectors, double[][] images) {
    double difference = 0;
    double norm = 0;
    for (int i = 1; i < vectors.length; i++) {
      double there = ProbeVectors.dot(vectors[i], images[i - 1]);
      double back = ProbeVectors.dot(vectors[i - 1], images[i]);
      difference = Math.max(difference, Math.abs(there - back));
      norm =
          Math.max(norm, Math.max(ProbeVectors.norm(images[i - 1]), ProbeVectors.norm(images[i])));
    }
    requireSymmetric(difference, norm);
  }

  /**
   * The same from a difference that was found elsewhere.
   *
   * @param difference the largest {@code |u^T A v - v^T A u|} of unit vectors
   * @param norm the largest {@code ||A v||}
   */
  void requireSymmetric(double difference, double norm) {
    double rounding = operator.dataType() == DataType.FLOAT ? FLOAT_ROUNDING : DOUBLE_ROUNDING;
    if (!(difference <= rounding * norm)) {
      throw new IllegalArgumentException(
          operator.getClass().getSimpleName()
              + " expects to be a symmetric operator, with u^T A v = v^T A u, but for unit vectors"
              + " these differ by "
              + difference / norm
              + " of ||A v||; pass (A + A^T) / 2, which has the same trace, or an operator whose"
              + " products round less if only rounding separates A from symmetric");
    }
  }

  private void requireFinite(double[] product) {
    for (double x : product) {
      if (!Double.isFinite(x)) {
        throw new IllegalArgumentException(
            operator.getClass().getSimpleName()
                + " expects finite products with unit vectors but got "
                + x);
      }
    }
  }

  private void fixScale(double[] product) {
    if (scaled) {
      return;
    }
    double largest = 0;
    for (double x : product) {
      largest = Math.max(largest, Math.abs(x));
    }
    exponent = largest == 0 ? 0 : Math.getExponent(largest);
    scaled = largest != 0;
  }

  /** Vectors of length 1 with uniform direction, as rows; the seed and {@code n} fix them. */
  static double[][] unitProbes(long seed, int count, int n) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] probes = new double[count][n];
    for (double[] v : probes) {
      double norm = 0;
      while (!(norm > 0)) {
        for (int i = 0; i < n; i += 2) {
          // Box and Muller with StrictMath: the same numbers on every platform.
          double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(random)));
          double angle = 2 * StrictMath.PI * uniform(random);
          v[i] = radius * StrictMath.cos(angle);
          if (i + 1 < n) {
            v[i + 1] = radius * StrictMath.sin(angle);
          }
        }
        norm = ProbeVectors.norm(v);
      }
      ProbeVectors.scale(v, 1 / norm);
    }
    return probes;
  }

  private static double uniform(SplittableRandom random) {
    return (random.nextLong() >>> 11) * 0x1p-53;
  }
}
