package org.fullrank.rigor.matrix;

import java.util.Arrays;
import java.util.List;
import org.fullrank.rigor.kernel.Tiles;
import org.fullrank.rigor.kernel.Workers;

/**
 * The lower triangle of {@code sum_l (s_l^2 A_l A_l^T + t_l^2 1 1^T) o (G_l G_l^T)} in plain Java,
 * {@code o} the entrywise product and row {@code r} belonging to sample {@code r / k}. A term with
 * {@code S} positions is the sum over all pairs of positions of such products.
 *
 * <p>Inner products are summed in chunks of {@value #CHUNK} fused multiply-adds, and the chunks one
 * by one, so a term of an inner product of length {@code p} passes through at most {@code CHUNK +
 * ceil(p / CHUNK)} roundings. Threads do not change the bits.
 */
final class KroneckerGram {
  /** Short chains for a small error bound, long enough for the inner loop; a multiple of 3. */
  static final int CHUNK = 63;

  private static final int WIDTH = Tiles.WIDTH;

  private final List<KroneckerTerm> terms;
  private final int rows;
  private final int k;
  private final double[][][][] inputs;
  private final double[][][][] cotangents;
  private final double[][] result;

  private KroneckerGram(List<KroneckerTerm> terms) {
    this.terms = terms;
    this.rows = terms.get(0).rows();
    this.k = terms.get(0).outputs();
    this.inputs =
        terms.stream()
            .map(t -> byPosition(t.inputs().mid(), t.positions()))
            .toArray(double[][][][]::new);
    this.cotangents =
        terms.stream()
            .map(t -> byPosition(t.cotangents().mid(), t.positions()))
            .toArray(double[][][][]::new);
    this.result = new double[rows][];
    for (int r = 0; r < rows; r++) {
      result[r] = new double[r + 1];
    }
  }

  /** The triangle, without checks; entries may have overflowed. */
  static double[][] lowerTriangle(List<KroneckerTerm> terms, int threads) {
    KroneckerGram gram = new KroneckerGram(terms);
    int blocks = (gram.rows + WIDTH - 1) / WIDTH;
    int tasks = blocks * (blocks + 1) / 2;
    Workers.run(
        Math.min(threads, tasks),
        (team, member) -> {
          Scratch scratch = new Scratch(gram.rows);
          for (int t = team.take(); t < tasks; t = team.take()) {
            int block = 0;
            int column = t;
            while (column > block) {
              block++;
              column -= block;
            }
            gram.tile(block * WIDTH, column * WIDTH, scratch);
          }
        });
    return gram.result;
  }

  /**
   * Roundings that a summand of an entry passes through: both inner products, two for the square of
   * a scale and its product, two for weights and bias, one for the entrywise product, one for each
   * term and pair of positions of the sum, and some to spare.
   */
  static long roundings(List<KroneckerTerm> terms) {
    long most = 0;
    for (KroneckerTerm term : terms) {
      most = Math.max(most, chain(term.inputs().columns()) + chain(term.cotangents().columns()));
    }
    return most + pairs(terms) + 8;
  }

  /** Pairs of positions in all terms: products that an entry is the sum of. */
  static long pairs(List<KroneckerTerm> terms) {
    return terms.stream().mapToLong(t -> (long) t.positions() * t.positions()).sum();
  }

  private static long chain(int length) {
    return Math.min(length, CHUNK) + (length + CHUNK - 1L) / CHUNK;
  }

  /** Working arrays of one thread; {@code view} lends {@code part} to the kernel as rows. */
  private static final class Scratch {
    final Tiles tiles = new Tiles();
    final double[][] pack = Tiles.newPack();
    final double[][] part = new double[WIDTH + 2][WIDTH + 6];
    final double[][] inner = new double[WIDTH + 2][WIDTH + 6];
    final double[][] outer = new double[WIDTH + 2][WIDTH + 6];
    final double[][] view;

    Scratch(int rows) {
      view = new double[rows][];
    }
  }

  private void tile(int r0, int c0, Scratch w) {
    int r1 = Math.min(rows, r0 + WIDTH);
    int c1 = Math.min(rows, c0 + WIDTH);
    int i0 = r0 / k;
    int j0 = c0 / k;
    int i1 = (r1 - 1) / k + 1;
    int j1 = (c1 - 1) / k + 1;
    for (int l = 0; l < terms.size(); l++) {
      KroneckerTerm term = terms.get(l);
      double t2 = term.biasScale() * term.biasScale();
      double s2 = term.scale() * term.scale();
      for (int pair = 0; pair < term.positions() * term.positions(); pair++) {
        int s = pair / term.positions();
        int t = pair % term.positions();
        product(cotangents[l][s], r0, r1, cotangents[l][t], c0, c1, w, w.outer);
        product(inputs[l][s], i0, i1, inputs[l][t], j0, j1, w, w.inner);
        for (int i = 0; i < i1 - i0; i++) {
          for (int j = 0; j < j1 - j0; j++) {
            w.inner[i][j] = Math.fma(s2, w.inner[i][j], t2);
          }
        }
        for (int r = r0; r < r1; r++) {
          double[] inner = w.inner[r / k - i0];
          double[] outer = w.outer[r - r0];
          double[] target = result[r];
          for (int c = c0; c < Math.min(c1, r + 1); c++) {
            target[c] = Math.fma(inner[c / k - j0], outer[c - c0], target[c]);
          }
        }
      }
    }
  }

  /** The rows of each position: views, not copies. */
  private static double[][][] byPosition(double[][] rows, int positions) {
    if (positions == 1) {
      return new double[][][] {rows};
    }
    double[][][] out = new double[positions][rows.length / positions][];
    for (int q = 0; q < rows.length; q++) {
      out[q % positions][q / positions] = rows[q];
    }
    return out;
  }

  /** Inner products of rows {@code i0..i1} of one with rows {@code j0..j1} of another. */
  private static void product(
      double[][] left,
      int i0,
      int i1,
      double[][] right,
      int j0,
      int j1,
      Scratch w,
      double[][] sum) {
    int width = j1 - j0;
    int length = left[0].length;
    for (int i = i0; i < i1; i++) {
      w.view[i] = w.part[i - i0];
      Arrays.fill(sum[i - i0], 0, width, 0);
    }
    for (int k0 = 0; k0 < length; k0 += CHUNK) {
      int depth = Math.min(CHUNK, length - k0);
      Tiles.packTransposed(right, j0, width, k0, depth, w.pack);
      for (int i = 0; i < i1 - i0; i++) {
        Arrays.fill(w.part[i], 0, width, 0);
      }
      w.tiles.accumulate(w.view, i0, i1, 0, width, left, k0, depth, w.pack, 1, false);
      for (int i = 0; i < i1 - i0; i++) {
        add(w.part[i], sum[i], width);
      }
    }
  }

  private static void add(double[] x, double[] sum, int n) {
    for (int j = 0; j < n; j++) {
      sum[j] += x[j];
    }
  }
}
