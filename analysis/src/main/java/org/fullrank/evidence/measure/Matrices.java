package org.fullrank.evidence.measure;

import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Quantity;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Small matrices as rows of doubles. */
final class Matrices {
  private Matrices() {}

  static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }

  /** The difference, each entry rounded once. */
  static double[][] subtract(double[][] a, double[][] b) {
    double[][] out = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = a[i][j] - b[i][j];
      }
    }
    return out;
  }

  static boolean isFinite(double[][] rows) {
    for (double[] row : rows) {
      for (double v : row) {
        if (!Double.isFinite(v)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Singular values of a matrix, turned so that it has no more rows than columns. */
  static RankReport rank(double[][] rows, int threads) {
    double[][] wide = rows.length <= rows[0].length ? rows : transpose(rows);
    try (INDArray m = Tensors.ofRows(wide)) {
      return RankAnalysis.withDefaults().withThreads(threads).analyze(m);
    }
  }

  /** For matrices that are data of the problem: the stored matrix is the exact one. */
  static Quantity exact(String symbol, Quantity sigma) {
    return Facts.ofData(symbol, sigma);
  }
}
