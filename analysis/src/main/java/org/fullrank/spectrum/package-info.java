/**
 * Eigenvalues of symmetric operators: estimates that say how good they are, and enclosures that are
 * proofs.
 *
 * <p>An {@link org.fullrank.spectrum.EigenSolver} turns a {@link
 * org.fullrank.linalg.SymmetricOperator} into {@link org.fullrank.spectrum.Eigenpairs}: values,
 * vectors, residual norms recomputed in plain Java, and a {@link
 * org.fullrank.spectrum.SolverStatus}. {@link org.fullrank.spectrum.DenseEigenSolver} asks LAPACK
 * and checks the answer; {@link org.fullrank.spectrum.JavaEigenSolver} needs no native code and is
 * its fallback. For a few pairs at one end there are {@link org.fullrank.spectrum.LanczosSolver}
 * and {@link org.fullrank.spectrum.LobpcgSolver}, which need only products with blocks of vectors,
 * and {@link org.fullrank.spectrum.ShiftInvertSolver}, which factors the stored matrix and is the
 * way to the smallest eigenvalues of an ill-conditioned one. A residual only locates <em>some</em>
 * eigenvalue, so nothing a solver returns is more than computed.
 *
 * <p>A {@link org.fullrank.spectrum.SpectralBound} gives {@link org.fullrank.spectrum.Extremes}:
 * enclosures of the smallest and the largest eigenvalue with rigor {@code VERIFIED}. It copies the
 * stored entries out of ND4J once and leaves every step of the proof to {@code org.fullrank.rigor}.
 * {@link org.fullrank.spectrum.CholeskyBound} is the sharp one, {@link
 * org.fullrank.spectrum.DirectBound} wraps one-pass bounds, and {@link
 * org.fullrank.spectrum.ExactProductBound} speaks about {@code J J^T} in exact arithmetic instead
 * of the rounded product. {@link org.fullrank.spectrum.AllEigenvalues} encloses the whole spectrum
 * and so counts eigenvalues. Solvers may suggest where to look; a wrong suggestion costs width,
 * never truth.
 *
 * <p>{@link org.fullrank.spectrum.FileCholeskyBound} encloses the smallest eigenvalue of a matrix
 * in an {@code .npy} file that need not fit into memory. {@link org.fullrank.spectrum.FileOperator}
 * is such a file as an operator, for estimates by products.
 *
 * <p>{@link org.fullrank.spectrum.RankAnalysis} is the same division of labour for the rank of a
 * feature matrix: LAPACK proposes a right inverse, plain Java proves full row rank from it, next to
 * the numerical rank that NumPy would report. Its {@code rankAtLeast} finds rows that are proved
 * independent where full rank is not. {@link org.fullrank.spectrum.SpectrumSummary} derives
 * condition number and effective dimensions.
 *
 * <p>For matrices that are too large to decompose there are estimates from random probes, with
 * rigor {@code SAMPLED} and confidence intervals: {@link org.fullrank.spectrum.StochasticLanczos}
 * gives a {@link org.fullrank.spectrum.SpectralDensity} and with it log-determinants, effective
 * ranks and other traces of functions; {@link org.fullrank.spectrum.HutchPlusPlus} and {@link
 * org.fullrank.spectrum.XTrace} estimate the trace itself, {@link org.fullrank.spectrum.Hutchinson}
 * is their baseline.
 *
 * <p>All tolerances are relative: scaling a matrix by a power of two scales every result as long as
 * nothing comes near overflow or underflow. There, enclosures get wide and answers undecided, but
 * stay true; see {@link org.fullrank.spectrum.RankAnalysis}.
 */
@NullMarked
package org.fullrank.spectrum;

import org.jspecify.annotations.NullMarked;
