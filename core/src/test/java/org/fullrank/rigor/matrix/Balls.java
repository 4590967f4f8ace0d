package org.fullrank.rigor.matrix;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.fullrank.oracle.Containment;

/** Matrices with errors, and members at the rim of what they allow, for tests. */
final class Balls {
  private Balls() {}

  /** A row of errors at the rim: entries {@code +-r}, scaled to the norm {@code rho} if longer. */
  static BigDecimal[][] rim(IntervalMatrix a, double[][] directions) {
    BigDecimal[][] out = new BigDecimal[a.rows()][a.columns()];
    for (int i = 0; i < a.rows(); i++) {
      double factor = 1;
      double squares = 0;
      for (int j = 0; j < a.columns(); j++) {
        squares += directions[i][j] * directions[i][j];
        factor = Math.min(factor, a.rad()[i][j] / Math.abs(directions[i][j]));
      }
      factor = Math.min(factor, a.rowError(i) / Math.sqrt(squares));
      factor *= 1 - 1e-14; // stay inside although this was rounded
      for (int j = 0; j < a.columns(); j++) {
        double e = Double.isNaN(factor) ? 0 : factor * directions[i][j];
        out[i][j] = new BigDecimal(a.mid()[i][j]).add(new BigDecimal(e));
      }
    }
    return out;
  }

  static BigDecimal[][] exact(double[][] rows) {
    BigDecimal[][] out = new BigDecimal[rows.length][rows[0].length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = new BigDecimal(rows[i][j]);
      }
    }
    return out;
  }

  static double[][] random(Random r, int n, int d) {
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      for (int j = 0; j < d; j++) {
        row[j] = r.nextGaussian();
      }
    }
    return rows;
  }

  static IntervalMatrix ball(double[][] mid, double r, double rho) {
    double[][] rad = new double[mid.length][mid[0].length];
    double[] rows = new double[mid.length];
    for (int i = 0; i < mid.length; i++) {
      Arrays.fill(rad[i], r);
      rows[i] = rho;
    }
    return new IntervalMatrix(exactCopy(mid), rad, rows);
  }

  static double[][] exactCopy(double[][] rows) {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  static void contains(String what, IntervalMatrix enclosure, BigDecimal[][] truth) {
    Containment.contains(what, enclosure.mid(), enclosure.rad(), enclosure.rowErrors(), truth);
  }
}
