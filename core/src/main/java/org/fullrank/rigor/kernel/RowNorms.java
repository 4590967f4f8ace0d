package org.fullrank.rigor.kernel;

import java.util.Arrays;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Upper bounds of Euclidean norms of vectors of any scale. A zero vector has norm exactly 0, which
 * an enclosure of a unit with a kink at zero depends on; a vector with an infinity or NaN has norm
 * infinity.
 */
@Internal
public final class RowNorms {
  /**
   * Covers the rounding of a bound's own evaluation: fewer than 4000 roundings of non-negative
   * terms.
   */
  public static final double INFLATION = 1 + 0x1p-40;

  private RowNorms() {}

  /** Upper bound of the Euclidean norm. */
  public static double upper(double[] x) {
    double largest = ErrorTerms.largest(x, x.length);
    if (largest == 0) {
      return 0;
    }
    if (!(largest <= Double.MAX_VALUE)) {
      return Double.POSITIVE_INFINITY;
    }
    if (largest >= 1e-100 && largest <= 1e100) {
      return Rounding.sqrtUp(Norms.sumOfSquares(x, x.length).hi());
    }
    int exponent = Math.getExponent(largest);
    double[] scaled = ErrorTerms.scaledCopy(new double[][] {x}, exponent)[0];
    double norm = Rounding.sqrtUp(Norms.sumOfSquares(scaled, x.length).hi());
    // Scaling down may cost eta per entry.
    return ErrorTerms.scaleUp(Rounding.addUp(norm, ErrorTerms.underflow(x.length)), exponent);
  }

  /** Upper bounds of the norms of the rows. */
  public static double[] ofRows(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(RowNorms::upper).toArray();
  }

  /** The largest magnitude; infinite if there is a NaN. */
  public static double largest(double[] x) {
    double largest = ErrorTerms.largest(x, x.length);
    return largest <= Double.MAX_VALUE ? largest : Double.POSITIVE_INFINITY;
  }

  /** The product of two bounds of norms, rounded up; 0 times anything is 0, also infinity. */
  public static double product(double a, double b) {
    return Rounding.multiplyUp(a, b);
  }

  /** The smaller bound; a NaN counts as no bound. */
  public static double smaller(double a, double b) {
    return a <= b ? a : b >= 0 ? b : Double.POSITIVE_INFINITY;
  }
}
