package org.fullrank.io;

import java.util.Arrays;

/** Transformations of input rows. */
final class Scaling {
  private Scaling() {}

  /** Mean 0 and mean square 1 in every column; constant columns become 0. */
  static double[][] standardized(double[][] x) {
    int n = x.length;
    double[][] out = new double[n][x[0].length];
    for (int c = 0; c < x[0].length; c++) {
      // Differences to the first value keep a small spread around a large mean accurate.
      double first = x[0][c];
      double mean = 0;
      boolean constant = true;
      for (double[] row : x) {
        mean += (row[c] - first) / n;
        constant &= row[c] == first;
      }
      double largest = 0;
      for (int i = 0; i < n && !constant; i++) {
        out[i][c] = x[i][c] - first - mean;
        largest = Math.max(largest, Math.abs(out[i][c]));
      }
      // Scaling by a power of two keeps the squares in range.
      int exponent = Math.getExponent(largest);
      double square = 0;
      for (double[] row : out) {
        row[c] = Math.scalb(row[c], -exponent);
        square += row[c] * row[c] / n;
      }
      double deviation = Math.sqrt(square);
      for (int i = 0; i < n && !constant; i++) {
        out[i][c] /= deviation;
      }
    }
    return out;
  }

  /** Each non-zero row over its Euclidean norm. */
  static double[][] unitNormRows(double[][] x) {
    double[][] out = new double[x.length][];
    for (int i = 0; i < out.length; i++) {
      // Scaling by a power of two is exact here and keeps the squares in range.
      int exponent = Math.getExponent(Arrays.stream(x[i]).map(Math::abs).max().orElse(1));
      double[] row = x[i].clone();
      double square = 0;
      for (int c = 0; c < row.length; c++) {
        row[c] = Math.scalb(row[c], -exponent);
        square += row[c] * row[c];
      }
      double norm = Math.sqrt(square);
      for (int c = 0; c < row.length; c++) {
        row[c] /= norm;
      }
      out[i] = row;
    }
    return out;
  }
}
