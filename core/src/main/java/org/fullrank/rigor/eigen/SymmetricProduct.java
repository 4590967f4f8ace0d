package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Tiles;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The Gram matrix {@code K = J J^T} of stored rows, in plain Java, with a bound on its rounding
 * error, so that eigenvalues of the <em>exact</em> product can be enclosed.
 *
 * <p>Each entry is a chain of {@code p} fused multiply-adds; only one triangle is computed.
 * Entrywise {@code |K - J J^T| <= gamma_p ||j_i|| ||j_j|| + p eta}, hence in spectral norm at most
 * {@code gamma_p ||J||_F^2 + N p eta}. Threads do not change the bits. Cost: {@code N^2 p}
 * operations.
 */
public final class SymmetricProduct {
  private SymmetricProduct() {}

  /**
   * Computes {@code J J^T}; the result stands for all matrices within the rounding error, the exact
   * product among them, and its {@linkplain SymmetricMatrix#radius radius} is the error bound.
   *
   * @param j {@code [N][p]}, finite; any scale, extreme entries are scaled by a power of two
   * @param threads at least 1
   */
  public static SymmetricMatrix of(double[][] j, int threads) {
    Workers.requireThreads("SymmetricProduct", threads);
    int exponent = ErrorTerms.exponentFor(ErrorTerms.requireFiniteMatrix(j, "SymmetricProduct"));
    double[][] scaled = exponent == 0 ? j : ErrorTerms.scaledCopy(j, exponent);
    int n = j.length;
    int p = j[0].length;
    Interval squares = Interval.ZERO;
    for (double[] row : scaled) {
      squares = squares.add(Norms.sumOfSquares(row, p));
    }
    double radius =
        Rounding.addUp(
            Rounding.multiplyUp(ErrorTerms.gamma(p), squares.hi()),
            ErrorTerms.underflow((double) n * p));
    if (exponent > 0) {
      // Scaled entries are below 2 and may be off by eta: a product of two by 5 eta.
      radius = Rounding.addUp(radius, ErrorTerms.underflow(5.0 * n * p));
    }
    return SymmetricMatrix.ofScaled(
        lowerTriangle(scaled, threads), 2 * exponent, radius, Subject.EXACT_PRODUCT);
  }

  /** The lower triangle of the product, without checks. */
  static double[][] lowerTriangle(double[][] j, int threads) {
    int n = j.length;
    int p = j[0].length;
    double[][] k = new double[n][];
    for (int i = 0; i < n; i++) {
      k[i] = new double[i + 1];
    }
    int chunks = (n + Tiles.WIDTH - 1) / Tiles.WIDTH;
    int tasks = chunks * (chunks + 1) / 2;
    Workers.run(
        Math.min(threads, tasks),
        (team, member) -> {
          Tiles tiles = new Tiles();
          double[][] pack = Tiles.newPack();
          for (int t = team.take(); t < tasks; t = team.take()) {
            int block = 0;
            int column = t;
            while (column > block) {
              block++;
              column -= block;
            }
            int i0 = block * Tiles.WIDTH;
            int j0 = column * Tiles.WIDTH;
            int i1 = Math.min(n, i0 + Tiles.WIDTH);
            int width = Math.min(Tiles.WIDTH, n - j0);
            for (int k0 = 0; k0 < p; k0 += Tiles.DEPTH) {
              int depth = Math.min(Tiles.DEPTH, p - k0);
              Tiles.packTransposed(j, j0, width, k0, depth, pack);
              tiles.accumulate(k, i0, i1, j0, width, j, k0, depth, pack, 1, block == column);
            }
          }
        });
    return k;
  }
}
