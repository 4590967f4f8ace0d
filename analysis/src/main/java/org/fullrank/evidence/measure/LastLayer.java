package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The last layer of a problem as a linear map of its trained parameters: the outputs are {@code M w
 * + const} with the feature matrix {@code M = [g h, tau 1]}, {@code g} and {@code tau} the factors
 * of weights and bias in the parametrisation. A part that is frozen, absent or has the factor 0
 * contributes no column.
 */
public final class LastLayer {
  private final TrainingProblem problem;
  private final @Nullable Dense dense;
  private final Optional<String> obstacle;
  private final boolean weights;
  private final boolean bias;

  private LastLayer(
      TrainingProblem problem,
      @Nullable Dense dense,
      Optional<String> obstacle,
      boolean weights,
      boolean bias) {
    this.problem = problem;
    this.dense = dense;
    this.obstacle = obstacle;
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * The last layer of a problem.
   *
   * @param problem whatever its network
   * @return the layer, possibly with an {@link #obstacle}
   */
  public static LastLayer of(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    Layer last = layers.get(layers.size() - 1);
    if (!(last instanceof Dense dense)) {
      return new LastLayer(
          problem, null, Optional.of("the last layer is " + last + ", not a Dense"), false, false);
    }
    long start = problem.network().parameterCount() - dense.parameterCount();
    List<Slot> own = problem.network().slots().stream().filter(s -> s.offset() >= start).toList();
    boolean weights = problem.isTrained(own.get(0));
    boolean bias = dense.hasBias() && dense.biasScale() != 0 && problem.isTrained(own.get(1));
    Optional<String> obstacle =
        weights || bias
            ? Optional.empty()
            : Optional.of("no parameter of the last layer with an effect is trained");
    return new LastLayer(problem, dense, obstacle, weights, bias);
  }

  /**
   * Why there is no feature matrix.
   *
   * @return empty if the last layer is dense and trained
   */
  public Optional<String> obstacle() {
    return obstacle;
  }

  /**
   * The stored feature matrix, computed in floating point.
   *
   * @return {@code [n][w + 1]}, or fewer columns where a part is frozen or has no effect
   * @throws IllegalStateException if there is an {@link #obstacle}
   */
  public double[][] featureMatrix() {
    try (INDArray h = problem.network().features(problem.theta(), problem.x())) {
      double[][] scaled = Tensors.toRows(h);
      double g = dense().weightScale();
      for (double[] row : scaled) {
        for (int j = 0; j < row.length; j++) {
          row[j] *= g;
        }
      }
      return withBias(scaled);
    }
  }

  /** The inputs of the layer, finite or not. */
  double[][] storedFeatures() {
    Network network = problem.network();
    int below = network.layers().size() - 1;
    if (below == 0) {
      return Tensors.toRows(problem.x());
    }
    Network body = network.prefix(below);
    INDArray theta =
        body.parameterCount() == 0
            ? Tensors.empty(problem.theta().dataType())
            : TensorViews.segment(problem.theta(), 0, body.parameterCount());
    try (Linearization l = body.linearize(theta, problem.x())) {
      return Tensors.toRows(l.value());
    }
  }

  /** The number of columns of {@code M}. */
  int columns() {
    return (weights ? (int) dense().in() : 0) + (bias ? 1 : 0);
  }

  /** The columns of {@code M} from {@code g h}. */
  double[][] withBias(double[][] scaledFeatures) {
    int w = weights ? scaledFeatures[0].length : 0;
    double[][] m = new double[scaledFeatures.length][w + (bias ? 1 : 0)];
    for (int i = 0; i < m.length; i++) {
      System.arraycopy(scaledFeatures[i], 0, m[i], 0, w);
      if (bias) {
        m[i][w] = dense().biasScale();
      }
    }
    return m;
  }

  Dense dense() {
    if (dense == null || obstacle.isPresent()) {
      throw new IllegalStateException(obstacle.orElse("no dense layer"));
    }
    return dense;
  }

  boolean weightsTrained() {
    return weights;
  }

  boolean biasTrained() {
    return bias;
  }

  /** {@code M} in the notation of the theorems. */
  String formula() {
    return weights ? (bias ? "[g h, tau 1]" : "g h") : "tau 1";
  }

  /** Where the layer's parameters begin. */
  long offset() {
    return problem.network().parameterCount() - dense().parameterCount();
  }

  /** The layer's current parameters. */
  double[] parameters() {
    try (INDArray tail =
        TensorViews.segment(problem.theta(), offset(), dense().parameterCount()).dup('c')) {
      return Tensors.toDoubles(tail);
    }
  }

  /** A trained slot of another layer. */
  Optional<String> trainedBelow() {
    long start = offset();
    return problem.trainedSlots().stream()
        .filter(s -> s.offset() < start)
        .map(Slot::name)
        .findFirst();
  }
}
