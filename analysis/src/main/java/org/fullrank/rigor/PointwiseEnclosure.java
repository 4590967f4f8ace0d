package org.fullrank.rigor;

/**
 * Encloses {@code s(Z)} and {@code s'(Z)} for a matrix {@code Z} with errors {@code e}.
 *
 * <p>Value: {@code |s(z^)^ - s(z)| <= acc + t e}, {@code t} a bound of {@code |s'|} between {@code
 * z^} and {@code z}: {@code min(L1, |s'(z^)^| + its error + L2 e)}. Slope: its error and {@code
 * min(L2 e, 2 L1)}. Where {@code s} is linear on either side of 0, the slope is exact if {@code
 * |z^| > e} or {@code e = 0}, and otherwise off by at most the jump.
 */
final class PointwiseEnclosure {
  private static final double UP = RowNorms.INFLATION;
  private static final double TINY = 32 * ErrorTerms.ETA;

  private PointwiseEnclosure() {}

  static IntervalMatrix values(
      IntervalMatrix z, double[][] values, double[][] slopes, PointwiseBounds b) {
    FloatingPoint.requireIeee();
    requireShape(z, values);
    requireShape(z, slopes);
    int n = z.rows();
    int d = z.columns();
    double[][] rad = new double[n][d];
    double[] rowError = new double[n];
    double[] local = new double[d];
    for (int i = 0; i < n; i++) {
      double[] e = z.rad()[i];
      double[] m = z.mid()[i];
      double steepest = 0;
      for (int j = 0; j < d; j++) {
        double t = steepest(m[j], e[j], slopes[i][j], b);
        boolean exact = b.jump() > 0 && m[j] == 0;
        local[j] = exact ? 0 : UP * (b.relative() * Math.abs(values[i][j])) + b.absolute();
        if (local[j] != 0) {
          local[j] += TINY; // the terms themselves may underflow
        }
        rad[i][j] = UP * (local[j] + (e[j] == 0 || t == 0 ? 0 : t * e[j] + TINY));
        steepest = Math.max(steepest, t);
      }
      rowError[i] =
          Rounding.addUp(RowNorms.upper(local), RowNorms.product(UP * steepest, z.rowErrors()[i]));
    }
    return new IntervalMatrix(values, rad, rowError);
  }

  static IntervalMatrix slopes(IntervalMatrix z, double[][] slopes, PointwiseBounds b) {
    FloatingPoint.requireIeee();
    requireShape(z, slopes);
    int n = z.rows();
    int d = z.columns();
    double[][] rad = new double[n][d];
    double[] rowError = new double[n];
    double[] local = new double[d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        double e = z.rad()[i][j];
        local[j] = slopeError(slopes[i][j], b);
        rad[i][j] = UP * (local[j] + turn(z.mid()[i][j], e, b));
      }
      rowError[i] =
          b.jump() > 0
              ? Double.POSITIVE_INFINITY // the entries say it all
              : Rounding.addUp(
                  RowNorms.upper(local), RowNorms.product(b.smoothness(), z.rowErrors()[i]));
    }
    return new IntervalMatrix(slopes, rad, rowError);
  }

  private static double slopeError(double slope, PointwiseBounds b) {
    double error = b.slopeRelative() * Math.abs(slope);
    return error == 0 && (b.slopeRelative() == 0 || slope == 0)
        ? b.slopeAbsolute()
        : UP * (error + b.slopeAbsolute()) + TINY;
  }

  /** Bound of the distance of {@code s'} at {@code z} and at any point within {@code e}. */
  private static double turn(double z, double e, PointwiseBounds b) {
    if (e == 0) {
      return 0;
    }
    if (b.jump() > 0) {
      // Written so that a NaN counts as crossing.
      return Math.abs(z) > e ? 0 : b.jump();
    }
    return b.smoothness() == 0 ? 0 : Math.min(b.smoothness() * e + TINY, 2 * b.lipschitz());
  }

  /** Bound of {@code |s'|} within {@code e} of {@code z}. */
  private static double steepest(double z, double e, double slope, PointwiseBounds b) {
    double bound = UP * (Math.abs(slope) + slopeError(slope, b) + turn(z, e, b));
    return bound <= b.lipschitz() ? bound : b.lipschitz();
  }

  private static void requireShape(IntervalMatrix z, double[][] rows) {
    if (rows.length != z.rows() || rows[0].length != z.columns()) {
      throw new IllegalArgumentException(
          "IntervalMatrix expects ["
              + z.rows()
              + ", "
              + z.columns()
              + "] computed values but got ["
              + rows.length
              + ", "
              + rows[0].length
              + "]");
    }
  }
}
