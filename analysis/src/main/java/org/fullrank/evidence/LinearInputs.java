package org.fullrank.evidence;

import java.util.Arrays;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Norms;
import org.fullrank.rigor.Product;
import org.fullrank.rigor.SpectralNorm;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear network without biases maps the inputs {@code X} (rows are samples, {@code n > d}) to
 * {@code X M}: its outputs lie in the column space of X, which has dimension d if X has full column
 * rank. With {@code T} any invertible matrix, {@code f(X) = (X T^-1) f(T)}; T is the computed
 * Cholesky factor of {@code X^T X}, so that {@code V = X T^-1} is nearly orthonormal: {@code V^T V
 * - I = T^-T (X^T X - T^T T) T^-1}.
 *
 * <p>{@code P y} is compared with {@code X C} for computed coefficients C: with {@code e = y - X
 * C}, {@code ||P y - X C|| = ||P e|| <= ||X^T e|| / sigma_min(X)}.
 */
final class LinearInputs {
  private static final int THREADS = JacobianMeasurement.THREADS;
  private static final int REFINEMENTS = 3;

  private LinearInputs() {}

  static OutputSpace.Found of(double[][] x, double[][] y) {
    int d = x[0].length;
    double[][] xt = transpose(x);
    RankReport rank = rank(xt);
    double[][] t = cholesky(Product.of(xt, x, THREADS).toRows());
    if (rank.fullRowRank() != Verdict.HOLDS || !isFinite(t)) {
      return OutputSpace.Found.not(
          "the inputs span the outputs' space, but they are not proved to have rank " + d);
    }
    Interval sigmaX = rank.sigmaMin().interval();
    Interval sigmaT = rank(t).sigmaMin().interval();
    Interval gram = difference(Product.of(xt, x, THREADS), Product.of(transpose(t), t, THREADS));
    double skew = gram.divide(sigmaT.square()).hi();
    if (!(skew < 0.5)) {
      return OutputSpace.Found.not("the inputs are too nearly dependent");
    }
    double[][] c = leastSquares(x, xt, t, y);
    Product xc = Product.of(x, c, THREADS);
    double[][] e = subtract(y, xc.toRows());
    if (!isFinite(c) || !isFinite(e)) {
      return OutputSpace.Found.not("the targets overflow");
    }
    // Each stored difference errs by at most 2^-53 times itself.
    Interval errorOfE = Norms.frobenius(e).multiply(0x1p-52).add(Interval.of(0, xc.errorBound()));
    Interval normE = Norms.frobenius(e).add(plusMinus(errorOfE)).max(Interval.ZERO);
    Product xte = Product.of(xt, e, THREADS);
    Interval off =
        Norms.frobenius(xte.toRows())
            .add(Interval.of(xte.errorBound()))
            .add(SpectralNorm.enclose(x, THREADS).multiply(errorOfE.hi()))
            .divide(sigmaX);
    Product targets = Product.of(t, c, THREADS);
    Interval stretch =
        Interval.of(Interval.ONE.subtract(skew).sqrt().lo(), Interval.ONE.add(skew).sqrt().hi());
    double[] ones = new double[d];
    Arrays.fill(ones, 1);
    Interval inside = normE.square().subtract(Interval.of(0, off.square().hi()));
    return OutputSpace.Found.of(
        new OutputSpace(
            "the network is linear without biases: column space of the inputs, of dimension "
                + d
                + " in R^"
                + x.length
                + " for each output",
            t,
            ones,
            stretch,
            targets.toRows(),
            Interval.of(0, off.add(stretch.multiply(targets.errorBound())).hi()),
            inside.max(Interval.ZERO).sqrt()));
  }

  /** Encloses the Frobenius norm of the difference of two exact products. */
  private static Interval difference(Product a, Product b) {
    Interval stored = Norms.frobenius(subtract(a.toRows(), b.toRows()));
    Interval error =
        stored.multiply(0x1p-52).add(Interval.of(a.errorBound())).add(Interval.of(b.errorBound()));
    return stored.add(plusMinus(error)).max(Interval.ZERO);
  }

  private static Interval plusMinus(Interval error) {
    return Interval.of(-error.hi(), error.hi());
  }

  private static RankReport rank(double[][] rows) {
    try (INDArray m = Tensors.ofRows(rows)) {
      return RankAnalysis.withDefaults().withThreads(THREADS).analyze(m);
    }
  }

  /** Upper triangular, {@code T^T T} close to a; NaN where it fails. */
  private static double[][] cholesky(double[][] a) {
    int d = a.length;
    double[][] t = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = i; j < d; j++) {
        double s = a[i][j];
        for (int k = 0; k < i; k++) {
          s -= t[k][i] * t[k][j];
        }
        t[i][j] = i == j ? Math.sqrt(s) : s / t[i][i];
      }
    }
    return t;
  }

  /** Coefficients close to those of least squares. */
  private static double[][] leastSquares(double[][] x, double[][] xt, double[][] t, double[][] y) {
    double[][] c = new double[t.length][y[0].length];
    for (int round = 0; round < REFINEMENTS; round++) {
      double[][] e = subtract(y, Product.of(x, c, THREADS).toRows());
      double[][] s = Product.of(xt, e, THREADS).toRows();
      for (int o = 0; o < y[0].length; o++) {
        solve(t, s, o);
        for (int j = 0; j < c.length; j++) {
          c[j][o] += s[j][o];
        }
      }
      if (!isFinite(c)) {
        break;
      }
    }
    return c;
  }

  /** Column {@code o} of s becomes {@code (T^T T)^-1} times it. */
  private static void solve(double[][] t, double[][] s, int o) {
    int d = t.length;
    for (int i = 0; i < d; i++) {
      for (int k = 0; k < i; k++) {
        s[i][o] -= t[k][i] * s[k][o];
      }
      s[i][o] /= t[i][i];
    }
    for (int i = d - 1; i >= 0; i--) {
      for (int k = i + 1; k < d; k++) {
        s[i][o] -= t[i][k] * s[k][o];
      }
      s[i][o] /= t[i][i];
    }
  }

  private static boolean isFinite(double[][] rows) {
    for (double[] row : rows) {
      for (double v : row) {
        if (!Double.isFinite(v)) {
          return false;
        }
      }
    }
    return true;
  }

  private static double[][] subtract(double[][] a, double[][] b) {
    double[][] out = new double[a.length][a[0].length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = a[i][j] - b[i][j];
      }
    }
    return out;
  }

  private static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }
}
