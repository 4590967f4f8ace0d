/**
 * Approximate eigenpairs that say how good they are.
 *
 * <p>An {@link org.fullrank.spectrum.solver.EigenSolver} turns a {@link
 * org.fullrank.linalg.SymmetricOperator} into {@link org.fullrank.spectrum.solver.Eigenpairs}:
 * values, vectors, residual norms recomputed in plain Java, and a {@link
 * org.fullrank.spectrum.solver.SolverStatus}. A residual only locates <em>some</em> eigenvalue, so
 * nothing that a solver returns is more than computed.
 *
 * <p>{@link org.fullrank.spectrum.solver.DenseEigenSolver} asks LAPACK and checks the answer;
 * {@link org.fullrank.spectrum.solver.JavaEigenSolver} needs no native code and is its fallback.
 * For a few pairs at one end there are {@link org.fullrank.spectrum.solver.LanczosSolver} and
 * {@link org.fullrank.spectrum.solver.LobpcgSolver}, which need only products with blocks of
 * vectors, and {@link org.fullrank.spectrum.solver.ShiftInvertSolver}, which factors the stored
 * matrix and is the way to the smallest eigenvalues of an ill-conditioned one.
 */
@NullMarked
package org.fullrank.spectrum.solver;

import org.jspecify.annotations.NullMarked;
