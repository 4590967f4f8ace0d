package org.fullrank.enclosure;

import java.util.Optional;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * The columns of the Jacobian that belong to one parameter tensor, factored over {@code S}
 * positions that share it: row {@code r = i * k + c} is {@code sum_s scale * a_(i,s) (x) g_(r,s)}
 * for weights stored {@code [in, out]}, the same with {@code g (x) a} for weights stored {@code
 * [out, in]}, and {@code sum_s scale * g_(r,s)} for a bias.
 *
 * @param slot the parameter tensor
 * @param scale the layer's factor of it, exact
 * @param inputs {@code a}, {@code [n S][d_in]}, row {@code i * S + s}, or empty for a bias
 * @param cotangents {@code g}, {@code [n k S][d_out]}, row {@code r * S + s}
 * @param positions {@code S}: 1 for a dense layer, and 1 more for each further use of it
 */
public record JacobianFactor(
    Slot slot,
    double scale,
    Optional<IntervalMatrix> inputs,
    IntervalMatrix cotangents,
    int positions) {}
