package org.fullrank.nn.layer;

/** Transposed copies of plain arrays. */
final class Transposes {
  private Transposes() {}

  static double[][] of(double[][] rows) {
    double[][] t = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = rows[i][j];
      }
    }
    return t;
  }
}
