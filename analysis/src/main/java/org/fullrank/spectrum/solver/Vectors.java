package org.fullrank.spectrum.solver;

import java.util.SplittableRandom;

/**
 * Long vectors as Java arrays, with loops that HotSpot turns into vector code or that run on
 * several sums at once. A call costs nanoseconds where an ND4J operation costs microseconds.
 */
public final class Vectors {
  private Vectors() {}

  /** {@code x . y}; eight running sums, because a single one waits for each addition. */
  public static double dot(double[] x, double[] y) {
    return dot(x, y, x.length);
  }

  /** The same for the first {@code n} entries. */
  public static double dot(double[] x, double[] y, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int i = 0;
    for (; i + 8 <= n; i += 8) {
      s0 = Math.fma(x[i], y[i], s0);
      s1 = Math.fma(x[i + 1], y[i + 1], s1);
      s2 = Math.fma(x[i + 2], y[i + 2], s2);
      s3 = Math.fma(x[i + 3], y[i + 3], s3);
      s4 = Math.fma(x[i + 4], y[i + 4], s4);
      s5 = Math.fma(x[i + 5], y[i + 5], s5);
      s6 = Math.fma(x[i + 6], y[i + 6], s6);
      s7 = Math.fma(x[i + 7], y[i + 7], s7);
    }
    for (; i < n; i++) {
      s0 = Math.fma(x[i], y[i], s0);
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  /** {@code y += factor x}. */
  static void axpy(double factor, double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.fma(factor, x[i], y[i]);
    }
  }

  /** {@code y += a x0 + b x1 + c x2 + d x3}: one pass over y for four vectors. */
  private static void axpy(
      double a,
      double[] x0,
      double b,
      double[] x1,
      double c,
      double[] x2,
      double d,
      double[] x3,
      double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.fma(d, x3[i], Math.fma(c, x2[i], Math.fma(b, x1[i], Math.fma(a, x0[i], y[i]))));
    }
  }

  static void scale(double[] x, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
  }

  /** {@code y += factor * sum_i c[i] v[i]}, {@code i < count}. */
  static void addCombination(double factor, double[] c, double[][] v, int count, double[] y) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      axpy(
          factor * c[i],
          v[i],
          factor * c[i + 1],
          v[i + 1],
          factor * c[i + 2],
          v[i + 2],
          factor * c[i + 3],
          v[i + 3],
          y);
    }
    for (; i < count; i++) {
      axpy(factor * c[i], v[i], y);
    }
  }

  /** The vectors {@code sum_i c[j][i] v[i]}, one for each row of coefficients. */
  static double[][] combinations(double[][] c, double[][] v, int count) {
    double[][] out = new double[c.length][v[0].length];
    for (int j = 0; j < c.length; j++) {
      addCombination(1, c[j], v, count, out[j]);
    }
    return out;
  }

  /**
   * Makes w orthogonal to the first {@code count} orthonormal vectors by two passes of
   * Gram-Schmidt, which is enough unless w depends on them to working precision (Giraud, Langou and
   * Rozloznik 2005).
   *
   * @param coefficients receives the first {@code count} inner products with the original w
   * @return the norm that is left
   */
  static double orthogonalize(double[] w, double[][] v, int count, double[] coefficients) {
    double[] c = new double[count];
    java.util.Arrays.fill(coefficients, 0, count, 0);
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < count; i++) {
        c[i] = dot(v[i], w);
        coefficients[i] += c[i];
      }
      addCombination(-1, c, v, count, w);
    }
    return norm(w);
  }

  /**
   * A random unit vector orthogonal to the first {@code count} orthonormal vectors, of which there
   * are fewer than its length.
   */
  static double[] randomOrthogonal(SplittableRandom random, double[][] v, int count, int n) {
    double[] c = new double[count];
    while (true) {
      double[] x = random.doubles(n, -1, 1).toArray();
      double before = norm(x);
      double after = orthogonalize(x, v, count, c);
      // In the last few dimensions little of x is left and must be cleaned again.
      if (after > 1e-9 * before) {
        scale(x, 1 / after);
        after = orthogonalize(x, v, count, c);
        scale(x, 1 / after);
        return x;
      }
    }
  }
}
