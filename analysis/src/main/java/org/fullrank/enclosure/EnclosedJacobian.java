package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.JacobianTerm;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.KroneckerTerm;

/**
 * The Jacobian of all outputs with respect to all parameters, in factored form and enclosed. Row
 * {@code i * k + c} belongs to sample {@code i} and output {@code c}.
 */
public final class EnclosedJacobian {
  private final Network network;
  private final List<IntervalMatrix> cotangents;
  private final List<JacobianTerm> terms;
  private final int threads;

  EnclosedJacobian(
      Network network, List<IntervalMatrix> cotangents, List<JacobianTerm> terms, int threads) {
    this.network = network;
    this.cotangents = cotangents;
    this.terms = List.copyOf(terms);
    this.threads = threads;
    network.slots().forEach(this::requireTerm);
  }

  /** Layers may come from outside, and columns left out would go unnoticed in the Gram. */
  private void requireTerm(Slot slot) {
    long size = -1;
    for (JacobianTerm t : terms) {
      long columns = t.cotangents().columns();
      if (isAt(t.weights(), slot)) {
        size = t.inputs().columns() * columns;
      } else if (isAt(t.bias(), slot)) {
        size = columns;
      }
    }
    if (size != slot.size()) {
      throw new IllegalArgumentException(
          "the enclosure of slot "
              + slot.name()
              + " expects gradients of "
              + slot.size()
              + " entries but its layer gives "
              + (size < 0 ? "none" : "" + size));
    }
  }

  /**
   * The cotangents of the outputs with respect to the value after the first layers.
   *
   * @param layers number of top-level layers, from 0 (with respect to the inputs) to all (unit
   *     vectors)
   * @return {@code [n k][d]}, row {@code i * k + c} the gradient of output {@code c} at sample
   *     {@code i}
   */
  public IntervalMatrix cotangentAfter(int layers) {
    if (layers < 0 || layers >= cotangents.size()) {
      throw new IllegalArgumentException(
          "cotangentAfter expects 0 to " + (cotangents.size() - 1) + " layers but got " + layers);
    }
    return cotangents.get(layers);
  }

  /**
   * The factors of all parameter tensors.
   *
   * @return in the order of the parameter vector
   */
  public List<JacobianFactor> factors() {
    List<JacobianFactor> out = new ArrayList<>();
    for (Slot slot : network.slots()) {
      out.add(factor(slot));
    }
    return out;
  }

  private JacobianFactor factor(Slot slot) {
    for (JacobianTerm t : terms) {
      if (isAt(t.weights(), slot)) {
        return new JacobianFactor(
            slot,
            t.weights().orElseThrow().scale(),
            Optional.of(t.inputs()),
            t.cotangents(),
            t.positions());
      }
      if (isAt(t.bias(), slot)) {
        return new JacobianFactor(
            slot, t.bias().orElseThrow().scale(), Optional.empty(), t.cotangents(), t.positions());
      }
    }
    throw new IllegalStateException("no layer owns slot " + slot.name());
  }

  private static boolean isAt(Optional<JacobianTerm.Tensor> tensor, Slot slot) {
    return tensor.filter(t -> t.offset() == slot.offset()).isPresent();
  }

  /**
   * The Gram matrix with its error bounds; {@code n^2 d_in + (n k)^2 d_out} operations per layer
   * and {@code 4 (n k)^2} bytes.
   *
   * @return the Gram at three levels
   * @throws IllegalArgumentException if an entry overflows
   */
  public EnclosedGram gram() {
    return gram(slot -> true);
  }

  /**
   * The Gram matrix of some columns of the Jacobian: those of given parameter tensors.
   *
   * @param included which tensors
   * @return the Gram at three levels
   * @throws IllegalArgumentException if no tensor is included or an entry overflows
   */
  public EnclosedGram gram(Predicate<Slot> included) {
    return EnclosedGram.of(terms(included), threads);
  }

  /**
   * The same, where an overflow is no mistake.
   *
   * @param included which tensors
   * @return the Gram at three levels; empty if an entry overflows
   * @throws IllegalArgumentException if no tensor is included
   */
  public Optional<EnclosedGram> gramIfFinite(Predicate<Slot> included) {
    return EnclosedGram.ifFinite(terms(included), threads);
  }

  private List<KroneckerTerm> terms(Predicate<Slot> included) {
    List<KroneckerTerm> kronecker = new ArrayList<>();
    for (JacobianTerm t : terms) {
      double weights = scale(t.weights(), included);
      double bias = scale(t.bias(), included);
      if (!Double.isNaN(weights) || !Double.isNaN(bias)) {
        kronecker.add(
            new KroneckerTerm(
                Double.isNaN(weights) ? 0 : weights,
                t.inputs(),
                Double.isNaN(bias) ? 0 : bias,
                t.cotangents(),
                t.positions()));
      }
    }
    return kronecker;
  }

  /** The factor of a tensor that is included, NaN for none. */
  private double scale(Optional<JacobianTerm.Tensor> tensor, Predicate<Slot> included) {
    return tensor
        .filter(
            t ->
                network.slots().stream()
                    .anyMatch(s -> s.offset() == t.offset() && included.test(s)))
        .map(JacobianTerm.Tensor::scale)
        .orElse(Double.NaN);
  }
}
