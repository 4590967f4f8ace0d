package org.fullrank.rigor.eigen;

import java.util.Arrays;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.kernel.AbsoluteSums;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.Tiles;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * How far an approximate decomposition {@code V, diag(t)} is from one of A: bounds of {@code ||V^T
 * V - I||} and {@code ||V^T A V - diag(t)||} in spectral norm.
 *
 * <p>{@code V^T A V - diag(t) = V^T (A V - V diag(t)) + (V^T V - I) diag(t)}, so the second is at
 * most {@code sqrt(1 + e) r + g} with {@code e >= ||V^T V - I||}, {@code r >= ||A V - V diag(t)||}
 * and {@code g >= ||(V^T V - I) diag(t)||}.
 *
 * <p><b>Rounding.</b> Inner products are summed in blocks of {@link Tiles#DEPTH} terms, so each has
 * at most {@code m = min(n, DEPTH) + blocks} roundings on any term and differs from the exact one
 * by at most {@code gamma_m |x|.|y|} plus underflow; m instead of n is what keeps the bounds sharp
 * for large n. Block rows are reduced to sums as soon as they are computed: no matrix of order n is
 * stored. Cost: {@code 3 n^3} operations.
 */
final class DecompositionResidual {
  private static final int ROWS = 128;

  /** Largest magnitudes accepted: nothing overflows, and useful candidates are far below. */
  private static final double MAX_VALUE = 1e70;

  private static final double MAX_ENTRY = 4;

  private final double[][] lower;
  private final double[][] vectors;
  private final double[] values;
  private final ProgressListener progress;
  private final int n;
  private final int blocks;

  /** Bound of {@code ||V^T V - I||}, infinite if nothing is known. */
  private double defect = Double.POSITIVE_INFINITY;

  /** Bound of {@code ||V^T A V - diag(t)||}, infinite if nothing is known. */
  private double distance = Double.POSITIVE_INFINITY;

  /** Bound of {@code ||A V - V diag(t)||}, infinite if nothing is known. */
  private double residualNorm = Double.POSITIVE_INFINITY;

  /** Bound of {@code ||(V^T V - I) diag(t)||}, infinite if nothing is known. */
  private double weightedDefect = Double.POSITIVE_INFINITY;

  /**
   * Computes both bounds.
   *
   * @param lower lower triangle of A, entries of moderate size
   * @param values n numbers t, of any quality
   * @param vectors n rows of length n: row i is the vector for {@code values[i]}, of any quality
   * @param progress told how many blocks of rows are begun
   */
  DecompositionResidual(
      double[][] lower,
      double[] values,
      double[][] vectors,
      int threads,
      ProgressListener progress) {
    FloatingPoint.requireIeee();
    this.lower = lower;
    this.values = values;
    this.vectors = vectors;
    this.progress = progress;
    n = lower.length;
    blocks = (n + ROWS - 1) / ROWS;
    if (usable()) {
      compute(threads);
    }
  }

  double defect() {
    return defect;
  }

  double residualNorm() {
    return residualNorm;
  }

  double weightedDefect() {
    return weightedDefect;
  }

  double distance() {
    return distance;
  }

  /** Whether the numbers are finite and moderate. */
  private boolean usable() {
    if (values.length != n || vectors.length != n || !(largestValue() <= MAX_VALUE)) {
      return false;
    }
    for (double[] row : vectors) {
      if (row.length != n || !(ErrorTerms.largest(row, n) <= MAX_ENTRY)) {
        return false;
      }
    }
    return true;
  }

  private double largestValue() {
    return ErrorTerms.largest(values, n);
  }

  private void compute(int threads) {
    double gamma = ErrorTerms.gamma(roundings(n));
    double vectorNorm = Rounding.sqrtUp(squares(vectors, false));
    double matrixNorm = Rounding.sqrtUp(squares(lower, true));
    double underflow = underflow(n);

    AbsoluteSums residual = new AbsoluteSums(n, blocks);
    sweep(
        threads,
        new Reporting(progress, "residual of a decomposition"),
        n,
        this::packMatrix,
        (block, i, j, p) -> {
          double r = Math.fma(-values[i], vectors[i][j], p);
          residual.add(block, i, j, Math.abs(r));
        });
    // The rounding of the subtraction is relative, one of the eight that the sums have to spare.
    double r = residual.spectral();
    r = Rounding.addUp(r, product(gamma, vectorNorm, matrixNorm));
    r = Rounding.addUp(r, underflow);
    residualNorm = r;

    AbsoluteSums defects = new AbsoluteSums(n, blocks);
    AbsoluteSums weighted = new AbsoluteSums(n, blocks);
    double[] diagonal = new double[n];
    double[] weightedDiagonal = new double[n];
    sweep(
        threads,
        new Reporting(progress, "orthogonality of its vectors"),
        0,
        this::packVectors,
        (block, i, j, p) -> {
          if (j < i) {
            double d = Math.abs(p);
            defects.add(block, i, j, d);
            // Entries (i, j) and (j, i) of the defect times diag(t); the larger stands for both.
            weighted.add(
                block,
                i,
                j,
                Rounding.multiplyUp(d, Math.max(Math.abs(values[i]), Math.abs(values[j]))));
          } else if (i == j) {
            double d = Math.abs(p - 1); // relative rounding, to spare as above
            diagonal[i] = d;
            weightedDiagonal[i] = Rounding.multiplyUp(d, Math.abs(values[i]));
          }
        });
    defect =
        Rounding.addUp(defects.symmetricSpectral(diagonal), product(gamma, vectorNorm, vectorNorm));
    defect = Rounding.addUp(defect, underflow);
    // Entrywise |G - computed| |t_j| <= gamma |x_i| |x_j| |t_j|, in Frobenius norm:
    double g = weighted.symmetricSpectral(weightedDiagonal);
    g = Rounding.addUp(g, product(gamma, vectorNorm, weightedNorm()));
    g = Rounding.addUp(g, Rounding.multiplyUp(underflow, largestValue()));
    g = Math.min(g, Rounding.multiplyUp(defect, largestValue()));
    weightedDefect = g;
    double stretch = Rounding.sqrtUp(Rounding.addUp(1, defect));
    distance = Rounding.addUp(Rounding.multiplyUp(stretch, r), g);
  }

  /** Roundings on any term of an inner product of length n. */
  static int roundings(int n) {
    return Math.min(n, Tiles.DEPTH) + (n + Tiles.DEPTH - 1) / Tiles.DEPTH;
  }

  /** Underflow in n^2 inner products of n terms and one subtraction each, in Frobenius norm. */
  static double underflow(int n) {
    return ErrorTerms.underflow((double) n * (n + 1));
  }

  private static double product(double a, double b, double c) {
    return Rounding.multiplyUp(a, Rounding.multiplyUp(b, c));
  }

  /** Upper bound of the sum of squares of a matrix, or of a symmetric one from its triangle. */
  private static double squares(double[][] rows, boolean triangle) {
    Interval sum = Interval.ZERO;
    for (int i = 0; i < rows.length; i++) {
      sum =
          triangle
              ? sum.add(Norms.sumOfSquares(rows[i], i).multiply(2))
                  .add(Interval.of(rows[i][i]).square())
              : sum.add(Norms.sumOfSquares(rows[i], rows[i].length));
    }
    return sum.hi();
  }

  /** Upper bound of {@code sqrt(sum_j |x_j|^2 t_j^2)}. */
  private double weightedNorm() {
    Interval sum = Interval.ZERO;
    for (int j = 0; j < n; j++) {
      Interval square = Interval.of(values[j]).square();
      sum = sum.add(Norms.sumOfSquares(vectors[j], n).multiply(square));
    }
    return Rounding.sqrtUp(sum.hi());
  }

  /** {@code b[k][j]} of the right factor. */
  private interface Pack {
    void pack(int k0, int depth, int j0, int width, double[][] b);
  }

  /** Takes entry {@code (i, j)} of a product; the block belongs to the calling thread. */
  private interface Reduce {
    void entry(int block, int i, int j, double value);
  }

  /** {@code V^T} times the right factor; without {@code columns}, only up to the diagonal. */
  private void sweep(int threads, Reporting task, int columns, Pack right, Reduce reduce) {
    Workers.run(
        Math.min(threads, blocks),
        (team, member) -> {
          Tiles tiles = new Tiles();
          // Smaller than Tiles.newPack for small orders, with room for the padding to threes.
          double[][] pack = new double[Math.min(n, Tiles.DEPTH) + 2][Math.min(n, Tiles.WIDTH) + 6];
          double[][] part = new double[Math.min(n, ROWS)][Math.min(n, Tiles.WIDTH)];
          double[][] sum = new double[Math.min(n, ROWS)][Math.min(n, Tiles.WIDTH)];
          for (int t = team.take(); t < blocks; t = team.take()) {
            team.report(member, task, t, blocks);
            int block = blocks - 1 - t; // the longest rows first
            int i0 = block * ROWS;
            int i1 = Math.min(n, i0 + ROWS);
            double[][] rows = Arrays.copyOfRange(vectors, i0, i1);
            int end = columns == 0 ? i1 : columns;
            for (int j0 = 0; j0 < end; j0 += Tiles.WIDTH) {
              int width = Math.min(Tiles.WIDTH, end - j0);
              clear(sum, width);
              for (int k0 = 0; k0 < n; k0 += Tiles.DEPTH) {
                int depth = Math.min(Tiles.DEPTH, n - k0);
                right.pack(k0, depth, j0, width, pack);
                clear(part, width);
                tiles.accumulate(part, 0, i1 - i0, 0, width, rows, k0, depth, pack, 1, false);
                for (int i = 0; i < i1 - i0; i++) {
                  add(part[i], sum[i], width);
                }
              }
              for (int i = i0; i < i1; i++) {
                for (int j = 0; j < width; j++) {
                  reduce.entry(block, i, j0 + j, sum[i - i0][j]);
                }
              }
            }
          }
        });
    task.show(blocks, blocks);
  }

  private void packVectors(int k0, int depth, int j0, int width, double[][] b) {
    Tiles.packTransposed(vectors, j0, width, k0, depth, b);
  }

  /** {@code b[k][j] = A[k0 + k][j0 + j]} from the lower triangle. */
  private void packMatrix(int k0, int depth, int j0, int width, double[][] b) {
    for (int k = 0; k < depth; k++) {
      int stored = Math.min(width, k0 + k + 1 - j0);
      if (stored > 0) {
        System.arraycopy(lower[k0 + k], j0, b[k], 0, stored);
      }
    }
    for (int j = Math.max(0, k0 + 1 - j0); j < width; j++) {
      double[] row = lower[j0 + j];
      int end = Math.min(depth, j0 + j - k0);
      for (int k = 0; k < end; k++) {
        b[k][j] = row[k0 + k];
      }
    }
  }

  private static void clear(double[][] tile, int width) {
    for (double[] row : tile) {
      Arrays.fill(row, 0, width, 0);
    }
  }

  private static void add(double[] x, double[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] += x[i];
    }
  }
}
