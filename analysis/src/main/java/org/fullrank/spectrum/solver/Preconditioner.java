package org.fullrank.spectrum.solver;

import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A rough inverse of an operator for {@link LobpcgSolver}: block in, block out.
 *
 * <p>It should be linear, symmetric and positive definite, and close to a multiple of {@code (A - t
 * I)^-1} on the part of the spectrum outside the wanted end. A bad one costs iterations, never a
 * wrong status.
 */
@FunctionalInterface
public interface Preconditioner {
  /**
   * Applies it.
   *
   * @param r {@code DOUBLE [n, m]} with columns of norm 1; not to be kept or closed
   * @return finite {@code DOUBLE [n, m]}, a new array that the caller closes
   */
  INDArray apply(INDArray r);

  /**
   * No preconditioning.
   *
   * @return copies its argument
   */
  static Preconditioner identity() {
    return r -> r.dup('c');
  }

  /**
   * Division by a diagonal (Jacobi), such as that of a diagonally dominant matrix.
   *
   * @param diagonal n positive finite numbers, copied
   * @return the preconditioner
   */
  static Preconditioner diagonal(double[] diagonal) {
    double[] d = diagonal.clone();
    for (int i = 0; i < d.length; i++) {
      if (!(d[i] > 0 && d[i] <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "Preconditioner.diagonal expects positive finite entries but got "
                + d[i]
                + " at index "
                + i);
      }
    }
    return r -> {
      TensorChecks.requireShape("preconditioner argument", r, d.length, -1);
      double[] x = Tensors.toDoubles(r);
      int m = (int) r.size(1);
      for (int i = 0; i < d.length; i++) {
        for (int j = 0; j < m; j++) {
          x[i * m + j] /= d[i];
        }
      }
      return Tensors.of(x, d.length, m);
    };
  }

  /**
   * Solution with the Cholesky factor of {@code A + shift I}, in plain Java: {@code n^3 / 3}
   * operations now, {@code 2 n^2} per column later, {@code 4 n^2} bytes kept.
   *
   * @param a an operator that fits into memory, or one that is close to the one to solve
   * @param shift finite; a small positive number makes a semidefinite matrix definite
   * @return the preconditioner
   * @throws IllegalArgumentException if {@code A + shift I} is not numerically positive definite
   */
  static Preconditioner cholesky(SymmetricOperator a, double shift) {
    if (!Double.isFinite(shift)) {
      throw new IllegalArgumentException(
          "Preconditioner.cholesky expects a finite shift but got " + shift);
    }
    StoredMatrix matrix = StoredMatrix.of(a);
    TriangularFactor factor = TriangularFactor.of(matrix, 1, -matrix.scaled(shift));
    if (factor == null) {
      throw new IllegalArgumentException(
          "Preconditioner.cholesky expects A + shift I to be positive definite but it is not for"
              + " shift "
              + shift);
    }
    int n = matrix.order();
    return r -> {
      TensorChecks.requireShape("preconditioner argument", r, n, -1);
      try (INDArray t = Tensors.transpose(r);
          INDArray solved = Tensors.ofRows(factor.apply(Tensors.toRows(t)))) {
        return Tensors.transpose(solved);
      }
    };
  }
}
