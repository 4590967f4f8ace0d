package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Inner products as accurate as if computed in twice the working precision (Ogita, Rump, Oishi,
 * Accurate sum and dot product, 2005, algorithm 5.3 with a fused multiply-add), enclosed.
 *
 * <p>The error is at most {@code u |x.y| + gamma_n^2 |x|.|y|}, plus {@code 5 n eta} for underflow.
 * Cost: about 1.5 ns per term.
 */
public final class Dot2 {
  private Dot2() {}

  /**
   * Encloses {@code sum_k x[k] y[k]} over the first {@code length} entries; {@link Interval#ENTIRE}
   * on overflow or NaN.
   */
  public static Interval dot(double[] x, double[] y, int length) {
    FloatingPoint.requireIeee();
    double sum = 0;
    double low = 0;
    double absolute = 0;
    for (int k = 0; k < length; k++) {
      double p = x[k] * y[k];
      double pError = Math.fma(x[k], y[k], -p);
      double s = sum + p;
      double t = s - sum;
      double sError = (sum - (s - t)) + (p - t);
      sum = s;
      low += pError + sError;
      absolute += Math.abs(p);
    }
    return enclosure(sum + low, absolute, length);
  }

  private static Interval enclosure(double result, double absolute, int n) {
    if (!(Math.abs(result) <= Double.MAX_VALUE && absolute <= Double.MAX_VALUE)) {
      return Interval.ENTIRE;
    }
    // |x|.|y| <= (absolute + n eta) / (1 - gamma_n): one rounding per product and per sum.
    double g = ErrorTerms.gamma(n + 2L);
    double weight =
        Rounding.divideUp(
            Rounding.addUp(absolute, ErrorTerms.underflow(n)), Rounding.subtractDown(1, g));
    double second =
        Rounding.addUp(
            Rounding.multiplyUp(Rounding.multiplyUp(g, g), weight), ErrorTerms.underflow(5.0 * n));
    // |x.y| <= (|result| + second) / (1 - u)
    double first =
        Rounding.multiplyUp(ErrorTerms.gamma(1), Rounding.addUp(Math.abs(result), second));
    double radius = Rounding.addUp(first, second);
    return Double.isInfinite(radius) ? Interval.ENTIRE : Interval.around(result, radius);
  }
}
