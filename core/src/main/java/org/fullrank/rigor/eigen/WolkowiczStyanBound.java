package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.FloatingPoint;

/**
 * Bounds from the trace and the Frobenius norm: with the mean {@code m = tr A / n} and the standard
 * deviation {@code s} of the eigenvalues, {@code m - s sqrt(n-1) <= lambda_min <= m - s /
 * sqrt(n-1)}, and the mirror image for the largest (Wolkowicz, Styan 1980). One pass over the
 * matrix, all roundings outward.
 */
public final class WolkowiczStyanBound implements EigenvalueBound {
  private WolkowiczStyanBound() {}

  /** The method; it has no settings. */
  public static WolkowiczStyanBound create() {
    return new WolkowiczStyanBound();
  }

  @Override
  public String name() {
    return "Wolkowicz-Styan trace bounds";
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
    Interval mean = trace(lower).multiply(sign).divide(n);
    if (n == 1) {
      return mean;
    }
    // s^2 = ||A - c I||_F^2 / n - (mean - c)^2 for any c; c near the mean avoids the cancellation
    // of ||A||_F^2 / n - mean^2.
    double centre = mean.mid();
    Interval squares = Interval.ZERO;
    for (int i = 0; i < n; i++) {
      Interval deviation = Interval.of(sign * lower[i][i]).subtract(centre);
      squares = squares.add(Norms.sumOfSquares(lower[i], i).multiply(2)).add(deviation.square());
    }
    Interval variance = squares.divide(n).subtract(mean.subtract(centre).square());
    Interval s = variance.max(Interval.ZERO).sqrt();
    Interval root = Interval.of(n - 1).sqrt();
    return new Interval(mean.subtract(s.multiply(root)).lo(), mean.subtract(s.divide(root)).hi());
  }

  private static Interval trace(double[][] lower) {
    Interval trace = Interval.ZERO;
    for (int i = 0; i < lower.length; i++) {
      trace = trace.add(lower[i][i]);
    }
    return trace;
  }
}
