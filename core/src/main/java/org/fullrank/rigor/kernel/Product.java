package org.fullrank.rigor.kernel;

import java.util.Arrays;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The matrix product {@code A B} in plain Java with a bound on its rounding error.
 *
 * <p>Each entry is a chain of {@code w} fused multiply-adds (inner length {@code w}), so {@code |C
 * - A B| <= gamma_w |A| |B| + w eta} entrywise. Threads do not change the bits.
 */
public final class Product {
  private final double[][] rows;
  private final double errorBound;

  private Product(double[][] rows, double errorBound) {
    this.rows = rows;
    this.errorBound = errorBound;
  }

  /**
   * Computes {@code A B}.
   *
   * @param a {@code [n][w]}, finite
   * @param b {@code [w][m]}, finite
   * @param threads at least 1
   */
  public static Product of(double[][] a, double[][] b, int threads) {
    Workers.requireThreads("Product", threads);
    ErrorTerms.requireFiniteMatrix(a, "Product, left factor,");
    ErrorTerms.requireFiniteMatrix(b, "Product, right factor,");
    if (a[0].length != b.length) {
      throw new IllegalArgumentException(
          "Product expects as many columns on the left as rows on the right but got ["
              + a.length
              + ", "
              + a[0].length
              + "] and ["
              + b.length
              + ", "
              + b[0].length
              + "]");
    }
    double norms = Rounding.multiplyUp(Norms.frobenius(a).hi(), Norms.frobenius(b).hi());
    double underflow =
        ErrorTerms.underflow(Math.sqrt((double) a.length * b[0].length) * 1.001 * b.length);
    double bound =
        Rounding.addUp(Rounding.multiplyUp(ErrorTerms.gamma(b.length), norms), underflow);
    return new Product(multiply(a, b, threads), bound);
  }

  /** The computed entries {@code [n][m]}; infinite or NaN where the product overflowed. */
  public double[][] toRows() {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * Upper bound of the Frobenius norm of the rounding error, {@code gamma_w ||A||_F ||B||_F} and an
   * underflow term; it applies if all computed entries are finite.
   */
  public double errorBound() {
    return errorBound;
  }

  /** The bare product without checks; entries may overflow or be NaN. */
  @Internal
  public static double[][] multiply(double[][] a, double[][] b, int threads) {
    int n = a.length;
    int inner = b.length;
    int m = b[0].length;
    double[][] c = new double[n][m];
    int rowTiles = (n + Tiles.WIDTH - 1) / Tiles.WIDTH;
    int columnTiles = (m + Tiles.WIDTH - 1) / Tiles.WIDTH;
    int tasks = rowTiles * columnTiles;
    Workers.run(
        Math.min(threads, tasks),
        (team, member) -> {
          Tiles tiles = new Tiles();
          double[][] pack = Tiles.newPack();
          for (int t = team.take(); t < tasks; t = team.take()) {
            int i0 = t / columnTiles * Tiles.WIDTH;
            int j0 = t % columnTiles * Tiles.WIDTH;
            int i1 = Math.min(n, i0 + Tiles.WIDTH);
            int width = Math.min(Tiles.WIDTH, m - j0);
            for (int k0 = 0; k0 < inner; k0 += Tiles.DEPTH) {
              int depth = Math.min(Tiles.DEPTH, inner - k0);
              for (int k = 0; k < depth; k++) {
                System.arraycopy(b[k0 + k], j0, pack[k], 0, width);
              }
              tiles.accumulate(c, i0, i1, j0, width, a, k0, depth, pack, 1, false);
            }
          }
        });
    return c;
  }

  /** Entrywise absolute values. */
  @Internal
  public static double[][] absolute(double[][] rows) {
    return Arrays.stream(rows)
        .map(row -> Arrays.stream(row).map(Math::abs).toArray())
        .toArray(double[][]::new);
  }
}
