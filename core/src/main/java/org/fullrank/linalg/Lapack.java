package org.fullrank.linalg;

import java.util.function.IntSupplier;
import org.fullrank.cancel.Cancellation;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.blas.BlasException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Native factorisations, as candidates: fast, usually right to a few units in the last place times
 * the norm, and never evidence. Each result carries the status that LAPACK returned; reading a
 * factor of a call that failed throws instead of giving zeros.
 *
 * <p>Arguments may be views or Fortran-order arrays of type {@code DOUBLE} or {@code FLOAT}; they
 * are checked finite and copied, so the native code never sees a stride, an alias or a NaN. {@code
 * info} is LAPACK's: 0 success, positive a numerical failure, negative a refused argument.
 */
public final class Lapack {
  private Lapack() {}

  /**
   * Eigenvalues and eigenvectors of a symmetric matrix ({@code xSYEV}); only the lower triangle is
   * read. Cost: {@code 4/3 n^3} operations, about {@code 9 n^3} with vectors.
   *
   * @param a {@code [n, n]}, finite
   * @param vectors whether to compute eigenvectors
   * @return the candidate
   */
  public static SymmetricEigen symmetricEigen(INDArray a, boolean vectors) {
    Cancellation.check("A decomposition by LAPACK");
    int n = requireSquare("symmetricEigen", a);
    if (n == 1) {
      double value = a.getDouble(0);
      INDArray one = vectors ? Tensors.of(a.dataType(), new double[] {1}, 1, 1) : null;
      return new SymmetricEigen(0, new double[] {value}, one);
    }
    try (INDArray copy = NativeHeap.copy(a, 'c');
        INDArray w = Tensors.zeros(a.dataType(), n)) {
      // A row-major copy is its transpose in column order, its lower triangle the upper one there:
      // no strided copy, which costs a tenth of the whole.
      INDArray work = copy.transpose();
      char job = vectors ? 'V' : 'N';
      int info =
          NativeLapack.available()
              ? NativeLapack.syev(job, work, w)
              : guarded(() -> Nd4j.getBlasWrapper().lapack().syev(job, 'U', work, w));
      if (info != 0) {
        return new SymmetricEigen(info, new double[0], null);
      }
      return new SymmetricEigen(
          0, Tensors.toDoubles(w), vectors ? NativeHeap.copy(work, 'c') : null);
    }
  }

  /**
   * Cholesky factor {@code A = L L^T} ({@code xPOTRF}); only the lower triangle is read.
   *
   * @param a {@code [n, n]}, finite
   * @return the candidate; {@code info = i > 0} if pivot {@code i} (from 1) was not positive
   */
  public static Cholesky cholesky(INDArray a) {
    Cancellation.check("A factorisation by LAPACK");
    requireSquare("cholesky", a);
    try (INDArray work = NativeHeap.copy(a, 'f')) {
      if (NativeLapack.available()) {
        int info = NativeLapack.potrf(work);
        return new Cholesky(info, info == 0 ? lowerTriangle(work) : null);
      }
      int info =
          guarded(
              () -> {
                Nd4j.getBlasWrapper().lapack().potrf(work, true);
                return 0;
              });
      return new Cholesky(info, info == 0 ? NativeHeap.copy(work, 'c') : null);
    }
  }

  /**
   * Thin singular value decomposition {@code M = U diag(s) V^T}, {@code r = min(n, w)}. A matrix
   * that is not square is first reduced to a triangle by Householder reflections in Java, so that
   * {@code xGESVD} only meets square matrices. Cost: {@code 2 r^2 max(n, w) + O(r^3)}, about {@code
   * 20 r^3}.
   *
   * @param m {@code [n, w]}, finite
   * @return the candidate, singular values descending
   */
  public static Svd svd(INDArray m) {
    Cancellation.check("A decomposition by LAPACK");
    TensorChecks.requireRank("svd", m, 2);
    TensorChecks.requireReal("svd", m.dataType());
    TensorChecks.requireFinite("svd", m);
    long n = m.size(0);
    long w = m.size(1);
    if (n == w) {
      return squareSvd(m);
    }
    if (n > w) {
      try (INDArray t = Tensors.transpose(m);
          Svd s = svd(t)) {
        return s.completed()
            ? new Svd(0, s.singularValues, Tensors.transpose(s.vt()), Tensors.transpose(s.u()))
            : new Svd(s.info, s.singularValues, null, null);
      }
    }
    HouseholderLq lq = HouseholderLq.of(Tensors.toRows(m));
    try (INDArray l = Tensors.ofRows(m.dataType(), lq.triangle());
        Svd s = squareSvd(l)) {
      if (!s.completed()) {
        return new Svd(s.info, s.singularValues, null, null);
      }
      double[][] vt = Tensors.toRows(s.vt());
      return new Svd(
          0,
          s.singularValues,
          NativeHeap.copy(s.u(), 'c'),
          Tensors.ofRows(m.dataType(), lq.timesQ(vt)));
    }
  }

  /** A row-major copy with zeros above the diagonal. */
  private static INDArray lowerTriangle(INDArray a) {
    INDArray l = NativeHeap.copy(a, 'c');
    int n = (int) l.size(0);
    double[] zeros = new double[n];
    Elements to = new Elements(l);
    for (int i = 0; i < n - 1; i++) {
      to.write((long) i * n + i + 1, zeros, 0, n - 1 - i);
    }
    return l;
  }

  private static Svd squareSvd(INDArray m) {
    long n = m.size(0);
    if (n == 1) {
      double v = m.getDouble(0);
      return new Svd(
          0,
          new double[] {Math.abs(v)},
          Tensors.of(m.dataType(), new double[] {v < 0 ? -1 : 1}, 1, 1),
          Tensors.of(m.dataType(), new double[] {1}, 1, 1));
    }
    DataType type = m.dataType();
    try (INDArray work = NativeHeap.copy(m, 'f');
        INDArray s = Tensors.zeros(type, n);
        // Fortran order with both dimensions given: too short an output is a heap overflow.
        INDArray u = Nd4j.create(type, new long[] {n, n}, 'f');
        INDArray vt = Nd4j.create(type, new long[] {n, n}, 'f')) {
      int info =
          NativeLapack.available()
              ? NativeLapack.gesvd(work, s, u, vt)
              : guarded(
                  () -> {
                    Nd4j.getBlasWrapper().lapack().gesvd(work, s, u, vt);
                    return 0;
                  });
      return info == 0
          ? new Svd(0, Tensors.toDoubles(s), NativeHeap.copy(u, 'c'), NativeHeap.copy(vt, 'c'))
          : new Svd(info, new double[0], null, null);
    }
  }

  private static int guarded(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (BlasException e) {
      // The wrapper throws an Error for a numerical failure; its code is LAPACK's info.
      return e.getErrorCode() == 0 ? BlasException.UNKNOWN_ERROR : e.getErrorCode();
    }
  }

  private static int requireSquare(String where, INDArray a) {
    TensorChecks.requireRank(where, a, 2);
    if (a.size(0) != a.size(1)) {
      throw new IllegalArgumentException(
          where + " expects a square matrix but got " + TensorChecks.describe(a));
    }
    TensorChecks.requireReal(where, a.dataType());
    Tensors.length(a.shape());
    TensorChecks.requireFinite(where, a);
    return (int) a.size(0);
  }

  /** Candidate eigenvalues and eigenvectors; closing it frees the vectors. */
  public static final class SymmetricEigen implements LapackResult {
    private final int info;
    private final double[] values;
    private final LapackPart vectors;

    private SymmetricEigen(int info, double[] values, @Nullable INDArray vectors) {
      this.info = info;
      this.values = values;
      this.vectors = new LapackPart("matrix of eigenvectors", info, vectors);
    }

    @Override
    public int info() {
      return info;
    }

    /**
     * The eigenvalues.
     *
     * @return {@code n} values, ascending if LAPACK is sound
     * @throws IllegalStateException if LAPACK failed
     */
    public double[] values() {
      if (info != 0) {
        throw new IllegalStateException("no eigenvalues: LAPACK returned info = " + info);
      }
      return values.clone();
    }

    /**
     * The eigenvectors.
     *
     * @return {@code [n, n]}, column {@code j} for value {@code j}; owned by this object
     * @throws IllegalStateException if LAPACK failed or none were requested
     */
    public INDArray vectors() {
      return vectors.read();
    }

    @Override
    public void close() {
      vectors.close();
    }
  }

  /**
   * Candidate Cholesky factor; closing it frees the factor. {@code info = i > 0} says that pivot
   * {@code i} (from 1) was not positive.
   */
  public static final class Cholesky implements LapackResult {
    private final int info;
    private final LapackPart factor;

    private Cholesky(int info, @Nullable INDArray factor) {
      this.info = info;
      this.factor = new LapackPart("Cholesky factor", info, factor);
    }

    @Override
    public int info() {
      return info;
    }

    /**
     * The lower triangular factor, zeros above.
     *
     * @return {@code [n, n]}, owned by this object
     * @throws IllegalStateException if LAPACK failed
     */
    public INDArray factor() {
      return factor.read();
    }

    @Override
    public void close() {
      factor.close();
    }
  }

  /** Candidate singular value decomposition; closing it frees the factors. */
  public static final class Svd implements LapackResult {
    private final int info;
    private final double[] singularValues;
    private final LapackPart u;
    private final LapackPart vt;

    private Svd(int info, double[] singularValues, @Nullable INDArray u, @Nullable INDArray vt) {
      this.info = info;
      this.singularValues = singularValues;
      this.u = new LapackPart("matrix of left singular vectors", info, u);
      this.vt = new LapackPart("matrix of right singular vectors", info, vt);
    }

    @Override
    public int info() {
      return info;
    }

    /**
     * The singular values.
     *
     * @return {@code r} values, descending if LAPACK is sound
     * @throws IllegalStateException if LAPACK failed
     */
    public double[] singularValues() {
      if (info != 0) {
        throw new IllegalStateException("no singular values: LAPACK returned info = " + info);
      }
      return singularValues.clone();
    }

    /**
     * Left singular vectors.
     *
     * @return {@code [n, r]}, owned by this object
     * @throws IllegalStateException if LAPACK failed
     */
    public INDArray u() {
      return u.read();
    }

    /**
     * Right singular vectors.
     *
     * @return {@code [r, w]}, owned by this object
     * @throws IllegalStateException if LAPACK failed
     */
    public INDArray vt() {
      return vt.read();
    }

    @Override
    public void close() {
      u.close();
      vt.close();
    }
  }
}
