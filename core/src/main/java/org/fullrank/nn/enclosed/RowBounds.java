package org.fullrank.nn.enclosed;

import org.fullrank.rigor.matrix.IntervalMatrix;

/** Bounds of all rows of an enclosed matrix. */
final class RowBounds {
  private RowBounds() {}

  /** Upper bounds of the 2-norms. */
  static double[] norms(IntervalMatrix rows) {
    double[] out = new double[rows.rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = rows.rowNorm(i);
    }
    return out;
  }

  /** Upper bounds of the largest magnitudes. */
  static double[] largest(IntervalMatrix rows) {
    double[] out = new double[rows.rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = rows.largest(i);
    }
    return out;
  }
}
