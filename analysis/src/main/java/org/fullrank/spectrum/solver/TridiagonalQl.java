package org.fullrank.spectrum.solver;

import java.util.Arrays;
import java.util.Comparator;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Symmetric eigenvalues in plain Java: Householder reduction to tridiagonal form, then the QL
 * iteration with implicit shifts (Golub and Van Loan, sections 8.3.1 and 8.3.3). Vectors are kept
 * as rows, so every inner loop runs over one or two contiguous arrays.
 *
 * <p>An off-diagonal entry counts as zero if it is below rounding of its two neighbours on the
 * diagonal. This test keeps small eigenvalues of graded matrices accurate. In the null space of a
 * rank-deficient matrix, though, the neighbours are themselves rounding errors of the large
 * eigenvalues, every sweep renews them, and the test may never be met. An eigenvalue that has
 * waited too long is therefore separated where an entry is below rounding of the norm of its block,
 * which is within the backward error.
 *
 * <p>Backward error: a modest multiple of {@code n u ||A||}. Cost: {@code 8/3 n^3} operations, with
 * vectors about {@code 8 n^3} more.
 */
public final class TridiagonalQl {

  /** Squares of entries below this could be subnormal numbers, or vanish. */
  private static final double TINY = 0x1p-300;

  /** A smaller length may have lost digits to underflow and would give a wrong rotation. */
  private static final double VANISHED = 0x1p-960;

  /** Sweeps for one eigenvalue before rounding of the norm counts as zero. */
  private static final int PATIENCE = 60;

  /** With that test a few sweeps are enough; this many would be a fault. */
  private static final int MAX_ITERATIONS = 2 * PATIENCE;

  private final double[] diagonal;
  private final double[] off;
  private final double[][] reflectors;
  private final double[] factors;
  private final double @Nullable [][] rotated;

  private TridiagonalQl(
      double[] diagonal,
      double[] off,
      double[][] reflectors,
      double[] factors,
      double @Nullable [][] rotated) {
    this.diagonal = diagonal;
    this.off = off;
    this.reflectors = reflectors;
    this.factors = factors;
    this.rotated = rotated;
  }

  /**
   * Solves; overwrites {@code a}, a symmetric matrix with entries of moderate size.
   *
   * @return null if the iteration did not converge, which no finite matrix is known to cause
   */
  public static @Nullable RawPairs solve(double[][] a, boolean vectors) {
    return solve(a, vectors, ProgressListener.none());
  }

  /** As above; tells how many columns, eigenvalues and eigenvectors are done. */
  public static @Nullable RawPairs solve(double[][] a, boolean vectors, ProgressListener progress) {
    int n = a.length;
    double[][] z = null;
    if (vectors) {
      z = new double[n][n];
      for (int i = 0; i < n; i++) {
        z[i][i] = 1;
      }
    }
    TridiagonalQl ql =
        new TridiagonalQl(new double[n], new double[n], new double[n][], new double[n], z);
    ql.reduce(a, progress);
    return ql.iterate(progress) ? ql.sorted(progress) : null;
  }

  private void reduce(double[][] a, ProgressListener progress) {
    int n = a.length;
    double[] p = new double[n];
    for (int k = 0; k < n; k++) {
      Cancellation.check("An eigenvalue decomposition in Java");
      progress.show("tridiagonalisation", k, n);
      diagonal[k] = a[k][k];
      if (k == n - 1) {
        progress.show("tridiagonalisation", n, n);
        return;
      }
      if (k == n - 2) {
        off[k] = a[k][k + 1];
        continue;
      }
      double[] v = a[k];
      Arrays.fill(v, 0, k + 1, 0);
      int exponent = enlarge(v, k + 1);
      double norm = Math.sqrt(dot(v, v, k + 1, n));
      double alpha = v[k + 1] > 0 ? -norm : norm;
      double head = v[k + 1] - alpha;
      double square = -2 * alpha * head;
      off[k] = Math.scalb(alpha, exponent);
      if (!(square > 0)) {
        continue;
      }
      v[k + 1] = head;
      double beta = 2 / square;
      reflectors[k] = v;
      factors[k] = beta;
      Arrays.fill(p, k + 1, n, 0);
      for (int i = k + 1; i < n; i++) {
        axpy(v[i], a[i], p, k + 1);
      }
      double pv = 0;
      for (int i = k + 1; i < n; i++) {
        p[i] *= beta;
        pv += p[i] * v[i];
      }
      axpy(-0.5 * beta * pv, v, p, k + 1);
      for (int i = k + 1; i < n; i++) {
        axpy(-v[i], p, a[i], k + 1);
        axpy(-p[i], v, a[i], k + 1);
      }
    }
  }

  /**
   * Multiplies tiny entries by a power of two, because the reflection loses its orthogonality when
   * their squares are not normal numbers.
   *
   * @return the exponent that undoes it
   */
  private static int enlarge(double[] v, int from) {
    double largest = 0;
    for (int i = from; i < v.length; i++) {
      largest = Math.max(largest, Math.abs(v[i]));
    }
    if (largest == 0 || largest > TINY) {
      return 0;
    }
    int exponent = Math.getExponent(largest);
    for (int i = from; i < v.length; i++) {
      v[i] = Math.scalb(v[i], -exponent);
    }
    return exponent;
  }

  private boolean iterate(ProgressListener progress) {
    int n = diagonal.length;
    for (int l = 0; l < n; l++) {
      progress.show("QL iteration", l, n);
      int iteration = 0;
      double floor = VANISHED;
      for (int m = smallOffDiagonal(l, floor); m != l; m = smallOffDiagonal(l, floor)) {
        Cancellation.check("An eigenvalue decomposition in Java");
        if (iteration++ == MAX_ITERATIONS) {
          return false;
        }
        if (iteration > PATIENCE) {
          floor = roundingOfBlock(l);
        }
        sweep(l, m);
      }
    }
    progress.show("QL iteration", n, n);
    return true;
  }

  /** The first index from {@code l} on at which the matrix splits to working precision. */
  private int smallOffDiagonal(int l, double floor) {
    int m = l;
    while (m < diagonal.length - 1
        && Math.abs(off[m]) > floor
        && Math.abs(off[m])
            > Rounding.UNIT_ROUNDOFF * (Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]))) {
      m++;
    }
    return m;
  }

  /** What one sweep over the block that starts at {@code l} may change in any of its entries. */
  private double roundingOfBlock(int l) {
    int m = smallOffDiagonal(l, VANISHED);
    double norm = Math.abs(diagonal[m]);
    for (int i = l; i < m; i++) {
      norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(off[i]));
    }
    return Math.max(Rounding.UNIT_ROUNDOFF * norm, VANISHED);
  }

  /** One QL step on rows {@code l .. m}, chasing the bulge upwards from {@code m}. */
  private void sweep(int l, int m) {
    double half = (diagonal[l + 1] - diagonal[l]) / (2 * off[l]);
    double shift = diagonal[l] - off[l] / (half + Math.copySign(Math.hypot(half, 1), half));
    double g = diagonal[m] - shift;
    double sine = 1;
    double cosine = 1;
    double p = 0;
    for (int i = m - 1; i >= l; i--) {
      double f = sine * off[i];
      double b = cosine * off[i];
      double r = Math.hypot(f, g);
      off[i + 1] = r;
      if (r < VANISHED) {
        // The bulge vanished: the matrix has split here.
        off[i + 1] = 0;
        diagonal[i + 1] -= p;
        off[m] = 0;
        return;
      }
      sine = f / r;
      cosine = g / r;
      double d = diagonal[i + 1] - p;
      double t = (diagonal[i] - d) * sine + 2 * cosine * b;
      p = sine * t;
      diagonal[i + 1] = d + p;
      g = cosine * t - b;
      if (rotated != null) {
        rotate(rotated[i], rotated[i + 1], cosine, sine);
      }
    }
    diagonal[l] -= p;
    off[l] = g;
    off[m] = 0;
  }

  private RawPairs sorted(ProgressListener progress) {
    int n = diagonal.length;
    Integer[] order = new Integer[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    Arrays.sort(order, Comparator.comparingDouble(i -> diagonal[i]));
    double[] values = new double[n];
    double[][] vectors = rotated == null ? null : new double[n][];
    for (int j = 0; j < n; j++) {
      values[j] = diagonal[order[j]];
      if (vectors != null && rotated != null) {
        Cancellation.check("An eigenvalue decomposition in Java");
        double[] x = rotated[order[j]];
        for (int k = n - 2; k >= 0; k--) {
          double[] v = reflectors[k];
          if (v != null) {
            axpy(-factors[k] * dot(v, x, k + 1, n), v, x, k + 1);
          }
        }
        vectors[j] = x;
        progress.show("eigenvectors", j + 1, n);
      }
    }
    return new RawPairs(values, vectors);
  }

  private static void rotate(double[] x, double[] y, double cosine, double sine) {
    for (int k = 0; k < x.length; k++) {
      double xk = x[k];
      double yk = y[k];
      y[k] = sine * xk + cosine * yk;
      x[k] = cosine * xk - sine * yk;
    }
  }

  private static void axpy(double factor, double[] x, double[] y, int from) {
    for (int j = from; j < x.length; j++) {
      y[j] = Math.fma(factor, x[j], y[j]);
    }
  }

  /** Four running sums, because a single one is never vectorised. */
  private static double dot(double[] x, double[] y, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = from;
    for (; j + 4 <= to; j += 4) {
      s0 = Math.fma(x[j], y[j], s0);
      s1 = Math.fma(x[j + 1], y[j + 1], s1);
      s2 = Math.fma(x[j + 2], y[j + 2], s2);
      s3 = Math.fma(x[j + 3], y[j + 3], s3);
    }
    for (; j < to; j++) {
      s0 = Math.fma(x[j], y[j], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }
}
