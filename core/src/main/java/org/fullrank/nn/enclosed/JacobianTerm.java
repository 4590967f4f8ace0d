package org.fullrank.nn.enclosed;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * Columns of the Jacobian that belong to a weight tensor, to a bias, or to both, factored over
 * {@code S} positions that share them (1 for a dense layer; one more for every further use of a
 * shared layer): row {@code r = i * k + c} is {@code sum_s scale a_(i,s) (x) g_(r,s)} for the
 * weights and {@code sum_s scale g_(r,s)} for the bias. A tensor without such a structure is a bias
 * of scale 1 whose {@code g} are its gradients.
 *
 * @param inputs {@code a}, {@code [n S][d_in]}, row {@code i * S + s}; not used by a bias
 * @param cotangents {@code g}, {@code [n k S][d_out]}, row {@code r * S + s}
 * @param positions {@code S}
 * @param weights the weight tensor, or empty
 * @param bias the bias, or empty
 */
public record JacobianTerm(
    IntervalMatrix inputs,
    IntervalMatrix cotangents,
    int positions,
    Optional<Tensor> weights,
    Optional<Tensor> bias) {
  /**
   * A parameter tensor and its exact factor.
   *
   * @param offset in the parameter vector of the network
   * @param scale what the layer multiplies it by
   */
  public record Tensor(long offset, double scale) {}

  /** Checks the shapes. */
  public JacobianTerm {
    int rows = cotangents.rows();
    if (positions < 1 || inputs.rows() % positions != 0 || rows % inputs.rows() != 0) {
      throw new IllegalArgumentException(
          "JacobianTerm expects [n S] inputs and [n k S] cotangents but got "
              + inputs.rows()
              + " and "
              + rows
              + " with S = "
              + positions);
    }
    if (weights.isEmpty() && bias.isEmpty()) {
      throw new IllegalArgumentException("JacobianTerm expects a parameter tensor but got none");
    }
  }

  /**
   * The gradients of one tensor, row by row: {@code sum_s rows_(r,s)} for row {@code r}.
   *
   * @param offset of the tensor in the parameter vector of the network
   * @param samples n
   * @param positions S
   * @param rows {@code [n k S][size]}, row {@code r * S + s}
   * @return the term
   */
  public static JacobianTerm rows(long offset, int samples, int positions, IntervalMatrix rows) {
    return new JacobianTerm(
        IntervalMatrix.exact(new double[samples * positions][1]),
        rows,
        positions,
        Optional.empty(),
        Optional.of(new Tensor(offset, 1)));
  }

  /** Whether both are about the same tensors, so that their rows add up. */
  boolean isOfSameTensors(JacobianTerm other) {
    return weights.equals(other.weights) && bias.equals(other.bias);
  }

  /** Whether a tensor belongs to both. */
  boolean sharesTensorWith(JacobianTerm other) {
    return Stream.concat(weights.stream(), bias.stream())
        .anyMatch(t -> isAt(other.weights, t.offset()) || isAt(other.bias, t.offset()));
  }

  private static boolean isAt(Optional<Tensor> tensor, long offset) {
    return tensor.isPresent() && tensor.get().offset() == offset;
  }

  /** Terms of the same tensors as one, with the positions of all. */
  static JacobianTerm merged(List<JacobianTerm> uses) {
    JacobianTerm first = uses.get(0);
    return new JacobianTerm(
        IntervalMatrix.interleaved(
            uses.stream().map(JacobianTerm::inputs).toList(),
            uses.stream().map(JacobianTerm::positions).toList()),
        IntervalMatrix.interleaved(
            uses.stream().map(JacobianTerm::cotangents).toList(),
            uses.stream().map(JacobianTerm::positions).toList()),
        uses.stream().mapToInt(JacobianTerm::positions).sum(),
        first.weights,
        first.bias);
  }
}
