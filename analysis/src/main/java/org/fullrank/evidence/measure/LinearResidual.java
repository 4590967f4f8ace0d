package org.fullrank.evidence.measure;

import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.RankReport;

/**
 * Loss and excess loss of a linear model whose outputs are known up to an error.
 *
 * <p>Rows are samples: {@code X [n, d]} of full column rank, residual {@code E = f - Y [n, k]},
 * {@code P} the projection onto the column space of X. Since every linear model moves {@code E}
 * only within that space, {@code F_0 - F* = 1/2 ||P E||_F^2}. For any {@code W}, {@code P E = X W +
 * P R} with {@code R = E - X W}, and {@code ||P R||_F <= ||X^T R||_F / sigma_min(X)}, because
 * {@code P = X (X^T X)^-1 X^T} and {@code ||X (X^T X)^-1|| = 1 / sigma_min(X)}. With {@code W} near
 * the least-squares solution {@code X^T R} is nearly zero, so {@code ||P E||_F} is enclosed without
 * the cancellation of {@code F_0 - F*}. All outward rounded; W itself is not trusted.
 */
final class LinearResidual {
  /** {@code F_0}. */
  final Interval loss;

  /** {@code F_0 - F*}. */
  final Interval excess;

  /**
   * Whether {@code F* = 0} because the samples are independent: {@code INAPPLICABLE} for more
   * samples than inputs, {@code UNDECIDED} where the rank is not proved.
   */
  final Verdict interpolates;

  private LinearResidual(Interval loss, Interval excess, Verdict interpolates) {
    this.loss = loss;
    this.excess = excess;
    this.interpolates = interpolates;
  }

  /**
   * Measures.
   *
   * @param problem a linear model of its inputs
   * @param outputs {@code f [n][k]} as computed, finite or not
   * @param error Frobenius norm of their error, at most its upper end
   * @param rankX of {@code x}, turned wide
   */
  static LinearResidual of(
      TrainingProblem problem, double[][] outputs, Interval error, RankReport rankX) {
    return of(
        outputs,
        error,
        Tensors.toRows(problem.x()),
        Tensors.toRows(problem.y()),
        rankX,
        problem.threads());
  }

  /** The same for inputs {@code x [n][d]} and targets {@code y [n][k]}, both finite. */
  static LinearResidual of(
      double[][] outputs,
      Interval error,
      double[][] x,
      double[][] y,
      RankReport rankX,
      int threads) {
    double[][] e = Matrices.subtract(outputs, y);
    if (!Matrices.isFinite(e) || !error.isBounded()) {
      return unknown(x, rankX);
    }
    Verdict interpolates = independent(x, rankX);
    Interval stored = Norms.frobenius(e);
    // Each difference errs by at most u times itself.
    double radius = error.add(stored.multiply(Rounding.UNIT_ROUNDOFF)).hi();
    Interval residual = around(stored, radius);
    Interval loss = residual.square().divide(2);
    if (interpolates == Verdict.HOLDS) {
      return new LinearResidual(loss, loss, interpolates);
    }
    Interval most = Interval.of(0, residual.hi());
    Interval reached =
        rankX.fullRowRank() == Verdict.HOLDS
            ? around(projection(e, x, rankX, threads), radius).intersect(most)
            : most;
    return new LinearResidual(loss, reached.square().divide(2), interpolates);
  }

  /** Outputs beyond the range of doubles. */
  static LinearResidual unknown(double[][] x, RankReport rankX) {
    return new LinearResidual(Interval.atLeast(0), Interval.atLeast(0), independent(x, rankX));
  }

  /** Independent samples: the targets lie in the space that the model reaches. */
  private static Verdict independent(double[][] x, RankReport rankX) {
    if (x.length > x[0].length) {
      return Verdict.INAPPLICABLE;
    }
    return rankX.fullRowRank() == Verdict.HOLDS ? Verdict.HOLDS : Verdict.UNDECIDED;
  }

  /** {@code ||P E||_F} for the stored E. */
  private static Interval projection(double[][] e, double[][] x, RankReport rankX, int threads) {
    return projection(e, x, LeastSquares.solve(x, e), rankX, threads);
  }

  /** The same with any candidate {@code W [d][k]}, however bad. */
  static Interval projection(
      double[][] e, double[][] x, double[][] w, RankReport rankX, int threads) {
    if (!Matrices.isFinite(w)) {
      return Interval.atLeast(0);
    }
    Product fit = Product.of(x, w, threads);
    double[][] r = Matrices.subtract(e, fit.toRows());
    if (!Matrices.isFinite(r)) {
      return Interval.atLeast(0);
    }
    Interval errorR =
        Interval.of(0, fit.errorBound()).add(Norms.frobenius(r).multiply(Rounding.UNIT_ROUNDOFF));
    Product gradient = Product.of(Matrices.transpose(x), r, threads);
    if (!Matrices.isFinite(gradient.toRows())) {
      return Interval.atLeast(0);
    }
    Interval slope =
        Norms.frobenius(gradient.toRows())
            .add(Interval.of(0, gradient.errorBound()))
            .add(rankX.sigmaMax().interval().multiply(errorR));
    double rest = slope.divide(rankX.sigmaMin().interval()).hi();
    return around(
        Norms.frobenius(fit.toRows()),
        Interval.of(0, rest).add(Interval.of(0, fit.errorBound())).hi());
  }

  private static Interval around(Interval norm, double radius) {
    return Double.isInfinite(radius)
        ? Interval.atLeast(0)
        : norm.add(Interval.of(-radius, radius)).max(Interval.ZERO);
  }
}
