package org.fullrank.rigor.rank;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.CompensatedProduct;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the smallest singular value of {@code M} from a right inverse {@code P = 2^c (P1 +
 * P2) 2^r}, given in the units of an {@link Equilibration}. Here {@code P} is held as {@code 2^g}
 * times the transpose of a matrix with entries below 2; each entry may lose less than eta.
 */
final class SigmaMin {
  private final double[][] high;
  private final double @Nullable [][] low;
  private final int exponent;
  private final SpectralNorm norm;

  private SigmaMin(double[][] high, double @Nullable [][] low, int exponent, SpectralNorm norm) {
    this.high = high;
    this.low = low;
    this.exponent = exponent;
    this.norm = norm;
  }

  /**
   * Scales a right inverse back.
   *
   * @param p1 {@code [w][n]}, finite
   * @param p2 {@code [w][n]}, finite; zero if null
   * @return null if it is zero
   */
  static @Nullable SigmaMin of(
      Equilibration eq, double[][] p1, double @Nullable [][] p2, int threads) {
    int g = largestExponent(eq, p1, true);
    if (g == Integer.MIN_VALUE) {
      return null;
    }
    double[][] high = scaledBack(eq, p1, true, g);
    double @Nullable [][] low = p2 == null ? null : scaledBack(eq, p2, true, g);
    return new SigmaMin(high, low, g, SpectralNorm.of(high, null, threads));
  }

  /** {@code (1 - epsilon) / ||P||} rounded down, if {@code ||I - M P|| <= epsilon < 1}. */
  double lower(double epsilon) {
    return quotient(epsilon, sum(norm.interval().hi(), low, lossCount(high)), exponent);
  }

  /**
   * {@code 2^-max r (1 - epsilon) / ||2^c (P1 + P2)||} rounded down, if {@code ||I - M' (P1 + P2)||
   * <= epsilon < 1}: less sharp, but for rows of any scale.
   */
  static double lowerOfScaledRows(
      Equilibration eq, double[][] p1, double @Nullable [][] p2, double epsilon) {
    int g = largestExponent(eq, p1, false);
    if (g == Integer.MIN_VALUE) {
      return 0;
    }
    double[][] high = scaledBack(eq, p1, false, g);
    double @Nullable [][] low = p2 == null ? null : scaledBack(eq, p2, false, g);
    return quotient(
        epsilon, sum(Norms.spectral(high).hi(), low, lossCount(high)), g + eq.largestRow());
  }

  /** {@code 2^-exponent (1 - epsilon) / norm} rounded down. */
  static double quotient(double epsilon, double norm, int exponent) {
    return ErrorTerms.scaleDown(
        Rounding.divideDown(Rounding.subtractDown(1, epsilon), norm), -exponent);
  }

  /** {@code highNorm + ||low||_F + lossCount eta} rounded up. */
  static double sum(double highNorm, double @Nullable [][] low, double lossCount) {
    double lowNorm = low == null ? 0 : Norms.frobenius(low).hi();
    return Rounding.addUp(Rounding.addUp(highNorm, lowNorm), ErrorTerms.underflow(lossCount));
  }

  /** Two parts, eta per entry: more than the Frobenius norm of what scaling back has lost. */
  private static double lossCount(double[][] high) {
    return 2.0 * high.length * high[0].length;
  }

  /**
   * Upper end: {@code ||M^T v|| / ||v||} with {@code v = P^T P x}, {@code x} close to the top
   * singular vector; {@code v} is an unevaluated sum of two vectors, because its rounding error is
   * magnified by the condition number. Valid whatever {@code P} is; infinite if {@code v} is zero.
   *
   * @param m {@code [n][w]}, of moderate size
   */
  double upper(double[][] m) {
    int n = m.length;
    int w = m[0].length;
    double[] x = norm.vector();
    double[][] z = new double[w][1];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        z[j][0] = Math.fma(high[i][j], x[i], z[j][0]);
      }
    }
    double[][] sum = new double[n][1];
    double[][] rest = low == null ? new double[n][1] : Product.multiply(low, z, 1);
    CompensatedProduct.accumulate(sum, rest, high, z, 1);
    double[] v1 = new double[n];
    double[] v2 = new double[n];
    for (int i = 0; i < n; i++) {
      double h = sum[i][0];
      v1[i] = h + rest[i][0];
      v2[i] = rest[i][0] - (v1[i] - h);
    }
    double largest = ErrorTerms.largest(v1, n);
    if (!(largest > 0 && largest <= Double.MAX_VALUE && ErrorTerms.largest(v2, n) <= largest)) {
      return Double.POSITIVE_INFINITY;
    }
    int e = -Math.getExponent(largest);
    for (int i = 0; i < n; i++) {
      v1[i] = Math.scalb(v1[i], e);
      v2[i] = Math.scalb(v2[i], e);
    }
    double length = Rounding.subtractDown(Norms.euclidean(v1).lo(), Norms.euclidean(v2).hi());
    if (!(length > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    double[] image = new double[w];
    double[][] columns = SpectralNorm.transposed(m);
    for (int j = 0; j < w; j++) {
      Interval y = Dot2.dot(columns[j], v1, n).add(Dot2.dot(columns[j], v2, n));
      image[j] = y.magnitude();
      if (Double.isInfinite(image[j])) {
        return Double.POSITIVE_INFINITY;
      }
    }
    return Rounding.divideUp(Norms.euclidean(image).hi(), length);
  }

  private static int largestExponent(Equilibration eq, double[][] p, boolean scaleRows) {
    int g = Integer.MIN_VALUE;
    for (int j = 0; j < p.length; j++) {
      for (int i = 0; i < p[j].length; i++) {
        if (p[j][i] != 0) {
          int r = scaleRows ? eq.row(i) : 0;
          g = Math.max(g, Math.getExponent(p[j][i]) + r + eq.column(j));
        }
      }
    }
    return g;
  }

  /** {@code 2^(c - g) P 2^r} or {@code 2^(c - g) P}, transposed. */
  private static double[][] scaledBack(Equilibration eq, double[][] p, boolean scaleRows, int g) {
    double[][] scaled = new double[p[0].length][p.length];
    for (int j = 0; j < p.length; j++) {
      for (int i = 0; i < scaled.length; i++) {
        scaled[i][j] = Math.scalb(p[j][i], (scaleRows ? eq.row(i) : 0) + eq.column(j) - g);
      }
    }
    return scaled;
  }
}
