package org.fullrank.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Norms;
import org.fullrank.rigor.Product;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.SpectralNorm;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads a {@link DeepLinearNetwork} off a training problem. */
final class DeepLinearMeasurement {
  private static final int THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

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
    double[][] y = Tensors.toRows(problem.y());
    int n = x.length;
    int d = x[0].length;
    // Rows are samples here: (A X)^T = X^T A^T.
    Product ax = Product.of(x, transpose(a), THREADS);
    Product bax = Product.of(ax.toRows(), transpose(b), THREADS);
    Interval normB = SpectralNorm.enclose(b, THREADS);
    Interval error =
        Interval.of(0, bax.errorBound()).add(normB.multiply(Interval.of(0, ax.errorBound())));
    Interval residual = distance(bax.toRows(), y, error);
    Interval loss = residual.square().divide(2);
    RankReport rankX = rank(n >= d ? transpose(x) : x);
    // Independent samples: the rows of Y lie in the row space of X, so F* = 0.
    boolean interpolates = n <= d && rankX.fullRowRank() == Verdict.HOLDS;
    return new DeepLinearNetwork(
        Optional.empty(),
        depth,
        rankX.fullRowRank(),
        exact("sigma_min(A)", rank(transpose(a)).sigmaMin()),
        norm("||A||", SpectralNorm.enclose(a, THREADS)),
        exact("sigma_min(B)", rank(b).sigmaMin()),
        norm("||B||", normB),
        exact("sigma_min(X)", rankX.sigmaMin()),
        norm("||X||", SpectralNorm.enclose(x, THREADS)),
        norm(
            "||A X||_F",
            Norms.frobenius(ax.toRows())
                .add(Interval.of(-ax.errorBound(), ax.errorBound()))
                .max(Interval.ZERO)),
        norm("max ||x_i||", longest(x)),
        n,
        norm("F_0", loss),
        norm("F_0 - F*", interpolates ? loss : Interval.of(0, loss.hi())),
        interpolates ? Verdict.HOLDS : Verdict.UNDECIDED);
  }

  private static Optional<String> obstacle(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    if (problem.loss() != Losses.SQUARED) {
      return Optional.of("the loss is " + problem.loss().text());
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

  private static RankReport rank(double[][] rows) {
    try (INDArray m = Tensors.ofRows(rows)) {
      return RankAnalysis.withDefaults().withThreads(THREADS).analyze(m);
    }
  }

  /** The stored matrix is the exact one here: A, B and X are data of the problem. */
  private static Quantity exact(String symbol, Quantity sigma) {
    return new Quantity(
        symbol, sigma.interval(), sigma.rigor(), Subject.EXACT_NETWORK, sigma.method());
  }

  private static Quantity norm(String symbol, Interval value) {
    return new Quantity(
        symbol, value, Rigor.VERIFIED, Subject.EXACT_NETWORK, "plain Java, outward rounded");
  }

  private static Interval longest(double[][] rows) {
    Interval longest = Interval.ZERO;
    for (double[] row : rows) {
      longest = longest.max(Norms.euclidean(row));
    }
    return longest;
  }

  /** Frobenius norm of {@code f - y}, {@code f} known up to {@code error} in that norm. */
  private static Interval distance(double[][] f, double[][] y, Interval error) {
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < f.length; i++) {
      double[] row = new double[f[i].length];
      for (int c = 0; c < row.length; c++) {
        row[c] = f[i][c] - y[i][c];
      }
      rows.add(row);
    }
    Interval stored = Norms.frobenius(rows.toArray(new double[0][]));
    // Each difference errs by at most u times itself; u is 2^-53.
    Interval all = error.add(stored.multiply(0x1p-53));
    return stored.add(Interval.of(-all.hi(), all.hi())).max(Interval.ZERO);
  }

  private static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }
}
