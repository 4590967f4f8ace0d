/**
 * What is known about a number, and the arithmetic that makes it known. This package and those
 * below its name are the trusted base of the library: plain Java on strict IEEE doubles, no native
 * call, no tensor library. Whatever reaches {@link org.fullrank.rigor.Rigor#VERIFIED} was computed
 * or bounded here. Single operations are rounded in {@code org.fullrank.rigor.rounding}.
 *
 * <p>An {@link org.fullrank.rigor.Interval} encloses a real number with outward rounding. A {@link
 * org.fullrank.rigor.Quantity} adds a name, the {@link org.fullrank.rigor.Rigor} of the knowledge,
 * the {@link org.fullrank.rigor.Subject} it is about, and the method. Combining quantities takes
 * the weakest rigor and the narrowest subject, so a guarantee can get lost but never appear.
 * Conditions on quantities answer with a {@link org.fullrank.rigor.Verdict}. A number is verified
 * by the proof that encloses it; formulas derive others from it ({@link
 * org.fullrank.rigor.Quantity#derived}), and what needs no arithmetic is a {@link
 * org.fullrank.rigor.StructuralFact}.
 *
 * <p>Eigenvalue statements start from a {@link org.fullrank.rigor.eigen.SymmetricMatrix}: stored
 * entries and a radius, standing for all matrices within that distance. {@link
 * org.fullrank.rigor.eigen.SymmetricProduct} makes one from a stored Jacobian, with the rounding
 * error of the product as radius, so that bounds are about the exact Gram matrix; {@code between}
 * makes one from rows that are symmetric up to rounding. These methods implement {@link
 * org.fullrank.rigor.eigen.EigenvalueBound}: {@link org.fullrank.rigor.eigen.GershgorinBound} and
 * {@link org.fullrank.rigor.eigen.WolkowiczStyanBound} look at the matrix once; {@link
 * org.fullrank.rigor.eigen.DeterminantBound} factors it once; {@link
 * org.fullrank.rigor.eigen.ShiftedCholeskyBound} proves positive definiteness of shifted matrices
 * and decides the sign of the smallest eigenvalue nearly to the limit of double precision, after an
 * equilibration where the diagonal is graded; {@link org.fullrank.rigor.eigen.TempleKatoBound}
 * refines it beyond that where the eigenvalue is separated. The last two accept a {@link
 * org.fullrank.rigor.eigen.Hint} from any solver and trust none of it. {@link
 * org.fullrank.rigor.eigen.SpectrumEnclosure} encloses all eigenvalues from an untrusted
 * decomposition.
 *
 * <p>{@link org.fullrank.rigor.rank.RankCertificate} encloses the smallest singular value of a
 * rectangular matrix without squaring its condition number: residuals are computed in doubled
 * precision and the right inverse is a sum of two matrices. {@link
 * org.fullrank.rigor.eigen.SpectralNorm} encloses the largest singular value. {@link
 * org.fullrank.rigor.rank.IndependentRows} searches rows that can be proved independent, and {@link
 * org.fullrank.rigor.rank.ModularRank} finds the exact rank of the stored numbers by elimination
 * modulo primes. Ranks are about stored numbers: rounding raises them.
 *
 * <p>For a matrix that is too large for memory, {@link org.fullrank.rigor.disk.TiledCholeskyBound}
 * does the same from a {@link org.fullrank.rigor.disk.SymmetricSource}, with the factor in a
 * scratch file and any budget of working memory; a {@link org.fullrank.rigor.disk.TiledPlan} says
 * beforehand what it takes, a {@link org.fullrank.rigor.disk.TiledEnclosure} afterwards what it has
 * cost. Its factor has the same bits as {@link org.fullrank.rigor.kernel.Cholesky}.
 *
 * <p>An {@link org.fullrank.rigor.matrix.IntervalMatrix} is a matrix known up to errors, entry by
 * entry and row by row. Affine maps, sums, entrywise products and scalar functions of such
 * matrices, with what a {@link org.fullrank.rigor.matrix.LinearMap} and {@link
 * org.fullrank.rigor.matrix.PointwiseBounds} say about them, make up the error propagation of a
 * network; {@link org.fullrank.rigor.matrix.EnclosedGram} is the Gram matrix of the result.
 *
 * <p>Below that are the kernels: {@link org.fullrank.rigor.kernel.Cholesky}, {@link
 * org.fullrank.rigor.kernel.Product}, {@link org.fullrank.rigor.kernel.Norms} and {@link
 * org.fullrank.rigor.kernel.Dot2}. They share one inner loop, shaped for the JIT's vectoriser, in
 * which every entry is a chain of fused multiply-adds in a fixed order. That order is what the
 * error bounds are proved for, and it makes results independent of blocking and of the number of
 * threads, bit for bit.
 *
 * <p>The bounds presume rounding to nearest and gradual underflow. Native code can switch these off
 * for a thread; every proof checks and throws {@code IllegalStateException} rather than be wrong.
 *
 * <p>What is not guaranteed: that an enclosure is narrow, or that a true inequality is decided. A
 * status says why, and what could help.
 */
@NullMarked
package org.fullrank.rigor;

import org.jspecify.annotations.NullMarked;
