package org.fullrank.kernel;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.Rounding;

/**
 * What is known about a correlation matrix: upper bounds of its entries off the diagonal and of
 * their magnitudes, and a lower bound of its smallest eigenvalue.
 */
final class Correlations {
  private final double[][] upper;
  private final double[][] magnitude;
  private final double lambdaMin;
  private final Interval smallestSquare;
  private final int inputs;

  private Correlations(
      double[][] upper,
      double[][] magnitude,
      double lambdaMin,
      Interval smallestSquare,
      int inputs) {
    this.upper = upper;
    this.magnitude = magnitude;
    this.lambdaMin = lambdaMin;
    this.smallestSquare = smallestSquare;
    this.inputs = inputs;
  }

  /** Cosines of the angles between exact rows. */
  static Correlations of(double[][] x) {
    int n = x.length;
    Interval[] length = new Interval[n];
    Interval smallest = Interval.atLeast(0);
    for (int i = 0; i < n; i++) {
      Interval square = Norms.sumOfSquares(x[i], x[i].length);
      if (!(square.lo() > 0) || !square.isBounded()) {
        throw new IllegalArgumentException(
            "WideReluKernel expects rows whose squared length is a normal number but row "
                + i
                + " has "
                + square);
      }
      length[i] = square.sqrt();
      smallest = i == 0 ? square : smallest.min(square);
    }
    double[][] mid = new double[n][n];
    double[][] upper = new double[n][n];
    double[][] magnitude = new double[n][n];
    double[] radius = new double[n];
    for (int i = 0; i < n; i++) {
      mid[i][i] = 1;
      for (int j = 0; j < i; j++) {
        Interval r = cosine(x[i], x[j], length[i], length[j]);
        mid[i][j] = r.mid();
        mid[j][i] = r.mid();
        double spread = r.subtract(r.mid()).magnitude();
        radius[i] = Rounding.addUp(radius[i], spread);
        radius[j] = Rounding.addUp(radius[j], spread);
        upper[i][j] = Math.min(1, r.hi());
        upper[j][i] = upper[i][j];
        magnitude[i][j] = Math.min(1, r.magnitude());
        magnitude[j][i] = magnitude[i][j];
      }
    }
    double worst = 0;
    for (double r : radius) {
      worst = Math.max(worst, r);
    }
    // The norm of a symmetric matrix of entry errors is at most its largest row sum.
    Quantity error =
        Quantity.verified(
            "||R^ - R||_2", new Interval(0, worst), Subject.EXACT_PRODUCT, "row sums of errors");
    double lambda =
        ShiftedCholeskyBound.withDefaults()
            .encloseLambdaMin(
                SymmetricMatrix.of(mid).perturbedBy(error, Subject.EXACT_PRODUCT), Hint.none())
            .interval()
            .lo();
    return new Correlations(upper, magnitude, Math.max(lambda, 0), smallest, x[0].length);
  }

  private static Interval cosine(double[] x, double[] y, Interval a, Interval b) {
    return Dot2.dot(x, y, x.length).divide(a.multiply(b));
  }

  HadamardPowers powers(int terms) {
    return HadamardPowers.of(magnitude, lambdaMin, terms);
  }

  /** The correlations after one more layer of ReLU. */
  Correlations next(ReluSeries series, HadamardPowers powers) {
    int n = upper.length;
    double[][] bound = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        bound[i][j] = series.atMost(upper[i][j], magnitude[i][j]);
        bound[j][i] = bound[i][j];
      }
    }
    return new Correlations(bound, bound, series.lambdaMin(powers), smallestSquare, inputs);
  }

  double lambdaMin() {
    return lambdaMin;
  }

  /** The smallest squared length of a row. */
  Interval smallestSquare() {
    return smallestSquare;
  }

  /** The length of a row. */
  int inputs() {
    return inputs;
  }
}
