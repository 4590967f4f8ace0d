package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The matrix product as if computed in twice the working precision: every entry is an unevaluated
 * sum {@code high + low} (Ogita, Rump, Oishi, Accurate sum and dot product, 2005, algorithm 5.3
 * with a fused multiply-add, without its final addition).
 *
 * <p><b>Rounding.</b> With products {@code a b = p + e} and sums {@code s + p = s' + f} split
 * without error, the exact entry is the last {@code s'} plus {@code sum (e + f)}, and only this sum
 * is rounded, {@code w} terms of one rounding each in ascending order. As {@code sum |e| + |f| <=
 * gamma_(w+1) T} with {@code T = |start| + sum |a| |b|},
 *
 * <pre>|start + A B - (high + low)| &lt;= gamma_(w+1)^2 T + 5 w eta,</pre>
 *
 * the last term for products that underflow. It applies to entries that are finite. Threads do not
 * change the bits. <b>Cost.</b> Five to ten times that of {@link Product}.
 */
@Internal
public final class CompensatedProduct {
  /** Rows of B per pass, so that they stay in a cache while all rows of A use them. */
  private static final int DEPTH = 64;

  private static final int ROWS = 8;

  private CompensatedProduct() {}

  /**
   * Adds {@code A B} to {@code high + low}, in place. The error bound is for {@code low = 0} on
   * entry.
   *
   * @param high {@code [n][m]}
   * @param low {@code [n][m]}
   * @param a {@code [n][w]}
   * @param b {@code [w][m]}
   * @param threads at least 1
   */
  public static void accumulate(
      double[][] high, double[][] low, double[][] a, double[][] b, int threads) {
    int n = a.length;
    int inner = b.length;
    int tasks = (n + ROWS - 1) / ROWS;
    Workers.run(
        Math.min(threads, tasks),
        (team, member) -> {
          for (int t = team.take(); t < tasks; t = team.take()) {
            int i1 = Math.min(n, (t + 1) * ROWS);
            for (int k0 = 0; k0 < inner; k0 += DEPTH) {
              int k1 = Math.min(inner, k0 + DEPTH);
              for (int i = t * ROWS; i < i1; i++) {
                for (int k = k0; k < k1; k++) {
                  axpy(a[i][k], b[k], high[i], low[i], high[i].length);
                }
              }
            }
          }
        });
  }

  /**
   * {@code A B}, rounded once more: an entry errs by at most {@code u |a.b| + gamma_w^2 |a|.|b|}
   * and {@code 5 w eta} (the first product is added to an exact zero, so one rounding less). An
   * entry that overflowed anywhere is infinite or NaN: a sum that has become infinite leaves NaN in
   * its error term.
   *
   * @param a {@code [n][w]}
   * @param b {@code [w][m]}
   * @param threads at least 1
   */
  public static double[][] multiply(double[][] a, double[][] b, int threads) {
    double[][] high = new double[a.length][b[0].length];
    double[][] low = new double[a.length][b[0].length];
    accumulate(high, low, a, b, threads);
    for (int i = 0; i < high.length; i++) {
      for (int j = 0; j < high[i].length; j++) {
        high[i][j] += low[i][j];
      }
    }
    return high;
  }

  /** Bound of the error of one entry; {@code weight >= T}. */
  public static double errorBound(int inner, double weight) {
    double gamma = ErrorTerms.gamma(inner + 1L);
    return Rounding.addUp(
        Rounding.multiplyUp(Rounding.multiplyUp(gamma, gamma), weight),
        ErrorTerms.underflow(5.0 * inner));
  }

  /**
   * {@code high + low += a x} for the first {@code n} entries.
   *
   * <p>The branch on a negative {@code n} is never taken. It makes the method too large to be
   * inlined into its caller, where the loop would lose its vector form, as in {@link Tiles}.
   */
  private static void axpy(double a, double[] x, double[] high, double[] low, int n) {
    if (n < 0) {
      double u = x[0];
      double v = high[0];
      double w = low[0];
      neverTaken(x, high, a * u + v * w - u * v + a * w - v);
      neverTaken(high, low, a * v - u * w + a * u * w - v * a + w);
      neverTaken(low, x, v * w + a - u * v * a + w * u);
      neverTaken(x, low, u - a * w + v * u * w - a * v + u);
      neverTaken(high, x, w * a + u * v - a * u - w * v * u);
      neverTaken(low, high, a + u * w - v * a * w + u * v - w);
      neverTaken(x, x, v - u * a + w * v * a - u * w + a);
      neverTaken(high, high, w - v * u + a * w * u - v * a - u);
      neverTaken(low, low, u * v * w + a * w - u * a + v * w);
      neverTaken(x, high, a * v * w - u + w * a * u - v * u);
    }
    for (int j = 0; j < n; j++) {
      double b = x[j];
      double p = a * b;
      double e = Math.fma(a, b, -p);
      double h = high[j];
      double s = h + p;
      double z = s - h;
      double f = (h - (s - z)) + (p - z);
      high[j] = s;
      low[j] = low[j] + (e + f);
    }
  }

  private static void neverTaken(double[] x, double[] y, double value) {
    throw new IllegalArgumentException(
        "negative length with arrays of " + x.length + y.length + " and " + value);
  }
}
