package org.fullrank.rigor;

import org.jspecify.annotations.Nullable;

/**
 * A sharp enclosure of {@code ||A||_2}, the largest singular value of a stored matrix.
 *
 * <p>The Gram matrix of the shorter side is formed with its rounding error ({@link
 * SymmetricProduct}) and its largest eigenvalue enclosed by shifted Cholesky factorisations, guided
 * by a few power steps; {@link Norms#spectral} is the fallback. Relative width: about {@code 1e-8},
 * or {@code n w u} if that is larger. Cost: {@code n^2 w} operations and one to twelve times {@code
 * n^3 / 3}, {@code n} the shorter side.
 */
public final class SpectralNorm {
  private static final int POWER_STEPS = 24;
  private static final double RELATIVE_WIDTH = 1e-8;
  private static final int MAX_FACTORIZATIONS = 12;

  private final Interval interval;
  private final double[] vector;

  private SpectralNorm(Interval interval, double[] vector) {
    this.interval = interval;
    this.vector = vector;
  }

  /**
   * Encloses the spectral norm.
   *
   * @param a {@code [n][w]}, finite, any scale
   * @param threads at least 1; does not change the result
   */
  public static Interval enclose(double[][] a, int threads) {
    return of(a, null, threads).interval();
  }

  /**
   * As {@link #enclose(double[][], int)}, with a suggestion.
   *
   * @param vector an approximate singular vector of the shorter side, of any scale; a wrong one
   *     costs time or width, never correctness
   */
  public static Interval enclose(double[][] a, double[] vector, int threads) {
    return of(a, vector, threads).interval();
  }

  static SpectralNorm of(double[][] a, double @Nullable [] suggestion, int threads) {
    Workers.requireThreads("SpectralNorm", threads);
    ErrorTerms.requireFiniteMatrix(a, "SpectralNorm");
    double[][] wide = a.length <= a[0].length ? a : transposed(a);
    Interval cheap = Norms.spectral(wide);
    SymmetricMatrix gram = SymmetricProduct.of(wide, threads);
    double[] x = power(gram.scaledLower(), suggestion);
    Hint hint = Hint.none();
    if (x != null) {
      hint = hint.withVector(x).withValue(quotient(gram.scaledLower(), x, gram.exponent()));
    }
    Interval square =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(threads)
            .withRelativeWidth(RELATIVE_WIDTH)
            .withMaxFactorizations(MAX_FACTORIZATIONS)
            .encloseLambdaMax(gram, hint)
            .interval();
    // Both are theorems about the same number, so they intersect.
    Interval sharp = square.max(Interval.ZERO).sqrt();
    return new SpectralNorm(cheap.intersect(sharp), x == null ? new double[wide.length] : x);
  }

  /** The enclosure. */
  Interval interval() {
    return interval;
  }

  /** An approximate singular vector of the shorter side; zeros if none was found. */
  double[] vector() {
    return vector.clone();
  }

  static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static double @Nullable [] power(double[][] lower, double @Nullable [] suggestion) {
    int n = lower.length;
    double[] x = suggestion == null ? null : Rayleigh.normalized(suggestion, n);
    if (x == null) {
      x = new double[n];
      for (int i = 0; i < n; i++) {
        double t = (i + 1) * 0.6180339887498949;
        x[i] = 0.25 + (t - Math.floor(t)) * ((i & 1) == 0 ? 1 : -1);
      }
    }
    for (int step = 0; step < POWER_STEPS; step++) {
      double[] next = Rayleigh.normalized(times(lower, x), n);
      if (next == null) {
        return null;
      }
      x = next;
    }
    return x;
  }

  private static double quotient(double[][] lower, double[] x, int exponent) {
    double[] y = times(lower, x);
    double form = 0;
    double square = 0;
    for (int i = 0; i < x.length; i++) {
      form += x[i] * y[i];
      square += x[i] * x[i];
    }
    return Math.scalb(form / square, exponent);
  }

  /** The symmetric product with a vector, floating point. */
  private static double[] times(double[][] lower, double[] x) {
    int n = x.length;
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      double sum = row[i] * x[i];
      double xi = x[i];
      for (int j = 0; j < i; j++) {
        sum = Math.fma(row[j], x[j], sum);
        y[j] = Math.fma(row[j], xi, y[j]);
      }
      y[i] += sum;
    }
    return y;
  }
}
