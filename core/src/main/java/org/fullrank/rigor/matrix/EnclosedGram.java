package org.fullrank.rigor.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.cancel.Cancellation;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The Gram matrix {@code K = J J^T} of a Jacobian in factored form whose factors are known up to
 * errors, at three levels over one stored triangle: the computed doubles, the exact product of the
 * stored factors, and the product of the exact factors. Row {@code i * k + c} belongs to sample
 * {@code i} and output {@code c}.
 *
 * <p><b>Exact product.</b> With {@code p_(l,r) = |s_l| ||a_(l,i)|| ||g_(l,r)||} the rounding error
 * of an entry is at most {@code gamma sum_l p_(l,r) p_(l,q)}, a sum of rank-one matrices of norm
 * {@code ||p_l||^2}; {@code gamma} counts some 150 roundings, not the width of a layer.
 *
 * <p><b>Exact factors.</b> With {@code d_(l,r)} a bound of the error of a row of block {@code l},
 * entries move by at most {@code sum_l p_r d_q + d_r p_q + d_r d_q}, again of rank one or two, so
 * the norm is at most {@code sum_l 2 ||p_l|| ||d_l|| + ||d_l||^2}. The other bound is {@code 2
 * ||J^|| ||dJ||_F + ||dJ||_F^2} with {@code ||J^||^2} at most the largest row sum of {@code K}; the
 * smaller of the two counts.
 *
 * <p>Immutable; {@code 4 N^2} bytes.
 */
public final class EnclosedGram {
  private final SymmetricMatrix stored;
  private final int outputs;
  private final double productRadius;
  private final double factorRadius;
  private final double[] rowErrors;

  private EnclosedGram(
      SymmetricMatrix stored,
      int outputs,
      double productRadius,
      double factorRadius,
      double[] rowErrors) {
    this.stored = stored;
    this.outputs = outputs;
    this.productRadius = productRadius;
    this.factorRadius = factorRadius;
    this.rowErrors = rowErrors;
  }

  /**
   * Computes the triangle and both radii. Cost: {@code n^2 d_in + N^2 d_out} operations per term.
   *
   * @param terms the blocks of the Jacobian, at least one, on the same samples and outputs
   * @param threads at least 1
   * @throws IllegalArgumentException if the terms do not fit, or if an entry of the Gram overflows
   *     (factors beyond about 1e150)
   */
  @Internal
  public static EnclosedGram of(List<KroneckerTerm> terms, int threads) {
    return ifFinite(terms, threads)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "EnclosedGram expects finite entries but the product overflowed; scale the"
                        + " factors down"));
  }

  /**
   * The same, where an overflow is no mistake.
   *
   * @param terms the blocks of the Jacobian, at least one, on the same samples and outputs
   * @param threads at least 1
   * @return empty if an entry of the Gram overflows
   * @throws IllegalArgumentException if the terms do not fit
   */
  @Internal
  public static Optional<EnclosedGram> ifFinite(List<KroneckerTerm> terms, int threads) {
    FloatingPoint.requireIeee();
    Workers.requireThreads("EnclosedGram", threads);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("EnclosedGram expects at least one term but got none");
    }
    int rows = terms.get(0).rows();
    int k = terms.get(0).outputs();
    List<KroneckerTerm.RowBounds> bounds = new ArrayList<>();
    for (KroneckerTerm term : terms) {
      if (term.rows() != rows || term.outputs() != k) {
        throw new IllegalArgumentException(
            "EnclosedGram expects terms with "
                + rows
                + " rows and "
                + k
                + " outputs but got "
                + term.rows()
                + " and "
                + term.outputs());
      }
      bounds.addAll(term.rowBounds());
    }
    double[][] lower = KroneckerGram.lowerTriangle(terms, threads);
    for (double[] row : lower) {
      if (!(ErrorTerms.largest(row, row.length) <= Double.MAX_VALUE)) {
        return Optional.empty();
      }
    }
    SymmetricMatrix stored = SymmetricMatrix.ofLower(lower);
    double product = productRadius(terms);
    double[] rowErrors = rowErrors(bounds, rows);
    double factors =
        Math.min(rankOneBound(bounds), normBound(stored, product, RowNorms.upper(rowErrors)));
    return Optional.of(new EnclosedGram(stored, k, product, factors, rowErrors));
  }

  /**
   * {@code gamma sum_l ||p_l||^2} and the underflows, {@code p_(l,r)} added up over positions.
   * Norms below 1e-140 are counted as 1e-140: then {@code w eta <= u ||a_i|| ||a_j||}, and the
   * underflows of inner products are within one more rounding. Scales are kept out of that range.
   */
  private static double productRadius(List<KroneckerTerm> terms) {
    double sum = 0;
    double largest = 1;
    int rows = terms.get(0).rows();
    for (KroneckerTerm term : terms) {
      if (isExtreme(term.scale()) || isExtreme(term.biasScale())) {
        return Double.POSITIVE_INFINITY;
      }
      int positions = term.positions();
      double[] alpha = RowNorms.ofRows(term.inputs().mid());
      double[] beta = RowNorms.ofRows(term.cotangents().mid());
      for (int r = 0; r < rows; r++) {
        Cancellation.check("An enclosed Gram matrix");
        double weights = 0;
        double bias = 0;
        for (int q = r * positions; q < (r + 1) * positions; q++) {
          double a = Math.max(alpha[term.inputOf(q)], 1e-140);
          double b = Math.max(beta[q], 1e-140);
          double s = RowNorms.product(term.scale() == 0 ? 0 : Math.abs(term.scale()), a);
          weights = plus(weights, RowNorms.product(s, b));
          bias = plus(bias, RowNorms.product(Math.abs(term.biasScale()), b));
          largest = Math.max(largest, Rounding.multiplyUp(b, b));
        }
        sum = Rounding.addUp(sum, Rounding.multiplyUp(weights, weights));
        sum = Rounding.addUp(sum, Rounding.multiplyUp(bias, bias));
      }
    }
    double gamma = ErrorTerms.gamma(KroneckerGram.roundings(terms) + 2);
    // Each term: two underflows of the inner factor times an outer product, and one of the product.
    double underflow =
        Rounding.multiplyUp(
            ErrorTerms.underflow(8.0 * rows * 2 * KroneckerGram.pairs(terms)),
            Rounding.addUp(1, largest));
    return Rounding.addUp(Rounding.multiplyUp(gamma, sum), underflow);
  }

  /** A sum that is not rounded where there is only one position. */
  private static double plus(double sum, double next) {
    return sum == 0 ? next : Rounding.addUp(sum, next);
  }

  /** Whether the square of a scale may be inaccurate. */
  private static boolean isExtreme(double scale) {
    double s = Math.abs(scale);
    return s != 0 && !(s >= 1e-140 && s <= 1e140);
  }

  private static double[] rowErrors(List<KroneckerTerm.RowBounds> bounds, int rows) {
    double[] errors = new double[rows];
    double[] parts = new double[bounds.size()];
    for (int r = 0; r < rows; r++) {
      for (int l = 0; l < parts.length; l++) {
        parts[l] = bounds.get(l).error[r];
      }
      errors[r] = RowNorms.upper(parts);
    }
    return errors;
  }

  /** {@code sum_l 2 ||p_l|| ||d_l|| + ||d_l||^2}. */
  private static double rankOneBound(List<KroneckerTerm.RowBounds> bounds) {
    double sum = 0;
    for (KroneckerTerm.RowBounds b : bounds) {
      double p = RowNorms.upper(b.norm);
      double d = RowNorms.upper(b.error);
      double both = RowNorms.product(p, d);
      sum = Rounding.addUp(sum, Rounding.addUp(Rounding.addUp(both, both), RowNorms.product(d, d)));
    }
    return sum;
  }

  /** {@code 2 sqrt(||K||_inf + radius) d + d^2}. */
  private static double normBound(SymmetricMatrix stored, double productRadius, double d) {
    double squared = Rounding.addUp(stored.infinityNorm(), productRadius);
    double norm = Rounding.sqrtUp(squared);
    return Rounding.addUp(RowNorms.product(Rounding.addUp(norm, norm), d), RowNorms.product(d, d));
  }

  /** Number of rows {@code n k}. */
  public int order() {
    return stored.order();
  }

  /** Outputs per sample. */
  public int outputs() {
    return outputs;
  }

  /** The computed doubles, taken as exact. */
  public SymmetricMatrix stored() {
    return stored;
  }

  /** The exact product of the stored factors. */
  public SymmetricMatrix exactProduct() {
    return widened(productRadius, Subject.EXACT_PRODUCT, "rounding of the products");
  }

  /**
   * The product of the exact factors. It is about a network only if the terms enclose the factors
   * of its Jacobian, for which whoever made them answers.
   */
  public SymmetricMatrix exactNetwork() {
    return widened(
        Rounding.addUp(productRadius, factorRadius),
        Subject.EXACT_NETWORK,
        "rounding of the products and errors of the factors");
  }

  /** Upper bound of {@code ||J^ - J||_F}, the distance of the stored and the exact Jacobian. */
  public double jacobianError() {
    return RowNorms.upper(rowErrors);
  }

  /** Upper bounds of the 2-norms of the errors of the Jacobian's rows; each may be infinite. */
  public double[] rowErrors() {
    return rowErrors.clone();
  }

  private SymmetricMatrix widened(double radius, Subject subject, String method) {
    Quantity error = Quantity.verified("||K^ - K||_2", new Interval(0, radius), subject, method);
    return stored.perturbedBy(error, subject);
  }

  /** Order, outputs and the error bound towards the exact network. */
  @Override
  public String toString() {
    return "EnclosedGram(order "
        + order()
        + ", "
        + outputs
        + (outputs == 1 ? " output" : " outputs")
        + ", within "
        + DecimalInterval.upper(Rounding.addUp(productRadius, factorRadius), 3)
        + " of the exact network's)";
  }
}
