package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads a {@link DeepLinearNetwork} off a training problem. */
final class DeepLinearMeasurement {
  /** A formula of matrices that are data, evaluated without their singular values or with them. */
  private static final String METHOD = "plain Java, outward rounded";

  private DeepLinearMeasurement() {}

  static DeepLinearNetwork measure(TrainingProblem problem) {
    Optional<String> obstacle = obstacle(problem);
    if (obstacle.isPresent()) {
      return DeepLinearNetwork.not(obstacle.get());
    }
    List<Layer> layers = problem.network().layers();
    int depth = layers.size() - 2;
    double[][] a = matrix(layers.get(0));
    double[][] b = matrix(layers.get(layers.size() - 1));
    double[][] x = Tensors.toRows(problem.x());
    RankReport rankA = Matrices.rank(a, problem.threads());
    RankReport rankB = Matrices.rank(b, problem.threads());
    RankReport rankX = Matrices.rank(x, problem.threads());
    // Rows are samples here: (A X)^T = X^T A^T.
    Product ax = Product.of(x, Matrices.transpose(a), problem.threads());
    double[][] hidden = ax.toRows();
    boolean finite = Matrices.isFinite(hidden);
    LinearResidual residual =
        finite ? residual(problem, ax, b, rankB, rankX) : LinearResidual.unknown(x, rankX);
    Quantity normA = Matrices.exact("||A||", rankA.sigmaMax());
    Quantity normB = Matrices.exact("||B||", rankB.sigmaMax());
    Quantity sigmaX = Matrices.exact("sigma_min(X)", rankX.sigmaMin());
    Quantity normX = Matrices.exact("||X||", rankX.sigmaMax());
    return new DeepLinearNetwork(
        Optional.empty(),
        depth,
        rankX.fullRowRank(),
        Matrices.exact("sigma_min(A)", rankA.sigmaMin()),
        normA,
        Matrices.exact("sigma_min(B)", rankB.sigmaMin()),
        normB,
        sigmaX,
        normX,
        Quantity.derived(
            "||A X||_F",
            METHOD,
            finite
                ? Norms.frobenius(hidden)
                    .add(Interval.of(-ax.errorBound(), ax.errorBound()))
                    .max(Interval.ZERO)
                : Interval.atLeast(0),
            normA,
            normX),
        Quantity.derived("max ||x_i||", METHOD, longest(x), normX),
        x.length,
        Quantity.derived("F_0", METHOD, residual.loss, normA, normB, sigmaX, normX),
        Quantity.derived("F_0 - F*", METHOD, residual.excess, normA, normB, sigmaX, normX),
        residual.interpolates,
        Facts.description());
  }

  private static LinearResidual residual(
      TrainingProblem problem, Product ax, double[][] b, RankReport rankB, RankReport rankX) {
    Product bax = Product.of(ax.toRows(), Matrices.transpose(b), problem.threads());
    Interval error =
        rankB
            .sigmaMax()
            .interval()
            .multiply(Interval.of(0, ax.errorBound()))
            .add(Interval.of(0, bax.errorBound()));
    return LinearResidual.of(problem, bax.toRows(), error, rankX);
  }

  private static Optional<String> obstacle(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    Optional<String> otherLoss = Losses.otherThanSquared(problem.loss());
    if (otherLoss.isPresent()) {
      return otherLoss;
    }
    if (problem.theta().dataType() != DataType.DOUBLE) {
      return Optional.of("the parameters are single precision; convert the problem to DOUBLE");
    }
    if (problem.trainedSlots().size() < problem.network().slots().size()) {
      return Optional.of("a residual layer is frozen");
    }
    if (problem.network().inputShape().rank() != 1 || layers.size() < 3) {
      return Optional.of("there must be A, at least one residual layer, and B");
    }
    if (!(layers.get(0) instanceof FixedLinear)) {
      return Optional.of("the first layer is " + layers.get(0) + ", not a FixedLinear");
    }
    if (!(layers.get(layers.size() - 1) instanceof FixedLinear)) {
      return Optional.of(
          "the last layer is " + layers.get(layers.size() - 1) + ", not a FixedLinear");
    }
    for (Layer layer : layers.subList(1, layers.size() - 1)) {
      Optional<String> wrong = wrongBlock(layer);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    long d = problem.network().inputShape().size(0);
    long m = ((FixedLinear) layers.get(0)).matrix().size(0);
    if (m < Math.max(d, problem.outputs())) {
      return Optional.of(
          "the width m = "
              + m
              + " is below max(d, k) = "
              + Math.max(d, problem.outputs())
              + " with d = "
              + d
              + " inputs and k = "
              + problem.outputs()
              + " outputs");
    }
    for (double v : Tensors.toDoubles(problem.theta())) {
      if (v != 0) {
        return Optional.of("the residual layers do not start at zero");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> wrongBlock(Layer layer) {
    if (!(layer instanceof Residual block)
        || block.scale() != 1
        || block.shortcut().isPresent()
        || block.branch().layers().size() != 1) {
      return Optional.of(layer + " is not a residual layer h + W h with scale 1");
    }
    if (!(block.branch().layers().get(0) instanceof Dense dense)
        || dense.hasBias()
        || dense.weightScale() != 1) {
      return Optional.of(
          block.branch().layers().get(0) + " is not a dense layer without bias and with scale 1");
    }
    return Optional.empty();
  }

  private static double[][] matrix(Layer layer) {
    INDArray matrix = ((FixedLinear) layer).matrix();
    TensorChecks.requireRank("fixed matrix", matrix, 2);
    return Tensors.toRows(matrix);
  }

  private static Interval longest(double[][] rows) {
    Interval longest = Interval.ZERO;
    for (double[] row : rows) {
      longest = longest.max(Norms.euclidean(row));
    }
    return longest;
  }
}
