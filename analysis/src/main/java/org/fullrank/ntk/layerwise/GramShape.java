package org.fullrank.ntk.layerwise;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.nn.Network;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the layerwise route costs, counted: widths of the factors, operations, bytes.
 *
 * <p>Operations are multiplications and additions of products with trained tensors: fixed layers
 * and activations are not counted. Of a symmetric kernel one half is.
 */
public final class GramShape {
  /** Widths of a term; {@code inputs} is 0 for gradient rows. */
  record Width(long inputs, long cotangents) {}

  private final List<Width> terms;
  private final long outputs;
  private final int bytesPerNumber;
  private final double forward;
  private final double adjoint;

  private GramShape(
      List<Width> terms, long outputs, int bytesPerNumber, double forward, double adjoint) {
    this.terms = terms;
    this.outputs = outputs;
    this.bytesPerNumber = bytesPerNumber;
    this.forward = forward;
    this.adjoint = adjoint;
  }

  /** From one sample {@code [1, ...]}. */
  public static GramShape of(Network network, INDArray theta, INDArray sample) {
    try (Jacobian jacobian = network.jacobian(theta, sample);
        Pullback pullback = jacobian.pullbackOutputs()) {
      List<Width> terms = new ArrayList<>();
      double forward = 0;
      double first = 0;
      for (GradientFactors.Group group : GradientFactors.groups(pullback.blocks(), b -> "")) {
        ParameterBlock block = pullback.blocks().get(group.first());
        terms.add(group.width());
        double products = 0;
        if (block instanceof KroneckerBlock k) {
          products = 2.0 * k.inputs().size(1) * k.inputs().size(2) * k.outputCotangents().size(3);
        }
        forward += products;
        first = first == 0 ? products : first;
      }
      DataType type = sample.dataType();
      // Nobody needs the cotangent of the first layer's input.
      return new GramShape(terms, jacobian.outputs(), type.width(), forward, forward - first);
    }
  }

  /** Operations of the forward and adjoint pass of a sample. */
  public double passFlops() {
    return forward + outputs * adjoint;
  }

  /** Operations of a symmetric kernel of n samples, without passes. */
  public double kernelFlops(long n, boolean traced) {
    double rows = traced ? n : (double) n * outputs;
    double sum = 0;
    for (Width term : terms) {
      double cotangents = traced ? (double) term.cotangents * outputs : term.cotangents;
      sum += rows * (rows + 1) * cotangents + (double) n * (n + 1) * term.inputs;
    }
    return sum;
  }

  /** Bytes of the factors of a sample. */
  public long factorBytes() {
    long numbers = 0;
    for (Width term : terms) {
      numbers += term.inputs + outputs * term.cotangents;
    }
    return numbers * bytesPerNumber;
  }

  /** The most numbers of a row of a factor. */
  public long widest() {
    long widest = 0;
    for (Width term : terms) {
      widest = Math.max(widest, Math.max(term.inputs, term.cotangents));
    }
    return widest;
  }

  public long outputs() {
    return outputs;
  }

  public int bytesPerNumber() {
    return bytesPerNumber;
  }
}
