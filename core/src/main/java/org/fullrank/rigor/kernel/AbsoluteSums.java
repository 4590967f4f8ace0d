package org.fullrank.rigor.kernel;

import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Sums over the absolute entries of a matrix that is computed block row by block row and not kept:
 * by row, by column, and of squares. Block rows may be added by different threads; the sums do not
 * depend on that.
 */
@Internal
public final class AbsoluteSums {
  private final int n;
  private final double[] rows;
  private final double[][] columns;
  private final double[] squares;

  /** Of order n; each block is for one thread to add to. */
  public AbsoluteSums(int n, int blocks) {
    this.n = n;
    rows = new double[n];
    columns = new double[blocks][n];
    squares = new double[blocks];
  }

  /** Adds entry {@code (i, j)}, visited once, with magnitude r. */
  public void add(int block, int i, int j, double r) {
    rows[i] += r;
    columns[block][j] += r;
    squares[block] = Math.fma(r, r, squares[block]);
  }

  /** Bound of the spectral norm: the smaller of Frobenius and {@code sqrt(norm_1 norm_inf)}. */
  public double spectral() {
    double inf = 0;
    double one = 0;
    for (int i = 0; i < n; i++) {
      Cancellation.check("A bound of norms");
      inf = Math.max(inf, Norms.ofNonNegativeTerms(rows[i], n, 0).hi());
      one = Math.max(one, Norms.ofNonNegativeTerms(column(i), n, 0).hi());
    }
    return Math.min(
        Rounding.sqrtUp(squares()),
        Rounding.multiplyUp(Rounding.sqrtUp(one), Rounding.sqrtUp(inf)));
  }

  /**
   * The same bound of a symmetric matrix of which the lower triangle without the diagonal was added
   * here, and the diagonal to {@code diagonal}.
   */
  public double symmetricSpectral(double[] diagonal) {
    double inf = 0;
    double square = 0;
    for (int i = 0; i < n; i++) {
      double sum = rows[i] + column(i) + diagonal[i];
      inf = Math.max(inf, Norms.ofNonNegativeTerms(sum, n, 0).hi());
      square = Math.fma(diagonal[i], diagonal[i], square);
    }
    Interval rest = Norms.ofNonNegativeTerms(square, n, ErrorTerms.underflow(n));
    double all = Rounding.addUp(rest.hi(), Rounding.multiplyUp(2, squares()));
    return Math.min(Rounding.sqrtUp(all), inf);
  }

  /** Upper bound of the sum of squares. */
  private double squares() {
    double sum = 0;
    for (double s : squares) {
      sum += s;
    }
    long terms = (long) n * n;
    return Norms.ofNonNegativeTerms(sum, terms, ErrorTerms.underflow((double) terms)).hi();
  }

  private double column(int j) {
    double sum = 0;
    for (double[] sums : columns) {
      sum += sums[j];
    }
    return sum;
  }
}
