package org.fullrank.linalg;

/** The status of a native factorisation, whose arrays {@link #close} frees. */
public sealed interface LapackResult extends AutoCloseable
    permits Lapack.SymmetricEigen, Lapack.Cholesky, Lapack.Svd {
  /**
   * LAPACK's status.
   *
   * @return 0 on success, positive after a numerical failure, negative if an argument was refused
   */
  int info();

  /**
   * Whether LAPACK reported success, which does not make the numbers right.
   *
   * @return {@code info() == 0}
   */
  default boolean completed() {
    return info() == 0;
  }

  @Override
  void close();
}
