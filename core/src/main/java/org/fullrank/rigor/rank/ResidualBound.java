package org.fullrank.rigor.rank;

import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.CompensatedProduct;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Upper bounds of {@code |I - M P|}, entry by entry, for {@code P = P1 + P2} or {@code P = P1}.
 *
 * <p><b>Plain.</b> {@code C = fl(M P)}: {@code |1 - c| + gamma_w ||m_i|| ||p_j|| + w eta}, because
 * {@code |M| |P| <= ||m_i|| ||p_j||} (Cauchy, Schwarz).
 *
 * <p><b>Compensated.</b> {@code M P1 - I = high + low} by {@link CompensatedProduct} and {@code q =
 * fl(M P2)}: the sum {@code |high + low + q|} rounded outward, plus {@code gamma_(w+1)^2 (1 +
 * ||m_i|| ||p1_j||)}, plus {@code gamma_w ||m_i|| ||p2_j||}, plus {@code 5 w eta}, which is more
 * than both products lose.
 *
 * <p>If the entries of M may each be off by eta: plus {@code eta sqrt(w) ||p_j||}.
 */
final class ResidualBound {
  private ResidualBound() {}

  /** The plain bound, {@code [n][n]}; entries are infinite where the product overflowed. */
  static double[][] plain(double[][] m, double[][] p, boolean exact, int threads) {
    int n = m.length;
    int w = p.length;
    double[][] c = Product.multiply(m, p, threads);
    double[] a = rowNorms(m);
    double[] b = columnNorms(p);
    double gamma = ErrorTerms.gamma(w);
    double underflow = ErrorTerms.underflow(w);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double delta = i == j ? 1 : 0;
        double distance =
            Math.max(
                Math.abs(Rounding.subtractDown(c[i][j], delta)),
                Math.abs(Rounding.subtractUp(c[i][j], delta)));
        double error = Rounding.multiplyUp(gamma, Rounding.multiplyUp(a[i], b[j]));
        c[i][j] =
            finite(c[i][j])
                ? Rounding.addUp(distance, Rounding.addUp(error, underflow))
                : Double.POSITIVE_INFINITY;
      }
    }
    addScalingLoss(c, b, w, exact);
    return c;
  }

  /** The compensated bound, {@code [n][n]}. */
  static double[][] compensated(
      double[][] m, double[][] p1, double @Nullable [][] p2, boolean exact, int threads) {
    int n = m.length;
    int w = p1.length;
    double[][] high = new double[n][n];
    double[][] low = new double[n][n];
    for (int i = 0; i < n; i++) {
      high[i][i] = -1;
    }
    CompensatedProduct.accumulate(high, low, m, p1, threads);
    double[][] q = p2 == null ? new double[n][n] : Product.multiply(m, p2, threads);
    double[] a = rowNorms(m);
    double[] b1 = columnNorms(p1);
    double[] b2 = p2 == null ? new double[n] : columnNorms(p2);
    double gamma = ErrorTerms.gamma(w);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double up = Rounding.addUp(high[i][j], Rounding.addUp(low[i][j], q[i][j]));
        double down = Rounding.addDown(high[i][j], Rounding.addDown(low[i][j], q[i][j]));
        double delta = i == j ? 1 : 0;
        double weight = Rounding.addUp(delta, Rounding.multiplyUp(a[i], b1[j]));
        double error =
            Rounding.addUp(
                CompensatedProduct.errorBound(w, weight),
                Rounding.multiplyUp(gamma, Rounding.multiplyUp(a[i], b2[j])));
        boolean ok = finite(high[i][j]) && finite(low[i][j]) && finite(q[i][j]);
        high[i][j] =
            ok
                ? Rounding.addUp(Math.max(Math.abs(up), Math.abs(down)), error)
                : Double.POSITIVE_INFINITY;
      }
    }
    double[] b = new double[n];
    for (int j = 0; j < n; j++) {
      b[j] = Rounding.addUp(b1[j], b2[j]);
    }
    addScalingLoss(high, b, w, exact);
    return high;
  }

  private static void addScalingLoss(double[][] bound, double[] b, int w, boolean exact) {
    if (exact) {
      return;
    }
    double loss = Rounding.multiplyUp(ErrorTerms.ETA, Rounding.sqrtUp(w));
    for (double[] row : bound) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Rounding.addUp(row[j], Rounding.multiplyUp(loss, b[j]));
      }
    }
  }

  private static boolean finite(double x) {
    return Math.abs(x) <= Double.MAX_VALUE;
  }

  private static double[] rowNorms(double[][] m) {
    double[] norms = new double[m.length];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Norms.euclidean(m[i]).hi();
    }
    return norms;
  }

  private static double[] columnNorms(double[][] p) {
    return rowNorms(SpectralNorm.transposed(p));
  }
}
