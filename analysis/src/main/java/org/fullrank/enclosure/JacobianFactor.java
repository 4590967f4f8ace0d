package org.fullrank.enclosure;

import java.util.Optional;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * The columns of the Jacobian that belong to one parameter tensor, factored: row {@code i * k + c}
 * is {@code scale * a_i (x) g_(i,c)} for weights stored {@code [in, out]}, {@code scale * g_(i,c)
 * (x) a_i} for weights stored {@code [out, in]}, and {@code scale * g_(i,c)} for a bias.
 *
 * @param slot the parameter tensor
 * @param scale the layer's factor of it, exact
 * @param inputs {@code a}, {@code [n][d_in]}, or empty for a bias
 * @param cotangents {@code g}, {@code [n k][d_out]}
 */
public record JacobianFactor(
    Slot slot, double scale, Optional<IntervalMatrix> inputs, IntervalMatrix cotangents) {}
