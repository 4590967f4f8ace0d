/**
 * What a layer says about itself in the slow river: its value on all samples, enclosed, and how
 * cotangents, gradients and second derivatives pass through it. Rows are samples; a value of any
 * shape is one row in row-major order.
 *
 * <p>A layer that is to be proved overrides {@link org.fullrank.nn.Layer#enclose} and returns an
 * {@link org.fullrank.nn.enclosed.EnclosedStep}. Affine maps, activations, chains and sums are here
 * to be used: {@link org.fullrank.nn.enclosed.AffineStep}, {@link
 * org.fullrank.nn.enclosed.PointwiseStep}, {@link org.fullrank.nn.enclosed.ChainStep}, {@link
 * org.fullrank.nn.enclosed.SumStep}. Every question must be answered by every step: one about which
 * a step has nothing to say gets {@link org.fullrank.nn.enclosed.SecondOrder#unbounded}, never
 * silence, because silence would be taken for the identity.
 *
 * <p>What a step returns is believed by proofs, so all arithmetic in it is that of {@code rigor}.
 */
@NullMarked
package org.fullrank.nn.enclosed;

import org.jspecify.annotations.NullMarked;
