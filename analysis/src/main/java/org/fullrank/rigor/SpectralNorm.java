package org.fullrank.rigor;

/**
 * A sharp upper bound of the spectral norm of an exact matrix: {@code sqrt(lambda_max(A A^T))} of
 * the exact product, by a shifted Cholesky factorisation with a shift that power iteration
 * suggests. {@code sqrt(norm_1 norm_inf)} of a Gaussian matrix is {@code sqrt(n)/3} times too
 * large, which a chain of layers would multiply.
 */
final class SpectralNorm {
  private static final int ITERATIONS = 40;

  private SpectralNorm() {}

  /** Upper bound for {@code [n][m]}, finite. */
  static double upper(double[][] rows, int threads) {
    double direct = Norms.spectral(rows).hi();
    int order = Math.min(rows.length, rows[0].length);
    if (order == 1 || direct == 0) {
      return direct;
    }
    double[][] wide = rows.length <= rows[0].length ? rows : LinearMap.transpose(rows);
    SymmetricMatrix gram = SymmetricProduct.of(wide, threads);
    double[] vector = leading(gram.scaledLower());
    Interval largest =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(threads)
            .withRelativeWidth(0.02)
            .withMaxFactorizations(8)
            .encloseLambdaMax(gram, Hint.none().withVector(vector))
            .interval();
    double sharp = Rounding.sqrtUp(Math.max(0, largest.hi()));
    return RowNorms.smaller(direct, sharp);
  }

  /** Power iteration from a vector without symmetry; its result is a suggestion. */
  private static double[] leading(double[][] lower) {
    int n = lower.length;
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = 1 + 0.5 * Math.sin(1.0 + 7.0 * i);
    }
    for (int t = 0; t < ITERATIONS; t++) {
      double[] w = new double[n];
      double size = 0;
      for (int i = 0; i < n; i++) {
        double[] row = lower[i];
        double sum = row[i] * v[i];
        for (int j = 0; j < i; j++) {
          sum += row[j] * v[j];
          w[j] += row[j] * v[i];
        }
        w[i] += sum;
      }
      for (double x : w) {
        size = Math.max(size, Math.abs(x));
      }
      if (!(size > 0 && size <= Double.MAX_VALUE)) {
        return v;
      }
      for (int i = 0; i < n; i++) {
        v[i] = w[i] / size;
      }
    }
    return v;
  }
}
