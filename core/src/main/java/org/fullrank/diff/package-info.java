/**
 * Derivatives of a map {@code (theta, x) -> y} at a fixed point, without ever storing a Jacobian.
 *
 * <p>A {@link org.fullrank.diff.Linearization} is what a layer knows after one forward pass: its
 * value, the derivative applied to tangents (jvp) and the derivative applied to cotangents
 * (pullback). Tangents and cotangents come in blocks: the leading axis {@code m} counts them, the
 * next one the samples.
 *
 * <p>A {@link org.fullrank.diff.Pullback} carries the input cotangent and, for each parameter
 * tensor, one {@link org.fullrank.diff.ParameterBlock}: the per-sample gradient rows in factored
 * form. Its row sum is the vector-Jacobian product, its rows are Jacobian rows, and its Gram is
 * that tensor's part of the neural tangent kernel. That is why one backward method is enough.
 *
 * <p>{@link org.fullrank.diff.KroneckerBlock} holds {@code sum_s a_s (x) g_s}, the form of dense
 * and convolution layers; {@link org.fullrank.diff.ExplicitBlock} holds any rows. The interface is
 * sealed because the Gram of two blocks is a binary operation and must be total.
 *
 * <p>{@link org.fullrank.diff.Jacobian} is the operator {@code R^p -> R^(n k)} of a whole network,
 * with row {@code i * k + c} for sample {@code i} and output {@code c}.
 *
 * <p>Start with {@link org.fullrank.diff.Linearization}, which a layer returns, and with {@link
 * org.fullrank.diff.Jacobian}, which a network does.
 */
@NullMarked
package org.fullrank.diff;

import org.jspecify.annotations.NullMarked;
