package org.fullrank.linalg;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.util.Objects;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The C interface of the LAPACK behind ND4J's CPU backend. ND4J's own methods call the same
 * functions, but leave a work array to the garbage collector.
 *
 * <p>Found by name like {@link NativeBlas}; where it is missing, {@link #available()} is false and
 * callers go through ND4J. Callers check shapes: nothing is checked here or beyond. All matrices
 * are in column order without gaps.
 */
final class NativeLapack {
  private static final int COLUMN_MAJOR = 102;

  private static final @Nullable MethodHandle DSYEV = syev("LAPACKE_dsyev", DoublePointer.class);
  private static final @Nullable MethodHandle SSYEV = syev("LAPACKE_ssyev", FloatPointer.class);
  private static final @Nullable MethodHandle DGESVD = gesvd("LAPACKE_dgesvd", DoublePointer.class);
  private static final @Nullable MethodHandle SGESVD = gesvd("LAPACKE_sgesvd", FloatPointer.class);

  private static final @Nullable MethodHandle DPOTRF = potrf("LAPACKE_dpotrf", DoublePointer.class);
  private static final @Nullable MethodHandle SPOTRF = potrf("LAPACKE_spotrf", FloatPointer.class);

  private NativeLapack() {}

  static boolean available() {
    return DSYEV != null
        && SSYEV != null
        && DGESVD != null
        && SGESVD != null
        && DPOTRF != null
        && SPOTRF != null
        && Elements.direct();
  }

  /**
   * Eigenvalues of the upper triangle of {@code a [n, n]} into {@code w [n]}, and its eigenvectors
   * into {@code a} for the job {@code 'V'}.
   *
   * @return LAPACK's info
   */
  static int syev(char job, INDArray a, INDArray w) {
    int n = (int) a.size(0);
    return call(
        handle(a, DSYEV, SSYEV),
        new Object[] {COLUMN_MAJOR, (byte) job, (byte) 'U', n, pointer(a), n, pointer(w)},
        a,
        w);
  }

  /**
   * All singular values and vectors of the square {@code a [n, n]}, which is overwritten.
   *
   * @return LAPACK's info
   */
  static int gesvd(INDArray a, INDArray s, INDArray u, INDArray vt) {
    int n = (int) a.size(0);
    try (INDArray superdiagonal = Tensors.zeros(a.dataType(), Math.max(1, n - 1))) {
      return call(
          handle(a, DGESVD, SGESVD),
          new Object[] {
            COLUMN_MAJOR,
            (byte) 'A',
            (byte) 'A',
            n,
            n,
            pointer(a),
            n,
            pointer(s),
            pointer(u),
            n,
            pointer(vt),
            n,
            pointer(superdiagonal)
          },
          a,
          s,
          u,
          vt);
    }
  }

  /**
   * The Cholesky factor of the lower triangle of {@code a [n, n]}, into that triangle.
   *
   * @return LAPACK's info
   */
  static int potrf(INDArray a) {
    int n = (int) a.size(0);
    return call(
        handle(a, DPOTRF, SPOTRF), new Object[] {COLUMN_MAJOR, (byte) 'L', n, pointer(a), n}, a);
  }

  private static @Nullable MethodHandle potrf(String name, Class<?> p) {
    return find(
        name, MethodType.methodType(int.class, int.class, byte.class, int.class, p, int.class));
  }

  private static @Nullable MethodHandle syev(String name, Class<?> p) {
    Class<?> i = int.class;
    Class<?> b = byte.class;
    return find(name, MethodType.methodType(i, i, b, b, i, p, i, p));
  }

  private static @Nullable MethodHandle gesvd(String name, Class<?> p) {
    Class<?> i = int.class;
    Class<?> b = byte.class;
    return find(name, MethodType.methodType(i, i, b, b, i, i, p, i, p, p, i, p, i, p));
  }

  private static @Nullable MethodHandle find(String name, MethodType type) {
    try {
      return MethodHandles.publicLookup()
          .findStatic(Class.forName("org.bytedeco.openblas.global.openblas"), name, type);
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  private static MethodHandle handle(
      INDArray a, @Nullable MethodHandle ofDoubles, @Nullable MethodHandle ofFloats) {
    return Objects.requireNonNull(a.dataType() == DataType.DOUBLE ? ofDoubles : ofFloats);
  }

  private static Pointer pointer(INDArray a) {
    Pointer address = a.data().addressPointer();
    return a.dataType() == DataType.DOUBLE ? new DoublePointer(address) : new FloatPointer(address);
  }

  private static int call(MethodHandle function, Object[] arguments, INDArray... owners) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      for (INDArray owner : owners) {
        Reference.reachabilityFence(owner);
      }
    }
  }
}
