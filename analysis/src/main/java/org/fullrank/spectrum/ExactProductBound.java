package org.fullrank.spectrum;

import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.eigen.SymmetricProduct;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Encloses the extreme eigenvalues of {@code J J^T} in exact arithmetic for a stored {@code J}:
 * {@code VERIFIED} about {@code EXACT_PRODUCT}. The product is computed in plain Java with a bound
 * on its rounding error, {@code gamma_p ||J||_F^2}, by which the enclosure of the rounded product
 * is widened (Weyl). The exact product has no negative eigenvalue; a negative lower end says only
 * that zero is not excluded.
 *
 * <p>Cost: {@code N^2 p} operations and the cost of {@link CholeskyBound}. Reach: the smallest
 * eigenvalue is told from zero above about {@code (N + p) u tr(J J^T)}; below that, use {@link
 * RankAnalysis} on {@code J}, which does not square the condition number.
 */
public final class ExactProductBound {
  private final CholeskyBound bound;
  private final int threads;

  private ExactProductBound(CholeskyBound bound, int threads) {
    this.bound = bound;
    this.threads = threads;
  }

  /**
   * One thread, relative width {@code 1e-6}.
   *
   * @return the bound
   */
  public static ExactProductBound withDefaults() {
    return new ExactProductBound(CholeskyBound.withDefaults(), 1);
  }

  /**
   * With a number of threads; the enclosures do not depend on it.
   *
   * @param count at least 1
   * @return the bound
   */
  public ExactProductBound withThreads(int count) {
    return new ExactProductBound(bound.withThreads(count), count);
  }

  /**
   * With an aim for the relative width before widening.
   *
   * @param width at least 0
   * @return the bound
   */
  public ExactProductBound withRelativeWidth(double width) {
    return new ExactProductBound(bound.withRelativeWidth(width), threads);
  }

  /**
   * Encloses the extreme eigenvalues of the exact {@code J J^T}.
   *
   * @param j {@code [N, p]}, finite; {@code FLOAT} is widened exactly
   * @return two enclosures
   */
  public Extremes enclose(INDArray j) {
    TensorChecks.requireRank("ExactProductBound", j, 2);
    TensorChecks.requireFinite("ExactProductBound", j);
    return bound.enclose(SymmetricProduct.of(Tensors.toRows(j), threads));
  }
}
