package org.fullrank.rigor.eigen;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.kernel.Rayleigh;
import org.fullrank.rigor.kernel.SymmetricTimes;
import org.jspecify.annotations.Nullable;

/**
 * Lanczos iteration with full reorthogonalisation for the largest eigenvalue of an operator. Plain
 * floating point: its vector is a candidate, and its error estimate a guess at what to try.
 */
final class Lanczos {
  private static final int CHECK_EVERY = 4;

  private final double[] vector;
  private final double value;
  private final double error;

  private Lanczos(double[] vector, double value, double error) {
    this.vector = vector;
    this.value = value;
    this.error = error;
  }

  /** Approximate eigenvector of norm 1; owned by the caller. */
  double[] vector() {
    return vector;
  }

  /** Approximate largest eigenvalue. */
  double value() {
    return value;
  }

  /** Estimated distance to the largest eigenvalue, at least 0. */
  double error() {
    return error;
  }

  /** Decides when the iteration may stop. */
  interface Enough {
    boolean test(double value, double error);
  }

  /**
   * Iterates until the estimated error is small enough or the steps are used up.
   *
   * @return the candidate, or null if the numbers are not finite or the start vector is zero
   */
  static @Nullable Lanczos run(
      UnaryOperator<double[]> operator, double[] start, int maxSteps, Enough enough) {
    int n = start.length;
    int limit = Math.min(maxSteps, n);
    double[] diagonal = new double[limit];
    double[] off = new double[limit];
    List<double[]> basis = new ArrayList<>();
    double[] q = normalized(start);
    double previous = Double.POSITIVE_INFINITY;
    for (int k = 0; q != null; k++) {
      Cancellation.check("A Lanczos iteration");
      basis.add(q);
      double[] w = operator.apply(q);
      diagonal[k] = SymmetricTimes.dot(q, w, n);
      // Twice is enough.
      for (int pass = 0; pass < 2; pass++) {
        for (double[] b : basis) {
          SymmetricTimes.axpy(-SymmetricTimes.dot(b, w, n), b, w, n);
        }
      }
      double norm = Math.sqrt(SymmetricTimes.dot(w, w, n));
      if (!(norm + Math.abs(diagonal[k]) <= Double.MAX_VALUE)) {
        return null;
      }
      off[k] = norm;
      boolean last = k + 1 == limit || norm <= 1e-14 * Math.abs(diagonal[0]);
      if (last || k % CHECK_EVERY == CHECK_EVERY - 1) {
        Lanczos candidate = candidate(basis, new Tridiagonal(diagonal, off, k + 1), norm, previous);
        previous = candidate.value;
        if (last || enough.test(candidate.value, candidate.error)) {
          return candidate;
        }
      }
      q = normalized(w);
    }
    return null;
  }

  private static Lanczos candidate(
      List<double[]> basis, Tridiagonal t, double norm, double previous) {
    int k = basis.size();
    int n = basis.get(0).length;
    double value = t.largest(0);
    double[] s = t.vector(value);
    double residual = norm * Math.abs(s[k - 1]);
    double gap = k == 1 ? 0 : value - t.largest(1);
    double[] x = new double[n];
    for (int i = 0; i < k; i++) {
      SymmetricTimes.axpy(s[i], basis.get(i), x, n);
    }
    double error = gap > residual ? residual * residual / gap : residual;
    // A small residual may belong to another eigenvalue; then the value still moves.
    error = Math.min(Math.max(error, Math.abs(value - previous)), residual);
    return new Lanczos(x, value, error);
  }

  private static double @Nullable [] normalized(double[] x) {
    int n = x.length;
    double[] y = Rayleigh.normalized(x, n);
    if (y == null) {
      return null;
    }
    double norm = Math.sqrt(SymmetricTimes.dot(y, y, n));
    for (int i = 0; i < n; i++) {
      y[i] /= norm;
    }
    return y;
  }

  /** A start vector without symmetry, another one for each number. */
  static double[] startVector(int n, int number) {
    return new SplittableRandom(number).doubles(n, -1, 1).toArray();
  }
}
