package org.fullrank.rigor;

/**
 * A sharp upper bound of the spectral norm of an exact matrix: {@code sqrt(lambda_max(A A^T))} of
 * the exact product, by a shifted Cholesky factorisation with a shift that power iteration
 * suggests. {@code sqrt(norm_1 norm_inf)} of a Gaussian matrix is {@code sqrt(n)/3} times too
 * large, which a chain of layers would multiply.
 */
final class SpectralNorm {
  private static final int ITERATIONS = 60;

  /** Trial bounds over the estimate: a failure costs one factorisation, a loose one width. */
  private static final double[] FACTORS = {1.01, 1.03, 1.1, 1.3, 2};

  private SpectralNorm() {}

  /** Upper bound for {@code [n][m]}, finite, of any scale. */
  static double upper(double[][] rows, int threads) {
    int exponent = ErrorTerms.exponentFor(ErrorTerms.requireFiniteMatrix(rows, "SpectralNorm"));
    if (exponent == 0) {
      return ofModerate(rows, threads);
    }
    double norm = ofModerate(ErrorTerms.scaledCopy(rows, exponent), threads);
    // Scaling down may cost eta per entry.
    double lossy = ErrorTerms.underflow((double) rows.length * rows[0].length);
    return ErrorTerms.scaleUp(exponent > 0 ? Rounding.addUp(norm, lossy) : norm, exponent);
  }

  private static double ofModerate(double[][] rows, int threads) {
    double direct = Norms.spectral(rows).hi();
    int order = Math.min(rows.length, rows[0].length);
    if (order == 1 || direct == 0) {
      return direct;
    }
    double[][] wide = rows.length <= rows[0].length ? rows : LinearMap.transpose(rows);
    SymmetricMatrix gram = SymmetricProduct.of(wide, threads);
    double[] vector = leading(gram.scaledLower());
    double estimate = quotient(gram, vector);
    ShiftedCholeskyBound cholesky = ShiftedCholeskyBound.withDefaults().withThreads(threads);
    for (double factor : FACTORS) {
      double trial = factor * estimate;
      if (cholesky.certifyLambdaMaxAtMost(gram, trial)) {
        return RowNorms.smaller(direct, Rounding.sqrtUp(trial));
      }
    }
    return direct;
  }

  /** The Rayleigh quotient, computed: a suggestion. */
  private static double quotient(SymmetricMatrix gram, double[] v) {
    double[][] lower = gram.scaledLower();
    double[] w = multiply(lower, v);
    double vw = 0;
    double vv = 0;
    for (int i = 0; i < v.length; i++) {
      vw += v[i] * w[i];
      vv += v[i] * v[i];
    }
    return Math.scalb(vw / vv, gram.exponent());
  }

  private static double[] multiply(double[][] lower, double[] v) {
    int n = lower.length;
    double[] w = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      double sum = row[i] * v[i];
      for (int j = 0; j < i; j++) {
        sum += row[j] * v[j];
        w[j] += row[j] * v[i];
      }
      w[i] += sum;
    }
    return w;
  }

  /** Power iteration from a vector without symmetry; its result is a suggestion. */
  private static double[] leading(double[][] lower) {
    int n = lower.length;
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = 1 + 0.5 * Math.sin(1.0 + 7.0 * i);
    }
    for (int t = 0; t < ITERATIONS; t++) {
      double[] w = multiply(lower, v);
      double size = 0;
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
