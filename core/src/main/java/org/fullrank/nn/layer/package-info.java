/**
 * The layers of the library: {@link org.fullrank.nn.layer.Dense}, {@link
 * org.fullrank.nn.layer.FixedLinear}, {@link org.fullrank.nn.layer.Elementwise}, {@link
 * org.fullrank.nn.layer.Residual}, {@link org.fullrank.nn.layer.LayerNorm}, {@link
 * org.fullrank.nn.layer.SurrogateRelu} and {@link org.fullrank.nn.layer.Flatten}. Start with {@link
 * org.fullrank.nn.layer.Dense}.
 *
 * <p>All are immutable configurations; their linearizations hold the arrays of one forward pass and
 * free them when closed. Tangents and cotangents come in blocks of shape {@code [m, n, ...]}, and
 * each layer treats the {@code m n} vectors as one matrix.
 */
@NullMarked
package org.fullrank.nn.layer;

import org.jspecify.annotations.NullMarked;
