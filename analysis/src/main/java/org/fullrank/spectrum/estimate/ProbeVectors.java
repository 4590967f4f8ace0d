package org.fullrank.spectrum.estimate;

/** Loops over vectors stored as Java arrays, for the estimators. */
final class ProbeVectors {
  private ProbeVectors() {}

  /** Four running sums, because a single one is never vectorised. */
  static double dot(double[] x, double[] y) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= x.length; i += 4) {
      s0 = Math.fma(x[i], y[i], s0);
      s1 = Math.fma(x[i + 1], y[i + 1], s1);
      s2 = Math.fma(x[i + 2], y[i + 2], s2);
      s3 = Math.fma(x[i + 3], y[i + 3], s3);
    }
    for (; i < x.length; i++) {
      s0 = Math.fma(x[i], y[i], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  static void scale(double[] x, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
  }

  static void axpy(double factor, double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.fma(factor, x[i], y[i]);
    }
  }

  /** {@code y - sum_j c_j basis_j}, in place; returns the coefficients {@code c_j = basis_j y}. */
  static double[] project(double[][] basis, int count, double[] y) {
    double[] c = coefficients(basis, count, y);
    for (int j = 0; j < count; j++) {
      axpy(-c[j], basis[j], y);
    }
    return c;
  }

  static double[] coefficients(double[][] basis, int count, double[] y) {
    double[] c = new double[count];
    for (int j = 0; j < count; j++) {
      c[j] = dot(basis[j], y);
    }
    return c;
  }
}
