/**
 * Why a kernel matrix or a feature matrix is singular, or nearly.
 *
 * <p>{@link org.fullrank.diagnosis.SingularityDiagnosis} looks for structural causes and returns
 * them with witnesses in a {@link org.fullrank.diagnosis.SingularityReport}. Each {@link
 * org.fullrank.diagnosis.SingularityCause} is a theorem with a stated subject. About the exact
 * network: too few parameters, equal or proportional inputs, symmetries of the architecture, too
 * few monomials, a readout that is zero. About the exact product of the stored gradients: rows and
 * columns that are zero or equal to the bit. What is only close, such as near-duplicates and an
 * approximate null vector, is computed and never counts as a cause.
 *
 * <p>Start with {@link org.fullrank.diagnosis.SingularityDiagnosis}.
 */
@NullMarked
package org.fullrank.diagnosis;

import org.jspecify.annotations.NullMarked;
