package org.fullrank.spectrum.solver;

import java.util.Arrays;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An operator divided by a power of two near its norm, so that neither products nor squares of
 * lengths leave the range of the type. It counts the columns it applies the operator to.
 *
 * <p>The power is found with the first block. Half of it is taken from the argument and half from
 * the result; both are exact unless an entry is smaller than the largest by about the whole range
 * of the type.
 */
final class ScaledOperator implements BlockMap {
  /** First products in this range of exponents are used as they are. */
  private static final int MODERATE = 400;

  private static final int MODERATE_FLOAT = 60;

  private final SymmetricOperator a;
  private final int n;
  private boolean scaled;
  private int exponent;
  private long columns;

  private ScaledOperator(SymmetricOperator a, int n) {
    this.a = a;
    this.n = n;
  }

  static ScaledOperator of(SymmetricOperator a) {
    return new ScaledOperator(a, Tensors.length(a.size()));
  }

  int order() {
    return n;
  }

  /** The number of columns the operator was applied to. */
  long columns() {
    return columns;
  }

  /** A scaled number in the units of the operator. */
  double unscaled(double x) {
    return Math.scalb(x, exponent);
  }

  /** This map, or its negative if {@code sign} is -1. */
  BlockMap times(int sign) {
    return sign > 0 ? this : x -> negated(apply(x));
  }

  static double[][] negated(double[][] x) {
    for (double[] row : x) {
      Vectors.scale(row, -1);
    }
    return x;
  }

  @Override
  public double[][] apply(double[][] block) {
    if (!scaled) {
      return first(block);
    }
    double[][] image = product(block, -(exponent / 2), -(exponent - exponent / 2));
    requireFinite(image);
    return image;
  }

  private double[][] first(double[][] block) {
    int moderate = a.dataType() == DataType.FLOAT ? MODERATE_FLOAT : MODERATE;
    double[][] image = product(block, 0, 0);
    double largest = largest(image);
    int shift = 0;
    if (!Double.isFinite(largest) || largest == 0) {
      // Overflow and underflow must not look like bad results or like the zero matrix.
      shift = largest == 0 ? moderate : -moderate;
      image = product(block, shift, 0);
      largest = largest(image);
      requireFinite(image);
    }
    scaled = true;
    if (largest == 0) {
      return image;
    }
    int seen = Math.getExponent(largest);
    exponent = seen - shift;
    if (shift != 0 || Math.abs(seen) > moderate) {
      return apply(block);
    }
    for (double[] row : image) {
      Vectors.scale(row, Math.scalb(1.0, -exponent));
    }
    return image;
  }

  private double[][] product(double[][] block, int before, int after) {
    Cancellation.check("A product with an operator");
    int m = block.length;
    double[] flat = new double[Math.multiplyExact(n, m)];
    double factor = Math.scalb(1.0, before);
    for (int j = 0; j < m; j++) {
      double[] v = block[j];
      for (int i = 0; i < n; i++) {
        flat[i * m + j] = v[i] * factor;
      }
    }
    double[] values;
    try (INDArray x = Tensors.of(a.dataType(), flat, n, m);
        INDArray y = a.apply(x)) {
      columns += m;
      TensorChecks.requireShape("result of " + name() + ".apply", y, n, m);
      values = Tensors.toDoubles(y);
    }
    double[][] image = new double[m][n];
    factor = Math.scalb(1.0, after);
    for (int j = 0; j < m; j++) {
      double[] v = image[j];
      for (int i = 0; i < n; i++) {
        v[i] = values[i * m + j] * factor;
      }
    }
    return image;
  }

  private static double largest(double[][] image) {
    double largest = 0;
    for (double[] row : image) {
      for (double x : row) {
        largest = Math.max(largest, Math.abs(x)); // NaN stays NaN
      }
    }
    return largest;
  }

  private void requireFinite(double[][] image) {
    for (int j = 0; j < image.length; j++) {
      for (int i = 0; i < n; i++) {
        if (!Double.isFinite(image[j][i])) {
          throw new IllegalArgumentException(
              name()
                  + ".apply expects to give finite results for finite arguments but gave "
                  + image[j][i]
                  + " in row "
                  + i
                  + " of column "
                  + j
                  + " of "
                  + image.length);
        }
      }
    }
  }

  private String name() {
    return a.getClass().getSimpleName();
  }

  /**
   * {@code ||A v - t v|| / ||v||} for vectors given as rows, by new applications; infinite for a
   * zero vector.
   */
  double[] residuals(double[] values, double[][] vectors) {
    double[] norms = new double[values.length];
    int step = 128;
    for (int from = 0; from < values.length; from += step) {
      int to = Math.min(values.length, from + step);
      double[][] part = Arrays.copyOfRange(vectors, from, to);
      double[][] image = apply(part);
      for (int j = from; j < to; j++) {
        double[] r = image[j - from];
        Vectors.axpy(-values[j], vectors[j], r);
        double norm = Vectors.norm(r) / Vectors.norm(vectors[j]);
        norms[j] = norm >= 0 ? norm : Double.POSITIVE_INFINITY;
      }
    }
    return norms;
  }
}
