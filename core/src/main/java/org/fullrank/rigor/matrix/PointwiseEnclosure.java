package org.fullrank.rigor.matrix;

import java.util.Arrays;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Encloses {@code s(Z)} and {@code s'(Z)} for a matrix {@code Z} with errors {@code e}.
 *
 * <p>Value: {@code |s(z^)^ - s(z)| <= acc + t e}, {@code t} a bound of {@code |s'|} between {@code
 * z^} and {@code z}: {@code min(L1, |s'(z^)^| + its error + turn)}; nor is it farther from {@code
 * s(z^)^} than both ends of the range of {@code s}. Slope: its error and the turn, a bound of
 * {@code |s'(z^) - s'(z)|}: none if {@code e = 0}, also at a kink, and {@code min(J + L2 e, 2 L1)}
 * else, {@code J} the sum of the jumps within {@code e} of {@code z^}.
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
        boolean origin = b.fixesZero() && m[j] == 0 && values[i][j] == 0;
        local[j] = origin ? 0 : error(values[i][j], b.relative(), b.absolute());
        double free = UP * (local[j] + (e[j] == 0 || t == 0 ? 0 : t * e[j] + TINY));
        rad[i][j] = RowNorms.smaller(farthest(values[i][j], b), free);
        steepest = Math.max(steepest, t);
      }
      rowError[i] =
          Rounding.addUp(RowNorms.upper(local), RowNorms.product(UP * steepest, z.rowErrors()[i]));
    }
    return new IntervalMatrix(copy(values), rad, rowError);
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
      boolean jumps = false;
      for (int j = 0; j < d; j++) {
        double m = z.mid()[i][j];
        double e = z.rad()[i][j];
        local[j] = error(slopes[i][j], b.slopeRelative(), b.slopeAbsolute());
        rad[i][j] = UP * (local[j] + turn(m, e, b));
        jumps |= e != 0 && b.kinks().jumpsWithin(m, e) != 0;
      }
      rowError[i] =
          jumps
              ? Double.POSITIVE_INFINITY // the entries say it all
              : Rounding.addUp(
                  RowNorms.upper(local),
                  RowNorms.product(b.kinks().smoothness(), z.rowErrors()[i]));
    }
    return new IntervalMatrix(copy(slopes), rad, rowError);
  }

  /**
   * Bound of the error of a computed number. Whether there is none is read from what was stated,
   * never from a product that may have underflowed.
   */
  private static double error(double computed, double relative, double absolute) {
    boolean none = relative == 0 || (computed == 0 && relative <= Double.MAX_VALUE);
    return none && absolute == 0
        ? 0
        : UP * (relative * Math.abs(computed) + absolute) + TINY; // each term may underflow
  }

  /** Upper bound of the distance of a computed value from any value of {@code s}. */
  private static double farthest(double computed, PointwiseBounds b) {
    return Math.max(
        Rounding.subtractUp(b.greatest(), computed), Rounding.subtractUp(computed, b.least()));
  }

  /** Bound of the distance of {@code s'} at {@code z} and at any point within {@code e}. */
  private static double turn(double z, double e, PointwiseBounds b) {
    if (e == 0) {
      return 0;
    }
    double jumps = b.kinks().jumpsWithin(z, e);
    double smoothness = b.kinks().smoothness();
    if (smoothness == 0) {
      return jumps;
    }
    return Math.min(jumps + (smoothness * e + TINY), 2 * b.lipschitz());
  }

  /** Bound of {@code |s'|} within {@code e} of {@code z}. */
  private static double steepest(double z, double e, double slope, PointwiseBounds b) {
    double bound =
        UP * (Math.abs(slope) + error(slope, b.slopeRelative(), b.slopeAbsolute()) + turn(z, e, b));
    return bound <= b.lipschitz() ? bound : b.lipschitz();
  }

  private static double[][] copy(double[][] rows) {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  private static void requireShape(IntervalMatrix z, double[][] rows) {
    boolean fits = rows.length == z.rows();
    for (double[] row : rows) {
      fits = fits && row.length == z.columns();
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "IntervalMatrix expects ["
              + z.rows()
              + ", "
              + z.columns()
              + "] computed values but got ["
              + rows.length
              + " rows of "
              + (rows.length == 0 ? 0 : rows[0].length)
              + "]");
    }
  }
}
