package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Gershgorin's discs: {@code min_i (A_ii - sum_j |A_ij|) <= lambda_min <= min_i A_ii}, and the
 * mirror image for the largest eigenvalue. One pass over the matrix, all roundings outward.
 */
public final class GershgorinBound implements EigenvalueBound {
  private GershgorinBound() {}

  /** The method; it has no settings. */
  public static GershgorinBound create() {
    return new GershgorinBound();
  }

  @Override
  public String name() {
    return "Gershgorin discs";
  }

  @Override
  public Interval lambdaMin(SymmetricMatrix a) {
    return a.widened(scaledLambdaMin(a.scaledLower(), 1));
  }

  @Override
  public Interval lambdaMax(SymmetricMatrix a) {
    return a.widened(scaledLambdaMin(a.scaledLower(), -1).negate());
  }

  /** The smallest eigenvalue of {@code sign * A}, from the lower triangle. */
  static Interval scaledLambdaMin(double[][] lower, double sign) {
    FloatingPoint.requireIeee();
    int n = lower.length;
    double[] radius = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      double own = 0;
      for (int j = 0; j < i; j++) {
        double magnitude = Math.abs(row[j]);
        own += magnitude;
        radius[j] += magnitude;
      }
      radius[i] = own;
    }
    double lo = Double.POSITIVE_INFINITY;
    double hi = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double diagonal = sign * lower[i][i];
      double disc = Norms.ofNonNegativeTerms(radius[i], n, 0).hi();
      lo = Math.min(lo, Rounding.subtractDown(diagonal, disc));
      hi = Math.min(hi, diagonal);
    }
    return new Interval(lo, hi);
  }
}
