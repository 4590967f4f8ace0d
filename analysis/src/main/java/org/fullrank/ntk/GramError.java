package org.fullrank.ntk;

import java.util.Optional;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The a-priori bound of {@code ||K^ - K||_2}: with stored gradient rows {@code J^} at distance
 * {@code d = ||J^ - J||_F} from the exact ones, {@code ||J^ J^^T - J J^T|| <= 2 ||J^|| d + d^2},
 * and forming the products adds at most {@code gamma tr(K^)} (each entry errs by {@code gamma
 * ||J_r|| ||J_s||}).
 */
final class GramError {
  /**
   * Covers the rounding of evaluating the bound itself, far below a million operations per term.
   */
  private static final double INFLATION = 1 + 1e-6;

  private GramError() {}

  static Quantity bound(Jacobian jacobian, INDArray gram, EmpiricalNtk.Method method) {
    Optional<double[][]> rows =
        method == EmpiricalNtk.Method.OPERATOR || !Backend.selfTest().trustworthy()
            ? Optional.empty()
            : JacobianError.rowErrors(jacobian.linearization());
    if (rows.isEmpty()) {
      return GramMatrix.unknownError();
    }
    double squares = 0;
    for (double[] output : rows.get()) {
      for (double error : output) {
        squares += error * error;
      }
    }
    double unit = gram.dataType() == DataType.DOUBLE ? 0x1p-53 : 0x1p-24;
    double terms = termsPerEntry(jacobian, method) * unit;
    double gamma = terms < 0.5 ? terms / (1 - terms) : Double.POSITIVE_INFINITY;
    double trace = 0;
    double[] diagonal = Tensors.toDoubles(gram);
    int size = (int) gram.size(0);
    for (int r = 0; r < size; r++) {
      trace += Math.abs(diagonal[r * size + r]);
    }
    double exactTrace = gamma < 1 ? trace / (1 - gamma) : Double.POSITIVE_INFINITY;
    double d = Math.sqrt(squares);
    double bound = INFLATION * (gamma * exactTrace + 2 * Math.sqrt(exactTrace) * d + d * d);
    return new Quantity(
        "||K^ - K||_2",
        new Interval(0, Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound),
        Rigor.COMPUTED,
        Subject.EXACT_NETWORK,
        "rounding analysis of " + gram.dataType() + " forward, adjoint and products");
  }

  /**
   * The length of the longest chain of roundings of an entry: inner products of {@code d_in} and
   * {@code d_out} terms layer by layer (of all parameters where rows are formed), one rounding for
   * each factor, and one for each sum over tensors. Infinite for weights shared over several
   * positions.
   */
  private static double termsPerEntry(Jacobian jacobian, EmpiricalNtk.Method method) {
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      long longest = 0;
      for (ParameterBlock block : pullback.blocks()) {
        if (block instanceof KroneckerBlock k && k.inputs().size(1) > 1) {
          // Its rows are sums over positions that can cancel: their rounding is not bounded by the
          // trace.
          return Double.POSITIVE_INFINITY;
        }
        longest =
            Math.max(
                longest,
                block instanceof KroneckerBlock k
                    ? k.inputs().size(2) + k.outputCotangents().size(3)
                    : block.size());
      }
      return method == EmpiricalNtk.Method.JACOBIAN
          ? jacobian.columns() + 8.0
          : longest + 2.0 * pullback.blocks().size() + 8;
    }
  }
}
