package org.fullrank.rigor.eigen;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * How far a stored matrix {@code A} is from what a {@link SymmetricMatrix} stands for: an enclosure
 * of {@code ||A - B||_2} for every {@code B} of the ball of radius {@code r} around the stored
 * {@code G}. By the triangle inequality it is {@code ||A - G||_2 +- r}.
 *
 * <p><b>Difference.</b> Each entry of {@code A - G} is rounded once, so the computed {@code D} is
 * within {@code u ||D||_F} of it. Upper ends of {@code ||D||_2}: the Frobenius norm and {@code
 * sqrt(||D||_1 ||D||_inf)}; lower end: the longest row. They need {@code 32 n} numbers of memory.
 *
 * <p><b>Sharpening.</b> Rounding errors without a pattern have a Frobenius norm of about {@code
 * sqrt(n) / 2} times their spectral norm. So where {@code r} is not the larger part anyway, the
 * order is at most {@value #LARGEST_SHARP} and {@code A} is symmetric, the extreme eigenvalues of
 * {@code D} are enclosed by shifted Cholesky factorisations, to a few per cent. Cost: two to six
 * times {@code n^3 / 3} operations, usually two; at most {@code 12 n^2} bytes.
 */
public final class SpectralDistance {
  /** Beyond this order the factorisations take longer than all that made both matrices. */
  private static final int LARGEST_SHARP = 4096;

  private static final double RELATIVE_WIDTH = 0.02;
  private static final int MAX_FACTORIZATIONS = 6;

  /** Rows that are read together, so that columns of the triangle are read by the cache line. */
  private static final int BAND = 32;

  private final IntFunction<double[]> rows;
  private final SymmetricMatrix about;
  private final int n;
  private final boolean maySharpen;

  private SpectralDistance(IntFunction<double[]> rows, SymmetricMatrix about, int largestSharp) {
    this.rows = rows;
    this.about = about;
    this.n = about.order();
    this.maySharpen = n <= largestSharp;
  }

  /**
   * Encloses the distance.
   *
   * @param rows row {@code i} of {@code A}: {@code n} finite doubles, neither kept nor written;
   *     each is asked for once or twice
   * @param about the ball, of order {@code n}
   * @param threads at least 1; does not change the result
   * @return {@code ||A - B||_2} for all {@code B} of the ball, a proof about its subject; unbounded
   *     above if the radius is, or if a difference overflows
   * @throws IllegalArgumentException if a row has another length or an entry that is not finite
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public static Quantity enclose(IntFunction<double[]> rows, SymmetricMatrix about, int threads) {
    FloatingPoint.requireIeee();
    Workers.requireThreads("SpectralDistance", threads);
    Interval distance = enclose(rows, about, threads, LARGEST_SHARP);
    return Quantity.verified(
        "||A - B||_2",
        distance,
        about.subject(),
        "norm of the difference from the midpoint of the enclosure, and its radius");
  }

  /** The same with another order from which on norms have to do. */
  static Interval enclose(
      IntFunction<double[]> rows, SymmetricMatrix about, int threads, int largestSharp) {
    return new SpectralDistance(rows, about, largestSharp).distance(threads);
  }

  private Interval distance(int threads) {
    double radius = about.radius();
    double[][] lower = new double[maySharpen ? n : 0][];
    double[] norms = new double[n];
    double[] columns = new double[n];
    double largestRow = 0;
    double least = 0;
    boolean finite = true;
    for (int from = 0; from < n; from += BAND) {
      Cancellation.check("The distance of two matrices");
      double[][] band = difference(from);
      for (int i = 0; i < band.length; i++) {
        double[] d = band[i];
        double largest = ErrorTerms.largest(d, n);
        finite &= largest <= Double.MAX_VALUE;
        if (maySharpen) {
          lower[from + i] = Arrays.copyOf(d, from + i + 1);
        }
        if (largest > 0 && finite) {
          Interval norm = Norms.euclidean(d);
          norms[from + i] = norm.hi();
          least = Math.max(least, norm.lo());
          largestRow = Math.max(largestRow, Norms.sumOfAbsolutes(d, n).hi());
          for (int j = 0; j < n; j++) {
            columns[j] += Math.abs(d[j]);
          }
        }
      }
    }
    if (!finite) {
      return Interval.atLeast(0);
    }
    double frobenius = RowNorms.upper(norms);
    double largestColumn = ErrorTerms.largest(columns, n);
    double sums =
        Rounding.sqrtUp(
            Rounding.multiplyUp(largestRow, Norms.ofNonNegativeTerms(largestColumn, n, 0).hi()));
    Interval norm = new Interval(least, Math.min(frobenius, sums));
    double loose = Rounding.addUp(radius, lost(frobenius));
    if (maySharpen && norm.hi() > loose && isSymmetric(lower)) {
      norm = norm.intersect(sharp(lower, threads));
    }
    return Double.isInfinite(loose)
        ? Interval.atLeast(0)
        : norm.add(new Interval(-loose, loose)).max(Interval.ZERO);
  }

  /** What the subtractions, and scaling {@code G} back, may have lost in norm. */
  private double lost(double frobenius) {
    double scaling = about.exponent() < 0 ? ErrorTerms.underflow(n) : 0;
    return Rounding.addUp(Rounding.multiplyUp(ErrorTerms.U, frobenius), scaling);
  }

  /** Rows of {@code A - G} from one on. */
  private double[][] difference(int from) {
    double[][] band = new double[Math.min(BAND, n - from)][];
    for (int i = 0; i < band.length; i++) {
      double[] row = rows.apply(from + i);
      if (row.length != n) {
        throw new IllegalArgumentException(
            "SpectralDistance expects rows of length " + n + " but got " + row.length);
      }
      if (!(ErrorTerms.largest(row, n) <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "SpectralDistance expects finite entries but row "
                + (from + i)
                + " contains NaN or an infinity");
      }
      band[i] = row.clone();
    }
    double[][] g = about.scaledLower();
    int e = about.exponent();
    for (int i = 0; i < band.length; i++) {
      for (int j = 0; j <= from + i; j++) {
        band[i][j] -= unscaled(g[from + i][j], e);
      }
    }
    for (int j = from + 1; j < n; j++) {
      for (int i = 0; i < Math.min(band.length, j - from); i++) {
        band[i][j] -= unscaled(g[j][from + i], e);
      }
    }
    return band;
  }

  /** Exact for {@code e >= 0}, or infinite. */
  private static double unscaled(double x, int e) {
    return e == 0 ? x : Math.scalb(x, e);
  }

  /** Whether the upper triangle of {@code D}, computed again, mirrors the lower one. */
  private boolean isSymmetric(double[][] lower) {
    for (int from = 0; from < n; from += BAND) {
      Cancellation.check("The distance of two matrices");
      double[][] band = difference(from);
      for (int j = from + 1; j < n; j++) {
        for (int i = 0; i < Math.min(band.length, j - from); i++) {
          if (band[i][j] != lower[j][from + i]) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** The norm of a stored symmetric matrix: the larger magnitude of its extreme eigenvalues. */
  private static Interval sharp(double[][] lower, int threads) {
    SymmetricMatrix d = SymmetricMatrix.ofLower(lower);
    ShiftedCholeskyBound bound =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(threads)
            .withRelativeWidth(RELATIVE_WIDTH)
            .withMaxFactorizations(MAX_FACTORIZATIONS);
    Interval largest = bound.lambdaMax(d);
    Interval negated = bound.lambdaMin(d).negate();
    return largest.max(negated).max(Interval.ZERO);
  }
}
