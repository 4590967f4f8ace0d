package org.fullrank.spectrum;

import java.util.SplittableRandom;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A symmetric operator applied to vectors kept as Java rows, with a count, and the random vectors
 * that probe it. Results are scaled by a power of two that the first product fixes, so that squares
 * of extreme entries neither overflow nor vanish.
 */
final class ProbeOperator {
  private final SymmetricOperator operator;
  private final int n;
  private int exponent;
  private boolean scaled;
  private long columns;

  ProbeOperator(SymmetricOperator operator) {
    this.operator = operator;
    this.n = Tensors.length(operator.size());
  }

  int size() {
    return n;
  }

  /** Unit roundoff of the products. */
  double unit() {
    return operator.dataType() == DataType.FLOAT ? 0x1p-24 : 0x1p-53;
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
    return out;
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
