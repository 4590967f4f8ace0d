package org.fullrank.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products through the native BLAS, always into a row-major result.
 *
 * <p>Error: the usual {@code gamma_k |A||B|} of a k-term inner product if the BLAS is sound;
 * nothing is proved here (see {@code Backend}).
 *
 * <p>The last bits depend on the number of BLAS threads, from a few hundred rows or columns on. It
 * is one while any thread of the process runs tasks of {@link Parallel}, and that of the BLAS
 * otherwise. Who needs the same bits in every run either runs nothing beside, or sets {@code
 * OMP_NUM_THREADS=1}.
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
    INDArray c = target(a.dataType(), a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1));
    multiply(1, a, transposeA, b, transposeB, 0, c);
    return c;
  }

  /**
   * {@code alpha A op(B)} for all rows of an array, into a new array.
   *
   * @param alpha factor
   * @param rows {@code [..., k]}, row-major without gaps, of at least two dimensions
   * @param b {@code [k, m]}, or {@code [m, k]} if {@code transposeB}
   * @param transposeB whether to use the transpose of {@code b}
   * @return {@code [..., m]}, row-major
   */
  public static INDArray multiplyRows(double alpha, INDArray rows, INDArray b, boolean transposeB) {
    TensorChecks.requireRank("right factor", b, 2);
    long[] shape = rows.shape().clone();
    int last = shape.length - 1;
    shape[last] = b.size(transposeB ? 0 : 1);
    INDArray out = target(rows.dataType(), shape);
    try {
      multiply(alpha, matrix(rows), false, b, transposeB, 0, matrix(out));
    } catch (IllegalArgumentException e) {
      out.close();
      throw e;
    }
    return out;
  }

  private static INDArray matrix(INDArray a) {
    if (a.rank() == 2) {
      return a;
    }
    long columns = a.size(a.rank() - 1);
    return TensorViews.reshape(a, a.length() / columns, columns);
  }

  /** Memory for a product with {@code beta = 0}. */
  private static INDArray target(DataType type, long... shape) {
    TensorChecks.requireReal("product", type);
    Tensors.length(shape);
    return Tensors.uninitialized(type, shape);
  }

  /**
   * {@code C <- alpha op(A) op(B) + beta C}, in place.
   *
   * @param alpha factor of the product
   * @param a {@code [n, k]}, or {@code [k, n]} if {@code transposeA}
   * @param transposeA whether to use the transpose of {@code a}
   * @param b {@code [k, m]}, or {@code [m, k]} if {@code transposeB}
   * @param transposeB whether to use the transpose of {@code b}
   * @param beta factor of the old {@code c}; with 0 it may hold anything, NaN included
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
    if (beta == 0 && (n == 1 || m == 1)) {
      // Routines for matrices overwrite c unread, those for vectors scale it: 0 times NaN is NaN.
      Tensors.write(new double[Tensors.length(n, m)], c);
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
