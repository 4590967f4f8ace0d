package org.fullrank.rigor.matrix;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.kernel.CompensatedProduct;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Encloses {@code z = s (A W) + t b}.
 *
 * <p>With {@code p} the compensated product of the midpoints and {@code q = fl(t b)}, the midpoint
 * is {@code m = fma(s, p, q)}. Rounding of one entry, {@code local}: {@code u |m|} for the last
 * operation, {@code |s| (u |p| + gamma^2 ||a_i|| ||w_j||)} for the product and {@code u |q|} for
 * the bias, unless {@code t = 1}. The error of {@code A} adds {@code |s| min((R |W|)_ij, rho_i
 * ||w_j||)} to an entry and {@code |s| ||W||_2 rho_i} to the norm of a row.
 *
 * <p>A row or column of exact zeros has an exact image, so that the kink of a unit at zero does not
 * see an error that is not there.
 */
final class AffineEnclosure {
  private static final double U = ErrorTerms.U;
  private static final double UP = RowNorms.INFLATION;

  private AffineEnclosure() {}

  static IntervalMatrix of(
      IntervalMatrix a, LinearMap w, double scale, double[] bias, double biasScale, int threads) {
    Workers.requireThreads("IntervalMatrix.affine", threads);
    FloatingPoint.requireIeee();
    int n = a.rows();
    int in = w.inputs();
    int out = w.outputs();
    if (a.columns() != in || (bias.length != 0 && bias.length != out)) {
      throw new IllegalArgumentException(
          "IntervalMatrix.affine expects "
              + a.columns()
              + " rows and a bias of as many entries as columns but got ["
              + in
              + ", "
              + out
              + "] and "
              + bias.length);
    }
    if (!(Math.abs(scale) <= Double.MAX_VALUE && Math.abs(biasScale) <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "IntervalMatrix.affine expects finite scales but got " + scale + " and " + biasScale);
    }
    double[] q = new double[out];
    double[] qError = new double[out];
    for (int j = 0; j < bias.length; j++) {
      q[j] = biasScale * bias[j];
      boolean rounded = biasScale != 1 && biasScale != 0 && bias[j] != 0;
      qError[j] = rounded ? U * Math.abs(q[j]) + 2 * ErrorTerms.ETA : 0;
    }
    double s = Math.abs(scale);
    double g = ErrorTerms.gamma(in + 2L);
    double second = Rounding.multiplyUp(g, g);
    // The underflows of a product, and those of the bound's own terms.
    double tiny = Rounding.multiplyUp(ErrorTerms.underflow(6.0 * in + 32), Rounding.addUp(1, s));
    double[] columnNorms = w.columnNorms();
    double[] norms = RowNorms.ofRows(a.mid());
    double[][] mid = CompensatedProduct.multiply(a.mid(), w.rows(), threads);
    double[][] carried =
        a.isExact() ? new double[n][0] : Product.multiply(a.rad(), w.absolute(), threads);
    double grow = Rounding.addUp(1, 2 * ErrorTerms.gamma(in + 4L));
    double normFactor = Rounding.multiplyUp(s, w.norm());
    double[][] rad = new double[n][out];
    double[] rowError = new double[n];
    double[] local = new double[out];
    for (int i = 0; i < n; i++) {
      Cancellation.check("An enclosure");
      double rho = a.rowErrors()[i];
      boolean zero = norms[i] == 0 || s == 0;
      for (int j = 0; j < out; j++) {
        double c = columnNorms[j];
        double p = mid[i][j];
        double m = Math.fma(scale, p, q[j]);
        mid[i][j] = m;
        local[j] =
            zero || c == 0
                ? qError[j]
                : UP * (U * Math.abs(m) + s * (U * Math.abs(p) + second * product(norms[i], c)))
                    + (qError[j] + tiny);
        double moved = 0;
        if (rho > 0 && c > 0 && s > 0) {
          moved = UP * s * Math.min(grow * carried[i][j], rho * c) + tiny;
        }
        rad[i][j] = UP * (local[j] + moved);
      }
      rowError[i] = Rounding.addUp(RowNorms.upper(local), RowNorms.product(normFactor, rho));
    }
    return new IntervalMatrix(mid, rad, rowError);
  }

  /**
   * At least one unit of underflow: a squared gamma times a tiny norm would vanish before a huge
   * norm could bring it back.
   */
  private static double product(double norm, double columnNorm) {
    return RowNorms.product(norm, columnNorm);
  }
}
