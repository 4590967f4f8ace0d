/**
 * Convergence theorems as executable certificates.
 *
 * <p>A {@link org.fullrank.convergence.Certificate} lists every hypothesis of a theorem as a {@link
 * org.fullrank.convergence.HypothesisCheck} with measured numbers; its verdict is computed from
 * these and cannot be stated. Where all hold, a {@link org.fullrank.convergence.Prediction} gives
 * step sizes, rate and radius. {@code FAILS} means that the theorem gives no guarantee, never that
 * training diverges.
 *
 * <p>Start with {@link org.fullrank.convergence.Certificate}; the theorems are in {@code
 * org.fullrank.convergence.theorem}, all of them in its {@code Theorems}.
 */
@NullMarked
package org.fullrank.convergence;

import org.jspecify.annotations.NullMarked;
