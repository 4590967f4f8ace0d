package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.Arrays;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * The first pass over a matrix, block by block with the mirror block: every entry finite, both
 * triangles equal or their difference bounded, and Gershgorin's bound for the lower triangle.
 */
final class TiledSurvey {
  private static final String TASK = "checking the entries";

  private final double[] diagonal;
  private final double[] absolute;

  /** Upper bounds of the row sums of {@code |A - A^T|}; null where it must be 0. */
  private final double @Nullable [] differences;

  private double largest;

  /** Rows and columns of a block for a matrix of order n: whole bands of the digest. */
  static int block(int n) {
    int bands = Math.min(8, Math.max(2, n / 8 / EntryDigest.WIDTH));
    return Math.min(n, bands * EntryDigest.WIDTH);
  }

  private TiledSurvey(int n, boolean symmetrized) {
    diagonal = new double[n];
    absolute = new double[n];
    differences = symmetrized ? new double[n] : null;
  }

  /**
   * Reads all entries once, unscaled, and fills the digest with which later passes must agree.
   *
   * @param symmetrized whether mirror images may differ
   * @throws IllegalArgumentException if one is not finite, or not equal to its mirror image
   */
  static TiledSurvey of(TiledEntries entries, boolean symmetrized, TiledWork work)
      throws IOException, InterruptedException {
    int n = entries.order();
    TiledSurvey survey = new TiledSurvey(n, symmetrized);
    int size = block(n);
    double[][] block = new double[size][size];
    double[][] mirror = new double[size][size];
    long blocks = (n + size - 1L) / size;
    long done = 0;
    for (int i0 = 0; i0 < n; i0 += size) {
      int rows = Math.min(size, n - i0);
      for (int j0 = 0; j0 <= i0; j0 += size) {
        work.show(TASK, done++, blocks * (blocks + 1) / 2);
        int columns = Math.min(size, n - j0);
        int row = i0;
        int column = j0;
        work.run(
            () -> {
              for (int i = 0; i < rows; i++) {
                entries.read(row + i, column, columns, block[i], entries.known());
              }
              for (int j = 0; row != column && j < columns; j++) {
                entries.read(column + j, row, rows, mirror[j]);
              }
            });
        survey.take(i0, rows, j0, columns, block, i0 == j0 ? block : mirror);
      }
    }
    return survey;
  }

  private void take(int i0, int rows, int j0, int columns, double[][] block, double[][] mirror) {
    for (int i = 0; i < rows; i++) {
      int end = Math.min(columns, i0 + i - j0);
      double[] row = block[i];
      double own = 0;
      for (int j = 0; j < end; j++) {
        if (row[j] != mirror[j][i]) {
          differ(i0 + i, j0 + j, row[j], mirror[j][i]);
        }
        double magnitude = Math.abs(row[j]);
        own += magnitude;
        absolute[j0 + j] += magnitude;
        largest = Math.max(largest, magnitude);
      }
      absolute[i0 + i] += own;
      if (i0 == j0) {
        diagonal[i0 + i] = row[i];
        largest = Math.max(largest, Math.abs(row[i]));
      }
    }
  }

  private void differ(int i, int j, double entry, double mirrored) {
    if (differences == null) {
      throw SymmetricMatrix.asymmetric(
          "TiledCholeskyBound",
          i,
          j,
          entry,
          mirrored,
          "if they differ by rounding, use symmetrized()");
    }
    double difference = Rounding.subtractUp(Math.max(entry, mirrored), Math.min(entry, mirrored));
    differences[i] = Rounding.addUp(differences[i], difference);
    differences[j] = Rounding.addUp(differences[j], difference);
  }

  /**
   * Upper bound of the spectral norm of {@code |A - A^T|}: its largest row sum. Every symmetric
   * matrix between the triangles is that close to the one of the lower triangle.
   */
  double asymmetry() {
    return differences == null ? 0 : Arrays.stream(differences).max().orElse(0);
  }

  /** Largest magnitude, of the lower triangle. */
  double largest() {
    return largest;
  }

  /** The diagonal as stored. */
  double[] diagonal() {
    return diagonal;
  }

  /** A lower bound of the smallest eigenvalue, in stored units; may be {@code -inf}. */
  double gershgorin() {
    int n = diagonal.length;
    double lo = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double disc = Norms.ofNonNegativeTerms(absolute[i], n, 0).hi();
      lo = Math.min(lo, Rounding.subtractDown(diagonal[i], disc));
    }
    return lo;
  }
}
