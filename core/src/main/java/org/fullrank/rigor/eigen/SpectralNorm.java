package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Workers;
import org.jspecify.annotations.Nullable;

/**
 * A sharp enclosure of {@code ||A||_2}, the largest singular value of a stored matrix.
 *
 * <p>The Gram matrix of the shorter side is formed with its rounding error ({@link
 * SymmetricProduct}) and its largest eigenvalue enclosed by shifted Cholesky factorisations, guided
 * by inverse iteration; {@link Norms#spectral} is the fallback. Relative width: about {@code 1e-8},
 * or {@code n w u} if that is larger. Cost: {@code n^2 w} operations and one to twelve times {@code
 * n^3 / 3}, {@code n} the shorter side.
 */
public final class SpectralNorm {
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

  /**
   * As {@link #enclose(double[][], int)}, with what it is about.
   *
   * @return {@code sigma_max}, verified about the stored matrix
   */
  public static Quantity quantity(double[][] a, int threads) {
    return quantity(enclose(a, threads));
  }

  /**
   * As {@link #enclose(double[][], double[], int)}, with what it is about.
   *
   * @return {@code sigma_max}, verified about the stored matrix
   */
  public static Quantity quantity(double[][] a, double[] vector, int threads) {
    return quantity(enclose(a, vector, threads));
  }

  private static Quantity quantity(Interval norm) {
    return Quantity.verified(
        "sigma_max", norm, Subject.STORED_MATRIX, "shifted Cholesky of the exact Gram matrix");
  }

  /** The norm with a vector that is near the largest singular one. */
  @Internal
  public static SpectralNorm of(double[][] a, double @Nullable [] suggestion, int threads) {
    Workers.requireThreads("SpectralNorm", threads);
    // The squares in the Gram matrix must neither overflow nor vanish.
    int exponent = ErrorTerms.exponentFor(ErrorTerms.requireFiniteMatrix(a, "SpectralNorm"));
    double[][] moderate = exponent == 0 ? a : ErrorTerms.scaledCopy(a, exponent);
    double[][] wide = a.length <= a[0].length ? moderate : transposed(moderate);
    Interval cheap = Norms.spectral(wide);
    SymmetricMatrix gram = SymmetricProduct.of(wide, threads);
    TopEigenvector top = TopEigenvector.of(gram.scaledLower(), suggestion, threads);
    double[] x = top == null ? new double[wide.length] : top.vector();
    Hint hint =
        top == null
            ? Hint.none()
            : Hint.ofValue(Math.scalb(top.value(), gram.exponent())).withVector(x);
    Interval square =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(threads)
            .withRelativeWidth(RELATIVE_WIDTH)
            .withMaxFactorizations(MAX_FACTORIZATIONS)
            .encloseLambdaMax(gram, hint)
            .interval();
    // Both are theorems about the same number, so they intersect.
    Interval sharp = square.max(Interval.ZERO).sqrt();
    Interval norm = cheap.intersect(sharp);
    if (exponent > 0) {
      // Scaling down may cost eta per entry.
      double lossy = ErrorTerms.underflow((double) a.length * a[0].length);
      norm = norm.add(new Interval(-lossy, lossy)).max(Interval.ZERO);
    }
    return new SpectralNorm(ErrorTerms.scale(norm, exponent), x);
  }

  /** The enclosure. */
  @Internal
  public Interval interval() {
    return interval;
  }

  /** An approximate singular vector of the shorter side; zeros if none was found. */
  @Internal
  public double[] vector() {
    return vector.clone();
  }

  /** A copy with rows and columns exchanged. */
  @Internal
  public static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }
}
