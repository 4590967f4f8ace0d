package org.fullrank.rigor.matrix;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/** Encloses sums and entrywise products of matrices with errors. */
final class EntrywiseEnclosure {
  private static final double U = ErrorTerms.U;
  private static final double UP = RowNorms.INFLATION;

  /** Underflows of an entry and of its bound: a few units. */
  private static final double TINY = 32 * ErrorTerms.ETA;

  private EntrywiseEnclosure() {}

  /**
   * {@code A + s B} with midpoints {@code m = fma(s, b, a)}: the errors add up, and {@code u |m|}
   * rounds, except where {@code s b} is exactly 0.
   */
  static IntervalMatrix addScaled(IntervalMatrix a, double scale, IntervalMatrix b) {
    FloatingPoint.requireIeee();
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "IntervalMatrix.addScaled expects ["
              + a.rows()
              + ", "
              + a.columns()
              + "] but got ["
              + b.rows()
              + ", "
              + b.columns()
              + "]");
    }
    if (!(Math.abs(scale) <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "IntervalMatrix.addScaled expects a finite scale but got " + scale);
    }
    int n = a.rows();
    int d = a.columns();
    double s = Math.abs(scale);
    double[][] mid = new double[n][d];
    double[][] rad = new double[n][d];
    double[] rowError = new double[n];
    double[] local = new double[d];
    for (int i = 0; i < n; i++) {
      Cancellation.check("An enclosure");
      double[] am = a.mid()[i];
      double[] bm = b.mid()[i];
      double[] ar = a.rad()[i];
      double[] br = b.rad()[i];
      for (int j = 0; j < d; j++) {
        double m = Math.fma(scale, bm[j], am[j]);
        mid[i][j] = m;
        boolean copied = s == 0 || bm[j] == 0 || (s == 1 && am[j] == 0);
        local[j] = copied ? 0 : U * Math.abs(m) + TINY;
        double moved = s == 0 || br[j] == 0 ? 0 : s * br[j] + TINY;
        rad[i][j] = UP * (ar[j] + moved + local[j]);
      }
      rowError[i] =
          Rounding.addUp(
              RowNorms.upper(local),
              Rounding.addUp(a.rowErrors()[i], RowNorms.product(s, b.rowErrors()[i])));
    }
    return new IntervalMatrix(mid, rad, rowError);
  }

  /**
   * {@code G o D}, row {@code r} of {@code G} by row {@code r / k} of {@code D}: {@code |fl(g d) -
   * g' d'| <= |d| r_g + r_d (|g| + r_g) + u |fl(g d)|}. In norm, with {@code S = D + dD} exact:
   * {@code ||S o dg|| <= max |S| rho_g}, and {@code ||dD o g||} is at most {@code max r_d ||g||},
   * {@code rho_d max |g|} and {@code ||r_d o g||}.
   */
  static IntervalMatrix timesRows(IntervalMatrix g, IntervalMatrix slopes) {
    FloatingPoint.requireIeee();
    if (g.columns() != slopes.columns() || g.rows() % slopes.rows() != 0) {
      throw new IllegalArgumentException(
          "IntervalMatrix.timesRows expects ["
              + g.rows()
              + " / k, "
              + g.columns()
              + "] but got ["
              + slopes.rows()
              + ", "
              + slopes.columns()
              + "]");
    }
    int rows = g.rows();
    int k = rows / slopes.rows();
    int d = g.columns();
    double[][] mid = new double[rows][d];
    double[][] rad = new double[rows][d];
    double[] rowError = new double[rows];
    double[] local = new double[d];
    double[] turned = new double[d];
    for (int r = 0; r < rows; r++) {
      Cancellation.check("An enclosure");
      double[] gm = g.mid()[r];
      double[] gr = g.rad()[r];
      double[] sm = slopes.mid()[r / k];
      double[] sr = slopes.rad()[r / k];
      double steepest = 0;
      double widest = 0;
      for (int j = 0; j < d; j++) {
        double slope = Math.abs(sm[j]);
        double size = Math.abs(gm[j]);
        boolean zero = (slope == 0 && sr[j] == 0) || (size == 0 && gr[j] == 0);
        boolean unchanged = slope == 1 || size == 0 || slope == 0;
        double m = gm[j] * sm[j];
        mid[r][j] = m;
        local[j] = unchanged ? 0 : U * Math.abs(m) + TINY;
        turned[j] = sr[j] == 0 || size == 0 ? 0 : UP * sr[j] * size + TINY;
        double moved = gr[j] == 0 ? 0 : (slope + sr[j]) * gr[j] + TINY;
        rad[r][j] = zero ? 0 : UP * (moved + turned[j] + local[j]);
        steepest = Math.max(steepest, slope + sr[j]);
        widest = Math.max(widest, sr[j]);
      }
      double norm = RowNorms.upper(gm);
      double turn = RowNorms.smaller(RowNorms.product(widest, norm), RowNorms.upper(turned));
      turn =
          RowNorms.smaller(turn, RowNorms.product(slopes.rowErrors()[r / k], RowNorms.largest(gm)));
      double own = RowNorms.product(UP * steepest, g.rowErrors()[r]);
      rowError[r] = Rounding.addUp(RowNorms.upper(local), Rounding.addUp(own, turn));
    }
    return new IntervalMatrix(mid, rad, rowError);
  }
}
