package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.LinearMap;
import org.fullrank.rigor.matrix.PointwiseBounds;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Evaluates layers of known type with error bounds. */
final class Evaluator {
  private final double[] theta;
  private final int threads;
  private final DataType type;

  /** With the type of the inputs, in which layers round what they store. */
  Evaluator(double[] theta, int threads, DataType type) {
    this.theta = theta;
    this.threads = threads;
    this.type = type;
  }

  /** What keeps layers from being enclosed, or empty. */
  static Optional<String> first(List<Layer> layers) {
    return first(layers, false);
  }

  /** Whether the input of the first layer depends on trained parameters decides about gates. */
  private static Optional<String> first(List<Layer> layers, boolean moves) {
    boolean moved = moves;
    for (Layer layer : layers) {
      Optional<String> obstacle = obstacle(layer, moved);
      if (obstacle.isPresent()) {
        return obstacle;
      }
      moved |= layer.parameterCount() > 0;
    }
    return Optional.empty();
  }

  private static Optional<String> obstacle(Layer layer, boolean moves) {
    if (layer instanceof Sequential chain) {
      return first(chain.layers(), moves);
    }
    if (layer instanceof Residual residual) {
      Optional<String> branch = first(residual.branch().layers(), moves);
      return branch.isPresent()
          ? branch
          : residual.shortcut().flatMap(shortcut -> obstacle(shortcut, moves));
    }
    if (layer instanceof Elementwise elementwise) {
      return obstacle(elementwise.activation());
    }
    if (layer instanceof SurrogateRelu) {
      // Steps take its patterns as constant in the parameters.
      return moves
          ? Optional.of(
              "layer "
                  + layer
                  + " comes after trained layers, so that its gates move with their parameters; put"
                  + " it first or after fixed layers")
          : Optional.empty();
    }
    if (layer instanceof Dense || layer instanceof FixedLinear || layer instanceof Flatten) {
      return Optional.empty();
    }
    return Optional.of(
        "layer "
            + layer
            + " is not one of the library's dense, fixed linear, residual, elementwise, flatten,"
            + " surrogate and sequential layers, so its rounding errors are not known");
  }

  private static Optional<String> obstacle(Activation activation) {
    if (activation.accuracy().isEmpty()) {
      return Optional.of(
          "activation "
              + activation.name()
              + " states no accuracy; override Activation.accuracy() with a proved error bound");
    }
    if (activation.kinks().isEmpty()) {
      return Optional.of(
          "the derivative of activation "
              + activation.name()
              + " is not Lipschitz and nothing says where its kinks are; override"
              + " Activation.kinks() with all of them");
    }
    if (!(activation.lowerBound() <= activation.upperBound())) {
      return Optional.of(
          "activation "
              + activation.name()
              + " states that its values lie between "
              + activation.lowerBound()
              + " and "
              + activation.upperBound()
              + "; override lowerBound() and upperBound() with the ends of its range");
    }
    return Optional.empty();
  }

  /** The layer at parameters from an offset on. */
  Step evaluate(Layer layer, long offset, IntervalMatrix x) {
    if (layer instanceof Sequential chain) {
      return new Step.Chain(evaluate(chain.layers(), offset, x));
    }
    if (layer instanceof Residual residual) {
      return residual(residual, offset, x);
    }
    if (layer instanceof Elementwise elementwise) {
      return pointwise(elementwise.activation(), x);
    }
    if (layer instanceof Dense dense) {
      return dense(dense, offset, x);
    }
    if (layer instanceof FixedLinear fixed) {
      try (INDArray matrix = fixed.matrix(type)) {
        LinearMap map = LinearMap.of(transpose(Tensors.toRows(matrix)), threads);
        return affine(x, map, 1, new double[0], 0, -1);
      }
    }
    if (layer instanceof Flatten) {
      return new Step.Unchanged(x);
    }
    if (layer instanceof SurrogateRelu surrogate) {
      return surrogate(surrogate, offset, x);
    }
    throw new IllegalArgumentException(obstacle(layer, false).orElse("unknown layer " + layer));
  }

  List<Step> evaluate(List<Layer> layers, long offset, IntervalMatrix x) {
    return evaluate(layers, offset, x, ProgressListener.none());
  }

  /** As above; tells how many of these layers are done. */
  List<Step> evaluate(
      List<Layer> layers, long offset, IntervalMatrix x, ProgressListener progress) {
    List<Step> steps = new ArrayList<>();
    IntervalMatrix h = x;
    long at = offset;
    for (Layer layer : layers) {
      Cancellation.check("A network enclosure");
      progress.show("enclosed layers", steps.size(), layers.size());
      Step step = evaluate(layer, at, h);
      steps.add(step);
      h = step.value();
      at += layer.parameterCount();
    }
    progress.show("enclosed layers", layers.size(), layers.size());
    return List.copyOf(steps);
  }

  private Step residual(Residual residual, long offset, IntervalMatrix x) {
    Step branch = evaluate(residual.branch(), offset, x);
    long next = offset + residual.branch().parameterCount();
    Step shortcut = residual.shortcut().map(s -> evaluate(s, next, x)).orElse(null);
    IntervalMatrix skip = shortcut == null ? x : shortcut.value();
    return new Step.Sum(
        residual.scale(), branch, shortcut, skip.addScaled(residual.scale(), branch.value()));
  }

  /**
   * The frozen layers decide the patterns: a gate is exact where the sign of its {@code t} is
   * certain, and otherwise any number of [0, 1], which contains both possibilities.
   */
  private Step surrogate(SurrogateRelu surrogate, long offset, IntervalMatrix x) {
    Evaluator frozen;
    try (INDArray psi = surrogate.gates()) {
      frozen = new Evaluator(FixedParameters.of(psi, type), threads, type);
    }
    List<Step> steps = new ArrayList<>();
    IntervalMatrix a = x;
    IntervalMatrix h = x;
    long at = 0;
    for (Dense dense : surrogate.layers()) {
      IntervalMatrix t = frozen.dense(dense, at, a).value();
      Step.Pointwise relu = pointwise(Activations.RELU, t);
      Step trained = dense(dense, offset + at, h);
      EnclosedGate gate = new EnclosedGate(dense.name(), t, trained.value());
      h = trained.value().timesRows(relu.slopes());
      steps.add(trained);
      steps.add(new Step.Gated(gate, relu.slopes(), h));
      a = relu.value();
      at += dense.parameterCount();
    }
    return new Step.Chain(List.copyOf(steps));
  }

  private Step dense(Dense dense, long offset, IntervalMatrix x) {
    boolean inOut = dense.layout() == Layout.IN_OUT;
    int in = (int) dense.in();
    int out = (int) dense.out();
    int at = (int) offset;
    int columns = inOut ? out : in;
    double[][] stored = new double[inOut ? in : out][];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = Arrays.copyOfRange(theta, at + i * columns, at + (i + 1) * columns);
    }
    LinearMap map = LinearMap.of(inOut ? stored : transpose(stored), threads);
    int end = at + in * out;
    double[] bias = dense.hasBias() ? Arrays.copyOfRange(theta, end, end + out) : new double[0];
    return affine(x, map, dense.weightScale(), bias, dense.biasScale(), offset);
  }

  private Step affine(
      IntervalMatrix x, LinearMap map, double scale, double[] bias, double biasScale, long offset) {
    IntervalMatrix value = x.affine(map, scale, bias, biasScale, threads);
    return new Step.Affine(x, map, scale, biasScale, bias.length > 0, offset, value);
  }

  private static Step.Pointwise pointwise(Activation activation, IntervalMatrix x) {
    double[][] z = x.midpoints();
    double[][] values = new double[z.length][x.columns()];
    double[][] slopes = new double[z.length][x.columns()];
    for (int i = 0; i < z.length; i++) {
      Cancellation.check("A network enclosure");
      activation.evaluate(z[i], values[i], slopes[i]);
    }
    PointwiseBounds bounds = bounds(activation);
    IntervalMatrix value = x.image(values, slopes, bounds);
    return new Step.Pointwise(x, bounds, x.slopes(slopes, bounds), value);
  }

  private static PointwiseBounds bounds(Activation activation) {
    Accuracy accuracy = activation.accuracy().orElseThrow();
    return new PointwiseBounds(
        accuracy.relative(),
        accuracy.absolute(),
        accuracy.slopeRelative(),
        accuracy.slopeAbsolute(),
        activation.regularity().lipschitz(),
        activation.kinks().orElseThrow(),
        activation.isPositivelyHomogeneous(),
        activation.lowerBound(),
        activation.upperBound());
  }

  private static double[][] transpose(double[][] rows) {
    double[][] t = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = rows[i][j];
      }
    }
    return t;
  }
}
