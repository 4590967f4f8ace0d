package org.fullrank.rigor.matrix;

import java.util.Arrays;
import java.util.List;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * A matrix known up to errors: stored midpoints {@code M}, and all matrices {@code A} with {@code
 * |A - M| <= R} entrywise <em>and</em> {@code ||row_i(A - M)||_2 <= rho_i}. Rows are samples.
 *
 * <p>Both bounds are carried through every operation because each is sharp where the other is not:
 * a chain of {@code L} Gaussian layers of width {@code w} multiplies entrywise bounds by {@code (c
 * sqrt w)^L} but norms by the product of the spectral norms, while only entries can say that a unit
 * stays on its side of a kink.
 *
 * <p>A midpoint that overflowed is stored as 0 with an infinite radius. Bounds are rounded up; an
 * entry that is exact has radius 0. Immutable; {@code 16} bytes per entry.
 */
public final class IntervalMatrix {
  private final double[][] mid;
  private final double[][] rad;
  private final double[] rowError;

  /** Takes ownership. Everything that is not a finite midpoint with a radius becomes unknown. */
  IntervalMatrix(double[][] mid, double[][] rad, double[] rowError) {
    this.mid = mid;
    this.rad = rad;
    this.rowError = rowError;
    for (int i = 0; i < mid.length; i++) {
      double[] m = mid[i];
      double[] r = rad[i];
      for (int j = 0; j < m.length; j++) {
        if (!(Math.abs(m[j]) <= Double.MAX_VALUE)) {
          m[j] = 0;
          r[j] = Double.POSITIVE_INFINITY;
          rowError[i] = Double.POSITIVE_INFINITY;
        } else if (!(r[j] >= 0)) {
          r[j] = Double.POSITIVE_INFINITY;
        }
      }
      // A sum with 0.0 turns -0.0 into 0.0.
      rowError[i] = RowNorms.smaller(rowError[i], RowNorms.upper(r)) + 0.0;
      for (int j = 0; j < r.length; j++) {
        r[j] = Math.min(r[j], rowError[i]);
      }
    }
  }

  /**
   * A matrix without error.
   *
   * @param rows {@code [n][d]}, finite; copied
   * @throws IllegalArgumentException if it is empty, not rectangular or not finite
   */
  public static IntervalMatrix exact(double[][] rows) {
    ErrorTerms.requireFiniteMatrix(rows, "IntervalMatrix");
    double[][] mid = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    return new IntervalMatrix(mid, new double[mid.length][mid[0].length], new double[mid.length]);
  }

  /**
   * A matrix that whoever calls this has enclosed. What is not finite counts as unknown.
   *
   * @param mid {@code M [n][d]}; copied
   * @param rad bounds {@code R} of {@code |A - M|}, at least 0 or infinite; copied
   * @param rowError bounds of {@code ||row_i(A - M)||_2}, infinite where the entries say it all;
   *     copied
   * @throws IllegalArgumentException if the parts do not fit
   */
  public static IntervalMatrix around(double[][] mid, double[][] rad, double[] rowError) {
    FloatingPoint.requireIeee();
    boolean fits = mid.length > 0 && rad.length == mid.length && rowError.length == mid.length;
    for (int i = 0; fits && i < mid.length; i++) {
      fits = mid[i].length > 0 && mid[i].length == mid[0].length && rad[i].length == mid[i].length;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "IntervalMatrix.around expects [n][d], [n][d] and [n] but got "
              + mid.length
              + ", "
              + rad.length
              + " and "
              + rowError.length
              + " rows");
    }
    double[] errors = rowError.clone();
    for (int i = 0; i < errors.length; i++) {
      errors[i] = errors[i] >= 0 ? errors[i] : Double.POSITIVE_INFINITY;
    }
    return new IntervalMatrix(copy(mid), copy(rad), errors);
  }

  private static double[][] copy(double[][] rows) {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * Every row cut into pieces of equal length.
   *
   * @param pieces a divisor of {@link #columns}
   * @return {@code [n pieces][d / pieces]}, row {@code i * pieces + g} piece {@code g} of row i
   */
  public IntervalMatrix split(int pieces) {
    if (pieces < 1 || columns() % pieces != 0) {
      throw new IllegalArgumentException(
          "IntervalMatrix.split expects a divisor of " + columns() + " but got " + pieces);
    }
    int width = columns() / pieces;
    double[][] m = new double[rows() * pieces][];
    double[][] r = new double[m.length][];
    double[] errors = new double[m.length];
    for (int q = 0; q < m.length; q++) {
      int from = q % pieces * width;
      m[q] = Arrays.copyOfRange(mid[q / pieces], from, from + width);
      r[q] = Arrays.copyOfRange(rad[q / pieces], from, from + width);
      errors[q] = rowError[q / pieces];
    }
    return new IntervalMatrix(m, r, errors);
  }

  /**
   * Groups of rows one after the other: the inverse of {@link #split}.
   *
   * @param pieces a divisor of {@link #rows}
   * @return {@code [n / pieces][d pieces]}
   */
  public IntervalMatrix joined(int pieces) {
    if (pieces < 1 || rows() % pieces != 0) {
      throw new IllegalArgumentException(
          "IntervalMatrix.joined expects a divisor of " + rows() + " but got " + pieces);
    }
    int width = columns();
    double[][] m = new double[rows() / pieces][width * pieces];
    double[][] r = new double[m.length][width * pieces];
    double[] errors = new double[m.length];
    for (int i = 0; i < m.length; i++) {
      for (int g = 0; g < pieces; g++) {
        System.arraycopy(mid[i * pieces + g], 0, m[i], g * width, width);
        System.arraycopy(rad[i * pieces + g], 0, r[i], g * width, width);
      }
      errors[i] = RowNorms.upper(Arrays.copyOfRange(rowError, i * pieces, (i + 1) * pieces));
    }
    return new IntervalMatrix(m, r, errors);
  }

  /**
   * Matrices on the same samples as one, position by position: rows {@code i P_1 .. } of the first,
   * then those of the second, and so on, for every {@code i}.
   *
   * @param parts with equal numbers of columns; part {@code l} has {@code n P_l} rows
   * @param positions {@code P_l}
   * @return {@code [n sum_l P_l][d]}, row {@code i * sum_l P_l + s}
   * @throws IllegalArgumentException if the parts do not fit
   */
  public static IntervalMatrix interleaved(List<IntervalMatrix> parts, List<Integer> positions) {
    int total = positions.stream().mapToInt(Integer::intValue).sum();
    int n = parts.get(0).rows() / positions.get(0);
    int d = parts.get(0).columns();
    double[][] mid = new double[n * total][];
    double[][] rad = new double[n * total][];
    double[] rowError = new double[n * total];
    int at = 0;
    for (int l = 0; l < parts.size(); l++) {
      IntervalMatrix part = parts.get(l);
      int p = positions.get(l);
      if (part.rows() != n * p || part.columns() != d) {
        throw new IllegalArgumentException(
            "IntervalMatrix.interleaved expects ["
                + n * p
                + ", "
                + d
                + "] but got ["
                + part.rows()
                + ", "
                + part.columns()
                + "]");
      }
      for (int q = 0; q < n * p; q++) {
        int to = q / p * total + at + q % p;
        mid[to] = part.mid[q].clone();
        rad[to] = part.rad[q].clone();
        rowError[to] = part.rowError[q];
      }
      at += p;
    }
    return new IntervalMatrix(mid, rad, rowError);
  }

  /** Number of rows. */
  public int rows() {
    return mid.length;
  }

  /** Number of columns. */
  public int columns() {
    return mid[0].length;
  }

  /** Encloses an entry; unbounded if nothing is known. */
  public Interval get(int i, int j) {
    if (i < 0 || j < 0 || i >= rows() || j >= columns()) {
      throw new IllegalArgumentException(
          "IntervalMatrix expects indices below ["
              + rows()
              + ", "
              + columns()
              + "] but got ("
              + i
              + ", "
              + j
              + ")");
    }
    return Double.isInfinite(rad[i][j]) ? Interval.ENTIRE : Interval.around(mid[i][j], rad[i][j]);
  }

  /** Encloses the entries of a row, see {@link #get}. */
  public Interval[] row(int i) {
    Interval[] out = new Interval[columns()];
    for (int j = 0; j < out.length; j++) {
      out[j] = get(i, j);
    }
    return out;
  }

  /** A copy of the midpoints of a row. */
  public double[] midpoints(int i) {
    return mid[i].clone();
  }

  /** A copy of the midpoints {@code [n][d]}. */
  public double[][] midpoints() {
    return Arrays.stream(mid).map(double[]::clone).toArray(double[][]::new);
  }

  /** A copy of the radii {@code [n][d]}, each finite or infinite. */
  public double[][] radii() {
    return Arrays.stream(rad).map(double[]::clone).toArray(double[][]::new);
  }

  /** Upper bound of the 2-norm of the error of a row; may be infinite. */
  public double rowError(int i) {
    return rowError[i];
  }

  /** Upper bound of the 2-norm of a row of the exact matrix; may be infinite. */
  public double rowNorm(int i) {
    FloatingPoint.requireIeee();
    return Rounding.addUp(RowNorms.upper(mid[i]), rowError[i]);
  }

  /** Upper bound of the largest magnitude in a row of the exact matrix; may be infinite. */
  public double largest(int i) {
    FloatingPoint.requireIeee();
    double largest = 0;
    for (int j = 0; j < mid[i].length; j++) {
      largest = Math.max(largest, Rounding.addUp(Math.abs(mid[i][j]), rad[i][j]));
    }
    return largest;
  }

  /** Lower bound, at least 0, of the smallest magnitude in a row of the exact matrix. */
  public double smallest(int i) {
    FloatingPoint.requireIeee();
    double smallest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < mid[i].length; j++) {
      smallest = Math.min(smallest, Rounding.subtractDown(Math.abs(mid[i][j]), rad[i][j]));
    }
    return Math.max(smallest, 0);
  }

  /**
   * Lower bound, at least 0, of the distance of all entries in a row of the exact matrix from the
   * kinks of a function; infinite if it has none.
   */
  public double clearance(int i, Kinks kinks) {
    FloatingPoint.requireIeee();
    double least = Double.POSITIVE_INFINITY;
    for (int j = 0; j < mid[i].length; j++) {
      least = Math.min(least, kinks.clearance(mid[i][j], rad[i][j]));
    }
    return least;
  }

  /** Upper bound of the Frobenius norm of the error; may be infinite. */
  public double frobeniusError() {
    FloatingPoint.requireIeee();
    return RowNorms.upper(rowError);
  }

  /**
   * Upper bound of the Frobenius norm of {@code rows - A} for stored numbers that approximate
   * {@code A}, computed in whatever way: a proof of their error after the fact.
   *
   * @param rows {@code [rows()][columns()]}, finite
   * @return a bound, possibly infinite
   */
  public double distance(double[][] rows) {
    ErrorTerms.requireFiniteMatrix(rows, "IntervalMatrix.distance");
    if (rows.length != rows() || rows[0].length != columns()) {
      throw new IllegalArgumentException(
          "IntervalMatrix.distance expects ["
              + rows()
              + ", "
              + columns()
              + "] but got ["
              + rows.length
              + ", "
              + rows[0].length
              + "]");
    }
    double[] far = new double[rows.length];
    double[] difference = new double[columns()];
    for (int i = 0; i < far.length; i++) {
      for (int j = 0; j < difference.length; j++) {
        difference[j] = rows[i][j] - mid[i][j];
      }
      // Each difference has a relative error of one rounding.
      double norm = Rounding.multiplyUp(RowNorms.INFLATION, RowNorms.upper(difference));
      far[i] = Rounding.addUp(norm, rowError[i]);
    }
    return RowNorms.upper(far);
  }

  /**
   * Encloses the Frobenius norm: that of the midpoints, plus or minus {@link #frobeniusError}.
   * Entries of any scale.
   */
  public Interval frobeniusNorm() {
    double error = frobeniusError();
    return Double.isInfinite(error)
        ? Interval.atLeast(0)
        : Norms.frobenius(mid).add(new Interval(-error, error)).max(Interval.ZERO);
  }

  /**
   * {@code scale (A W) + biasScale b}, the bias added to every row.
   *
   * <p>Error: the products are computed in twice the working precision, so that each entry adds
   * {@code u |z|} for every rounding rather than {@code gamma_in |A||W|}; what {@code A} brings
   * along is multiplied by {@code |W|} entrywise and by {@code ||W||_2} in norm.
   *
   * @param w an exact matrix {@code [columns()][out]}
   * @param scale finite
   * @param bias {@code [out]}, finite, or empty for none
   * @param biasScale finite
   * @param threads at least 1
   */
  public IntervalMatrix affine(
      LinearMap w, double scale, double[] bias, double biasScale, int threads) {
    return AffineEnclosure.of(this, w, scale, bias, biasScale, threads);
  }

  /** {@code A + scale B} for a second matrix of the same shape. */
  public IntervalMatrix addScaled(double scale, IntervalMatrix b) {
    return EntrywiseEnclosure.addScaled(this, scale, b);
  }

  /**
   * A function of every entry.
   *
   * @param values what was computed for {@code s} of the midpoints; copied
   * @param slopes what was computed for {@code s'} of the midpoints
   * @param bounds what is known about {@code s} and about those numbers
   * @return {@code s(A)}
   */
  public IntervalMatrix image(double[][] values, double[][] slopes, PointwiseBounds bounds) {
    return PointwiseEnclosure.values(this, values, slopes, bounds);
  }

  /**
   * The derivative of a function at every entry.
   *
   * @param slopes what was computed for {@code s'} of the midpoints; copied
   * @param bounds what is known about {@code s} and about those numbers
   * @return {@code s'(A)}
   */
  public IntervalMatrix slopes(double[][] slopes, PointwiseBounds bounds) {
    return PointwiseEnclosure.slopes(this, slopes, bounds);
  }

  /**
   * The entrywise product of each row {@code r} with row {@code r / k} of another matrix: the
   * cotangents of {@code k} outputs times the slopes at a sample.
   *
   * @param slopes {@code [rows() / k][columns()]}
   */
  public IntervalMatrix timesRows(IntervalMatrix slopes) {
    return EntrywiseEnclosure.timesRows(this, slopes);
  }

  /** Midpoints; callers in this package must not write. */
  double[][] mid() {
    return mid;
  }

  /** Radii, likewise. */
  double[][] rad() {
    return rad;
  }

  /** Row errors, likewise. */
  double[] rowErrors() {
    return rowError;
  }

  boolean isExact() {
    for (double e : rowError) {
      if (e != 0) {
        return false;
      }
    }
    return true;
  }
}
