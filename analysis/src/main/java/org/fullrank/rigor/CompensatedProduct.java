package org.fullrank.rigor;

/**
 * The matrix product {@code A B}, each entry as if computed in twice the working precision and then
 * rounded (Ogita, Rump, Oishi, Accurate sum and dot product, 2005, algorithm 5.3 with a fused
 * multiply-add), many entries side by side so that the compiler vectorises.
 *
 * <p>Error of a finite entry: {@code u |a.b| + gamma_w^2 |a|.|b|} and at most {@code 5 w eta} for
 * underflow, {@code w} the inner length. An entry that overflowed anywhere is infinite or NaN: a
 * sum that has become infinite leaves NaN in its error term. Threads do not change the bits. Cost:
 * about 0.3 ns per term.
 */
final class CompensatedProduct {
  private CompensatedProduct() {}

  /** Computes {@code [n][w]} times {@code [w][m]}, without checks. */
  static double[][] multiply(double[][] a, double[][] b, int threads) {
    int n = a.length;
    int m = b[0].length;
    double[][] c = new double[n][m];
    int block = 16;
    int tasks = (n + block - 1) / block;
    Workers.run(
        Math.min(threads, tasks),
        (team, member) -> {
          double[] low = new double[m];
          for (int t = team.take(); t < tasks; t = team.take()) {
            for (int i = t * block; i < Math.min(n, (t + 1) * block); i++) {
              row(a[i], b, c[i], low);
            }
          }
        });
    return c;
  }

  private static void row(double[] a, double[][] b, double[] c, double[] low) {
    java.util.Arrays.fill(low, 0);
    for (int k = 0; k < b.length; k++) {
      if (a[k] != 0) { // adding an exact zero changes nothing
        add(a[k], b[k], c, low, c.length);
      }
    }
    for (int j = 0; j < c.length; j++) {
      c[j] += low[j];
    }
  }

  /** {@code c + low += a b}, the errors of product and sum collected in {@code low}. */
  private static void add(double a, double[] b, double[] c, double[] low, int n) {
    for (int j = 0; j < n; j++) {
      double p = a * b[j];
      double error = Math.fma(a, b[j], -p);
      double old = c[j];
      double sum = old + p;
      double moved = sum - old;
      low[j] += error + ((old - (sum - moved)) + (p - moved));
      c[j] = sum;
    }
  }
}
