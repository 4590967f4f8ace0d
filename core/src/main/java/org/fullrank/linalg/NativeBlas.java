package org.fullrank.linalg;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * The C interface of the BLAS behind ND4J's CPU backend, for products of pieces of large arrays:
 * ND4J needs some 40 microseconds to make the views that one such product takes, this 0.1.
 *
 * <p>Found by name, so that nothing needs to be compiled against it; where it is missing, {@link
 * #available()} is false and callers go through ND4J. All matrices are row-major. Callers check
 * shapes: nothing is checked here or beyond.
 */
final class NativeBlas {
  private static final int ROW_MAJOR = 101;
  private static final int PLAIN = 111;
  private static final int TRANSPOSED = 112;
  private static final int UPPER = 121;

  private static final @Nullable MethodHandle DGEMM =
      find("cblas_dgemm", double.class, DoublePointer.class, true);
  private static final @Nullable MethodHandle SGEMM =
      find("cblas_sgemm", float.class, FloatPointer.class, true);
  private static final @Nullable MethodHandle DSYRK =
      find("cblas_dsyrk", double.class, DoublePointer.class, false);
  private static final @Nullable MethodHandle SSYRK =
      find("cblas_ssyrk", float.class, FloatPointer.class, false);

  private NativeBlas() {}

  private static @Nullable MethodHandle find(
      String name, Class<?> number, Class<?> pointer, boolean twoFactors) {
    Class<?> i = int.class;
    MethodType type =
        twoFactors
            ? MethodType.methodType(
                void.class, i, i, i, i, i, i, number, pointer, i, pointer, i, number, pointer, i)
            : MethodType.methodType(
                void.class, i, i, i, i, i, number, pointer, i, number, pointer, i);
    try {
      return MethodHandles.publicLookup()
          .findStatic(Class.forName("org.bytedeco.openblas.global.openblas_nolapack"), name, type);
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  static boolean available() {
    return DGEMM != null && SGEMM != null && DSYRK != null && SSYRK != null && Elements.direct();
  }

  /** {@code C [m, n] = A [m, k] B [n, k]^T}, without gaps between the rows. */
  static void multiply(int m, int n, int k, DoublePointer a, DoublePointer b, DoublePointer c) {
    try {
      handle(DGEMM).invokeExact(ROW_MAJOR, PLAIN, TRANSPOSED, m, n, k, 1.0, a, k, b, k, 0.0, c, n);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** As above in single precision. */
  static void multiply(int m, int n, int k, FloatPointer a, FloatPointer b, FloatPointer c) {
    try {
      handle(SGEMM)
          .invokeExact(ROW_MAJOR, PLAIN, TRANSPOSED, m, n, k, 1.0f, a, k, b, k, 0.0f, c, n);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The upper triangle of {@code C [m, m] = A [m, k] A^T}; the lower one is left alone. */
  static void square(int m, int k, DoublePointer a, DoublePointer c) {
    try {
      handle(DSYRK).invokeExact(ROW_MAJOR, UPPER, PLAIN, m, k, 1.0, a, k, 0.0, c, m);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** As above in single precision. */
  static void square(int m, int k, FloatPointer a, FloatPointer c) {
    try {
      handle(SSYRK).invokeExact(ROW_MAJOR, UPPER, PLAIN, m, k, 1.0f, a, k, 0.0f, c, m);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static MethodHandle handle(@Nullable MethodHandle handle) {
    if (handle == null) {
      throw new IllegalStateException("the native BLAS is not available");
    }
    return handle;
  }

  /** The functions return nothing and throw nothing. */
  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException r ? r : new IllegalStateException(e);
  }
}
