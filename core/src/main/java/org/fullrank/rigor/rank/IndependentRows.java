package org.fullrank.rigor.rank;

import java.util.Arrays;
import java.util.Locale;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.Workers;

/**
 * Rows of a stored matrix that are proved linearly independent: {@code rank M >= r}, with the rows
 * as witnesses.
 *
 * <p>Row-pivoted Gram-Schmidt orders the rows; {@link RankCertificate} proves independence of the
 * first {@code r}, and {@code r} is searched by bisection, starting from all. The order is a
 * heuristic: a larger independent set may exist and stay unproved, but no wrong one is returned.
 * About the stored numbers only: rounding usually raises the rank of a matrix that is deficient in
 * exact arithmetic, and rows that differ by rounding noise are independent to this class.
 *
 * <p>Cost: {@code 4 n w r} operations and up to {@code log2(r) + 2} certificates.
 */
public final class IndependentRows {
  private final int[] rows;
  private final int[] shape;
  private final RankCertificate certificate;

  private IndependentRows(int[] rows, int[] shape, RankCertificate certificate) {
    this.rows = rows;
    this.shape = shape;
    this.certificate = certificate;
  }

  /**
   * Searches the largest provable rank.
   *
   * @param m {@code [n][w]}, finite, any shape and scale
   * @param threads at least 1; does not change the result
   */
  public static IndependentRows of(double[][] m, int threads) {
    return of(m, threads, ProgressListener.none());
  }

  /**
   * As {@link #of(double[][], int)}, with a listener.
   *
   * @param progress told by the calling thread how many rows are factored, and then how many are
   *     proved independent, of those that may be
   */
  public static IndependentRows of(double[][] m, int threads, ProgressListener progress) {
    Workers.requireThreads("IndependentRows", threads);
    ErrorTerms.requireFiniteMatrix(m, "IndependentRows");
    PivotedLq lq = PivotedLq.of(Equilibration.of(m, false).matrix(), progress);
    Reporting search = new Reporting(progress, "proof of independent rows");
    int proved = 0;
    int open = lq.steps();
    RightInverseCheck best = null;
    for (int next = open; next > proved; ) {
      Cancellation.check("A search for independent rows");
      search.show(proved, lq.steps());
      RightInverseCheck check =
          RightInverseCheck.of(chosen(m, lq.rows(next)), threads)
              .proposed(lq.rightInverse(next, threads));
      if (check.proves()) {
        best = check;
        proved = next;
      } else {
        open = next - 1;
      }
      int jump = jump(lq, proved, open);
      next = jump > proved ? jump : (proved + open + 1) / 2;
    }
    search.show(proved, lq.steps());
    int[] shape = {m.length, m[0].length};
    RankCertificate certificate =
        best == null
            ? RankCertificate.of(0, m[0].length, Double.POSITIVE_INFINITY, Interval.ZERO)
            : best.certify();
    return new IndependentRows(lq.rows(proved), shape, certificate);
  }

  /** The proved rank: between 0 and {@code min(n, w)}; 0 only if every entry is zero. */
  public int rankAtLeast() {
    return rows.length;
  }

  /** Numbers of the independent rows, ascending, from 0. */
  public int[] rows() {
    int[] sorted = rows.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /**
   * Encloses the smallest singular value of the chosen rows.
   *
   * @throws IllegalStateException if there are none
   */
  public Interval sigmaMin() {
    if (rows.length == 0) {
      throw new IllegalStateException("no independent rows: the matrix is zero");
    }
    return certificate.sigmaMin();
  }

  /**
   * {@link #sigmaMin} as a verified quantity about the stored rows.
   *
   * @throws IllegalStateException if there are none
   */
  public Quantity sigmaMin(String symbol) {
    return Quantity.verified(
        symbol, sigmaMin(), Subject.STORED_MATRIX, "residual of an approximate right inverse");
  }

  /** The rank as a verified quantity about the stored matrix. */
  public Quantity rank(String symbol) {
    return Quantity.verified(
        symbol,
        new Interval(rows.length, Math.min(shape[0], shape[1])),
        Subject.STORED_MATRIX,
        "right inverse of " + rows.length + " pivoted rows");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rank of [%d, %d] >= %d: rows %s are independent%s (%s)",
        shape[0],
        shape[1],
        rows.length,
        Arrays.toString(rows()),
        rows.length == 0 ? "" : ", their sigma_min in " + certificate.sigmaMin(),
        Subject.STORED_MATRIX.text());
  }

  /** The end of the pivots above rounding noise, if that lies in {@code (proved, open]}. */
  private static int jump(PivotedLq lq, int proved, int open) {
    int k = 0;
    while (k < open && lq.pivot(k) > 1e-13 * lq.pivot(0)) {
      k++;
    }
    return k < open && k > proved ? k : 0;
  }

  private static double[][] chosen(double[][] m, int[] rows) {
    return Arrays.stream(rows).mapToObj(i -> m[i]).toArray(double[][]::new);
  }
}
