package org.fullrank.spectrum.solver;

import java.util.Arrays;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.rounding.Rounding;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The entries of an operator as Java arrays times a power of two, and the checks of approximate
 * eigenpairs against them. Nothing here calls native code after the copy.
 */
final class StoredMatrix {

  private final double[][] rows;
  private final int exponent;
  private final double trace;
  private final double frobenius;

  private StoredMatrix(double[][] rows, int exponent) {
    this.rows = rows;
    this.exponent = exponent;
    double t = 0;
    double s = 0;
    for (int i = 0; i < rows.length; i++) {
      t += rows[i][i];
      for (double x : rows[i]) {
        s += x * x;
      }
    }
    this.trace = t;
    this.frobenius = Math.sqrt(s);
  }

  /** Copies the entries; {@code FLOAT} is widened exactly. */
  static StoredMatrix of(SymmetricOperator a) {
    try (INDArray matrix = a.toMatrix()) {
      return of(Tensors.toRows(matrix), a.getClass().getSimpleName());
    }
  }

  /** Takes ownership of square rows. */
  static StoredMatrix of(double[][] rows, String where) {
    double largest = 0;
    for (double[] row : rows) {
      for (double x : row) {
        if (!Double.isFinite(x)) {
          throw new IllegalArgumentException(
              where + " expects finite entries but the matrix contains " + x);
        }
        largest = Math.max(largest, Math.abs(x));
      }
    }
    requireSymmetric(rows, where);
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    if (exponent != 0) {
      // Two factors, because 2^-exponent itself may overflow; products by them are exact or
      // rounded once, and vectorise where Math.scalb does not.
      double half = Math.scalb(1.0, -(exponent / 2));
      double rest = Math.scalb(1.0, -(exponent - exponent / 2));
      for (double[] row : rows) {
        for (int j = 0; j < row.length; j++) {
          row[j] = row[j] * half * rest;
        }
      }
    }
    return new StoredMatrix(rows, exponent);
  }

  /** Whoever implements the operator may be wrong about it. */
  private static void requireSymmetric(double[][] rows, String where) {
    int n = rows.length;
    if (rows[0].length != n) {
      throw new IllegalArgumentException(
          where + " expects a square matrix but got [" + n + ", " + rows[0].length + "]");
    }
    if (!symmetric(rows)) {
      SymmetricMatrix.requireSymmetric(where, rows);
    }
  }

  /** Square blocks, so that the transposed reads stay in the cache. */
  private static boolean symmetric(double[][] rows) {
    int n = rows.length;
    int block = 32;
    for (int i0 = 0; i0 < n; i0 += block) {
      int i1 = Math.min(n, i0 + block);
      for (int j0 = 0; j0 <= i0; j0 += block) {
        for (int i = i0; i < i1; i++) {
          double[] row = rows[i];
          int j1 = Math.min(i, j0 + block);
          for (int j = j0; j < j1; j++) {
            if (row[j] != rows[j][i]) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  /**
   * The scaled entries, not to be written; largest magnitude 0 or in {@code [1, 2)}, down to {@code
   * 2^-51} if it was subnormal.
   */
  double[][] rows() {
    return rows;
  }

  double[][] copyOfRows() {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  int order() {
    return rows.length;
  }

  /** A number in the units of the operator, scaled like the entries. */
  double scaled(double x) {
    return Math.scalb(x, -exponent);
  }

  double frobeniusNorm() {
    return frobenius;
  }

  /** {@code A v} for vectors given as rows, in scaled units and plain Java. */
  double[][] times(double[][] vectors) {
    double[][] product = new double[vectors.length][rows.length];
    for (int j = 0; j < vectors.length; j++) {
      // Column sums of row multiples: the entries are symmetric and the loop vectorises.
      Vectors.addCombination(1, vectors[j], rows, rows.length, product[j]);
    }
    return product;
  }

  /** Scaled numbers in the units of the operator, in place. */
  double[] unscaled(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.scalb(x[i], exponent);
    }
    return x;
  }

  /**
   * What a backward stable method may miss, in scaled units: {@code 10 (n + 10) u ||A||_F}. A
   * generous multiple of the usual backward error, which grows like {@code sqrt(n) u ||A||}.
   */
  double tolerance() {
    return 10.0 * (rows.length + 10) * Rounding.UNIT_ROUNDOFF * frobenius;
  }

  /**
   * Whether all n values reproduce the trace and the Frobenius norm. This catches missing,
   * duplicated and wrong values without vectors; NaN fails.
   */
  boolean plausible(double[] values) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      if (i > 0 && !(values[i] >= values[i - 1])) {
        return false;
      }
      sum += values[i];
      squares += values[i] * values[i];
    }
    double n = rows.length;
    return values.length == rows.length
        && Math.abs(sum - trace) <= n * tolerance()
        && Math.abs(Math.sqrt(squares) - frobenius) <= Math.sqrt(n) * tolerance();
  }

  /**
   * {@code ||A v - t v|| / ||v||} for vectors given as rows, in scaled units; infinite if the
   * vector is zero or not finite.
   */
  double[] residuals(double[] values, double[][] vectors) {
    double[] norms = new double[values.length];
    int n = rows.length;
    double[][] products = times(vectors);
    for (int j = 0; j < norms.length; j++) {
      double[] v = vectors[j];
      double[] product = products[j];
      double residual = 0;
      double length = 0;
      for (int i = 0; i < n; i++) {
        double r = product[i] - values[j] * v[i];
        residual += r * r;
        length += v[i] * v[i];
      }
      double norm = Math.sqrt(residual / length);
      norms[j] = norm >= 0 ? norm : Double.POSITIVE_INFINITY;
    }
    return norms;
  }

  /** Whether all residuals are within the tolerance. */
  boolean accurate(double[] residuals) {
    for (double r : residuals) {
      if (!(r <= tolerance())) {
        return false;
      }
    }
    return true;
  }
}
