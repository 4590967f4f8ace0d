package org.fullrank.evidence.measure;

import java.util.Arrays;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.RankReport;

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
  private static final int REFINEMENTS = 3;

  private LinearInputs() {}

  static OutputSpace.Found of(double[][] x, double[][] y, int threads) {
    int d = x[0].length;
    double[][] xt = Matrices.transpose(x);
    RankReport rank = Matrices.rank(xt, threads);
    if (rank.fullRowRank() != Verdict.HOLDS) {
      return OutputSpace.Found.unknown(
          "the inputs span the outputs' space, but they are not proved to have rank " + d);
    }
    Product xtx = Product.of(xt, x, threads);
    double[][] t = cholesky(xtx.toRows());
    if (!Matrices.isFinite(t)) {
      return OutputSpace.Found.unknown(
          "the inputs X span the outputs' space, but X^T X overflows or has no Cholesky factor");
    }
    Interval sigmaT = Matrices.rank(t, threads).sigmaMin().interval();
    Interval gram = difference(xtx, Product.of(Matrices.transpose(t), t, threads));
    double skew = gram.divide(sigmaT.square()).hi();
    if (!(skew < 0.5)) {
      return OutputSpace.Found.unknown("the inputs are too nearly dependent");
    }
    double[][] c = leastSquares(x, xt, t, y, threads);
    return Matrices.isFinite(c) ? fitted(x, xt, t, skew, rank, y, c, threads) : overflow();
  }

  private static OutputSpace.Found overflow() {
    return OutputSpace.Found.unknown("the projection of the targets overflows");
  }

  /** The space with the projection of the targets near {@code X C}, for finite C. */
  private static OutputSpace.Found fitted(
      double[][] x,
      double[][] xt,
      double[][] t,
      double skew,
      RankReport rank,
      double[][] y,
      double[][] c,
      int threads) {
    Product xc = Product.of(x, c, threads);
    double[][] e = Matrices.subtract(y, xc.toRows());
    Product tc = Product.of(t, c, threads);
    if (!Matrices.isFinite(e) || !Matrices.isFinite(tc.toRows())) {
      return overflow();
    }
    Product xte = Product.of(xt, e, threads);
    if (!Matrices.isFinite(xte.toRows())) {
      return overflow();
    }
    // Each stored difference errs by at most 2^-53 times itself. Bounds may be infinite.
    Interval errorOfE =
        Norms.frobenius(e).multiply(2 * Rounding.UNIT_ROUNDOFF).add(upTo(xc.errorBound()));
    Interval normE = Norms.frobenius(e).add(plusMinus(errorOfE)).max(Interval.ZERO);
    Interval off =
        Norms.frobenius(xte.toRows())
            .add(upTo(xte.errorBound()))
            .add(SpectralNorm.enclose(x, threads).multiply(upTo(errorOfE.hi())))
            .divide(rank.sigmaMin().interval());
    Interval stretch =
        Interval.of(Interval.ONE.subtract(skew).sqrt().lo(), Interval.ONE.add(skew).sqrt().hi());
    double[] ones = new double[t.length];
    Arrays.fill(ones, 1);
    Interval inside = normE.square().subtract(upTo(off.square().hi()));
    return OutputSpace.Found.of(
        new OutputSpace(
            "the network is linear without biases: column space of the inputs, of dimension "
                + t.length
                + " in R^"
                + x.length
                + " for each output",
            t,
            ones,
            stretch,
            tc.toRows(),
            upTo(off.add(stretch.multiply(upTo(tc.errorBound()))).hi()),
            inside.max(Interval.ZERO).sqrt()));
  }

  /** Encloses the Frobenius norm of the difference of two exact products. */
  private static Interval difference(Product a, Product b) {
    double[][] d = Matrices.subtract(a.toRows(), b.toRows());
    if (!Matrices.isFinite(d)) {
      return Interval.atLeast(0);
    }
    Interval stored = Norms.frobenius(d);
    Interval error =
        stored
            .multiply(2 * Rounding.UNIT_ROUNDOFF)
            .add(upTo(a.errorBound()))
            .add(upTo(b.errorBound()));
    return stored.add(plusMinus(error)).max(Interval.ZERO);
  }

  private static Interval upTo(double bound) {
    return Interval.of(0, bound);
  }

  private static Interval plusMinus(Interval error) {
    return Interval.of(-error.hi(), error.hi());
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

  /** Coefficients close to those of least squares, not finite if they overflow. */
  private static double[][] leastSquares(
      double[][] x, double[][] xt, double[][] t, double[][] y, int threads) {
    double[][] c = new double[t.length][y[0].length];
    for (int round = 0; round < REFINEMENTS; round++) {
      double[][] e = Matrices.subtract(y, Product.of(x, c, threads).toRows());
      if (!Matrices.isFinite(e)) {
        break;
      }
      double[][] s = Product.of(xt, e, threads).toRows();
      for (int o = 0; o < y[0].length; o++) {
        solve(t, s, o);
        for (int j = 0; j < c.length; j++) {
          c[j][o] += s[j][o];
        }
      }
      if (!Matrices.isFinite(c)) {
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
}
