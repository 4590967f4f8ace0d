/**
 * Eigenvalues of symmetric operators: estimates that say how good they are, and enclosures that are
 * proofs.
 *
 * <p>{@code spectrum.solver} has approximate eigenpairs, {@code spectrum.estimate} estimates from
 * random probes, {@code spectrum.disk} matrices in files. This package has bounds and ranks.
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
 * <p>{@link org.fullrank.spectrum.RankAnalysis} is the same division of labour for the rank of a
 * feature matrix: LAPACK proposes a right inverse, plain Java proves full row rank from it, next to
 * the numerical rank that NumPy would report. Its {@code rankAtLeast} finds rows that are proved
 * independent where full rank is not. {@link org.fullrank.spectrum.SpectrumSummary} derives
 * condition number and effective dimensions.
 *
 * <p>All tolerances are relative: scaling a matrix by a power of two scales every result as long as
 * nothing comes near overflow or underflow. There, enclosures get wide and answers undecided, but
 * stay true; see {@link org.fullrank.spectrum.RankAnalysis}.
 */
@NullMarked
package org.fullrank.spectrum;

import org.jspecify.annotations.NullMarked;
