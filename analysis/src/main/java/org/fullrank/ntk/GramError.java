package org.fullrank.ntk;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Network;
import org.fullrank.nn.Sequential;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.rounding.Rounding;
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

  /** Of a Gram made from the stored Jacobian. */
  static Quantity stored(Jacobian jacobian, INDArray gram, EmpiricalNtk.Method method) {
    if (method == EmpiricalNtk.Method.OPERATOR || !Backend.selfTest().trustworthy()) {
      return GramMatrix.unknownError();
    }
    Sums sums = new Sums();
    if (!sums.addErrors(jacobian)) {
      return GramMatrix.unknownError();
    }
    // An inner product of all parameters can underflow in every summand.
    sums.widest = jacobian.columns();
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      double terms =
          sharesWeights(pullback.blocks()) ? Double.POSITIVE_INFINITY : jacobian.columns() + 8.0;
      return bound(gram, sums, terms);
    }
  }

  /**
   * Of a Gram made layer by layer. The passes are made again, on the same pieces of the samples
   * with a BLAS of one thread, so that the errors are those of the factors in the Gram: {@link
   * ChainPass}, which may have made them, has the same bits.
   */
  static Quantity layerwise(Network network, INDArray theta, INDArray x, INDArray gram) {
    if (!Backend.selfTest().trustworthy()) {
      return GramMatrix.unknownError();
    }
    SampleGrid grid = LayerwiseGram.grid(network, x, false);
    List<SampleGrid.Pass> passes = grid.passes(0, grid.tiles());
    Sums[] parts = new Sums[passes.size()];
    double[] terms = new double[passes.size()];
    boolean[] known = new boolean[passes.size()];
    Sequential layers = Sequential.of(network.layers());
    Parallel.forEach(
        passes.size(),
        p -> {
          INDArray piece = TensorViews.leading(x, passes.get(p).from(), passes.get(p).to());
          try (Jacobian jacobian =
                  Jacobian.of(layers.linearize(theta, piece), network.parameterCount(), false);
              Pullback pullback = jacobian.pullbackOutputs()) {
            parts[p] = new Sums();
            known[p] = parts[p].addErrors(jacobian);
            terms[p] = termsPerEntry(pullback.blocks());
            parts[p].addFactors(pullback.blocks());
          }
        });
    Sums all = new Sums();
    for (int p = 0; p < parts.length; p++) {
      if (!known[p]) {
        return GramMatrix.unknownError();
      }
      all.add(parts[p]);
    }
    return bound(gram, all, terms[0]);
  }

  /** Sums over samples and outputs. */
  private static final class Sums {
    /** Squared errors of the gradient rows. */
    double squares;

    /** Squared norms of all inputs, scaled, and of all cotangents. */
    double inputs;

    double cotangents;
    double widest;
    double outputs;

    boolean addErrors(Jacobian jacobian) {
      Optional<double[][]> rows = JacobianError.rowErrors(jacobian.linearization());
      rows.ifPresent(
          all -> {
            for (double[] output : all) {
              for (double error : output) {
                squares += error * error;
              }
            }
          });
      return rows.isPresent();
    }

    void addFactors(List<ParameterBlock> blocks) {
      for (ParameterBlock block : blocks) {
        if (block instanceof KroneckerBlock k) {
          inputs += k.scale() * k.scale() * squaredNorm(k.inputs());
          cotangents += squaredNorm(k.outputCotangents());
          widest = Math.max(widest, k.inputs().size(2) + (double) k.outputCotangents().size(3));
        } else {
          widest = Math.max(widest, (double) block.size());
        }
        outputs = block.cotangents();
      }
    }

    void add(Sums other) {
      squares += other.squares;
      inputs += other.inputs;
      cotangents += other.cotangents;
      widest = Math.max(widest, other.widest);
      outputs = Math.max(outputs, other.outputs);
    }

    private static double squaredNorm(INDArray a) {
      double[] sum = {0};
      Chunks.forEach(
          a,
          (chunk, length) -> {
            for (int i = 0; i < length; i++) {
              sum[0] += chunk[i] * chunk[i];
            }
          });
      return sum[0];
    }

    /**
     * What underflow adds to the Frobenius norm: a product {@code q} of inputs errs by {@code tiny
     * (d + 2)}, and by {@code 2 tiny sqrt(d) ||a||} where scaling underflows, and is multiplied by
     * {@code p <= ||g_r|| ||g_s||}; the other way round likewise, each {@code q} serving {@code
     * k^2} entries. Where rows are formed, their entries err by {@code tiny} and the products of
     * rows by {@code tiny} a summand; so do the sums over terms.
     */
    double underflow(double tiny, double rows) {
      double width = widest + 2;
      double scaling = 1 + 2 * Math.sqrt(inputs);
      double formed = rows * (1 + 2 * Math.sqrt(inputs * cotangents));
      return tiny * width * (scaling * cotangents + outputs * inputs + formed);
    }
  }

  private static Quantity bound(INDArray gram, Sums sums, double count) {
    boolean wide = gram.dataType() == DataType.DOUBLE;
    double terms = count * (wide ? Rounding.UNIT_ROUNDOFF : Rounding.SINGLE_UNIT_ROUNDOFF);
    double gamma = terms < 0.5 ? terms / (1 - terms) : Double.POSITIVE_INFINITY;
    double trace = 0;
    for (long r = 0; r < gram.size(0); r++) {
      trace += Math.abs(gram.getDouble(r, r));
    }
    double tiny = sums.underflow(wide ? Double.MIN_VALUE : Float.MIN_VALUE, (double) gram.size(0));
    double exactTrace = gamma < 1 ? (trace + tiny) / (1 - gamma) : Double.POSITIVE_INFINITY;
    double squares = sums.squares;
    double d = Math.sqrt(squares);
    double bound = INFLATION * (gamma * exactTrace + 2 * Math.sqrt(exactTrace) * d + d * d + tiny);
    return Quantity.computed(
        "||K^ - K||_2",
        new Interval(0, Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound),
        Subject.EXACT_NETWORK,
        "rounding analysis of " + gram.dataType() + " forward, adjoint and products");
  }

  /**
   * The most roundings that a summand of an entry passes through: of a term of {@code d} inputs
   * (biases included) and {@code e} cotangents, 2 for the scaled inputs, {@code d} and {@code e}
   * for the two inner products, and one for this and each following term; where rows are formed, 4
   * and {@code d} and the terms. Rounded to single precision from double counts as one; 8 instead
   * of 4 leaves room. Infinite for weights shared over several positions.
   */
  private static double termsPerEntry(List<ParameterBlock> blocks) {
    if (sharesWeights(blocks)) {
      return Double.POSITIVE_INFINITY;
    }
    List<GradientFactors.Group> groups = GradientFactors.groups(blocks, b -> "");
    long longest = 0;
    for (GradientFactors.Group group : groups) {
      longest = Math.max(longest, group.width().inputs() + group.width().cotangents());
    }
    return longest + groups.size() + 8.0;
  }

  /** Rows are then sums over positions that can cancel: the trace does not bound their rounding. */
  private static boolean sharesWeights(List<ParameterBlock> blocks) {
    return blocks.stream()
        .anyMatch(block -> block instanceof KroneckerBlock k && k.inputs().size(1) > 1);
  }
}
