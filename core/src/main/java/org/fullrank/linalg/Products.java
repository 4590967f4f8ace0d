package org.fullrank.linalg;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products through the native BLAS, always into a row-major result.
 *
 * <p>Error: the usual {@code gamma_k |A||B|} of a k-term inner product if the BLAS is sound;
 * nothing is proved here (see {@code Backend}).
 */
public final class Products {
  private Products() {}

  /**
   * {@code A op(B)} into a new matrix.
   *
   * @param a {@code [n, k]}, or {@code [k, n]} if {@code transposeA}
   * @param transposeA whether to use the transpose of {@code a}
   * @param b {@code [k, m]}, or {@code [m, k]} if {@code transposeB}
   * @param transposeB whether to use the transpose of {@code b}
   * @return {@code [n, m]}, row-major
   */
  public static INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    requireMatrices(a, b);
    INDArray c =
        Tensors.zeros(a.dataType(), a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1));
    multiply(1, a, transposeA, b, transposeB, 0, c);
    return c;
  }

  /**
   * {@code C <- alpha op(A) op(B) + beta C}, in place.
   *
   * @param alpha factor of the product
   * @param a {@code [n, k]}, or {@code [k, n]} if {@code transposeA}
   * @param transposeA whether to use the transpose of {@code a}
   * @param b {@code [k, m]}, or {@code [m, k]} if {@code transposeB}
   * @param transposeB whether to use the transpose of {@code b}
   * @param beta factor of the old {@code c}
   * @param c {@code [n, m]}, row-major without gaps; must not share memory with {@code a} or {@code
   *     b}
   * @throws IllegalArgumentException if shapes, types or the layout of {@code c} do not fit
   */
  public static void multiply(
      double alpha,
      INDArray a,
      boolean transposeA,
      INDArray b,
      boolean transposeB,
      double beta,
      INDArray c) {
    requireMatrices(a, b);
    TensorChecks.requireRank("product result", c, 2);
    TensorChecks.requireType("product result", a.dataType(), c);
    long n = a.size(transposeA ? 1 : 0);
    long k = a.size(transposeA ? 0 : 1);
    long kb = b.size(transposeB ? 1 : 0);
    long m = b.size(transposeB ? 0 : 1);
    if (k != kb || c.size(0) != n || c.size(1) != m || !TensorViews.isContiguous(c)) {
      throw new IllegalArgumentException(
          "product expects [n, k] by [k, m] into row-major [n, m] but got "
              + TensorChecks.describe(a)
              + (transposeA ? "^T" : "")
              + " by "
              + TensorChecks.describe(b)
              + (transposeB ? "^T" : "")
              + " into "
              + TensorChecks.describe(c));
    }
    if (c == a || c == b) {
      throw new IllegalArgumentException(
          "product expects a result other than its factors but got the same array, "
              + TensorChecks.describe(c));
    }
    INDArray ac = TensorViews.contiguous(a);
    INDArray bc = TensorViews.contiguous(b);
    Nd4j.gemm(ac, bc, c, transposeA, transposeB, alpha, beta);
    TensorViews.release(ac, a);
    TensorViews.release(bc, b);
  }

  private static void requireMatrices(INDArray a, INDArray b) {
    TensorChecks.requireRank("left factor", a, 2);
    TensorChecks.requireRank("right factor", b, 2);
    TensorChecks.requireReal("left factor", a.dataType());
    TensorChecks.requireType("right factor", a.dataType(), b);
  }
}
