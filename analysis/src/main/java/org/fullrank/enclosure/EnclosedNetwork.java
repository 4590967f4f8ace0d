package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.BackwardPass;
import org.fullrank.nn.enclosed.ChainStep;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.PointwiseStep;
import org.fullrank.nn.enclosed.SecondOrder;
import org.fullrank.nn.enclosed.TrainedBlocks;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The values of a network on {@code n} samples, enclosed. Rows are samples; a value of any shape is
 * one row in row-major order. An entry that overflowed has an infinite radius.
 */
public final class EnclosedNetwork {
  /** How values were enclosed, as the method of a number says it. */
  public static final String FORWARD = "forward pass with running error bounds";

  private final Network network;
  private final IntervalMatrix input;
  private final List<EnclosedStep> steps;
  private final double[] weights;
  private final int threads;
  private final ProgressListener progress;

  EnclosedNetwork(
      Network network,
      IntervalMatrix input,
      List<EnclosedStep> steps,
      int threads,
      ProgressListener progress) {
    this(network, input, steps, ones(input.rows()), threads, progress);
  }

  private EnclosedNetwork(
      Network network,
      IntervalMatrix input,
      List<EnclosedStep> steps,
      double[] weights,
      int threads,
      ProgressListener progress) {
    this.network = network;
    this.input = input;
    this.steps = steps;
    this.weights = weights;
    this.threads = threads;
    this.progress = progress;
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public int samples() {
    return input.rows();
  }

  /**
   * The network.
   *
   * @return as given
   */
  public Network network() {
    return network;
  }

  /**
   * The value after the first layers.
   *
   * @param layers number of top-level layers, from 0 (the inputs) to all (the outputs)
   * @return {@code [n][d]}
   */
  public IntervalMatrix valueAfter(int layers) {
    if (layers < 0 || layers > steps.size()) {
      throw new IllegalArgumentException(
          "valueAfter expects 0 to " + steps.size() + " layers but got " + layers);
    }
    return layers == 0 ? input : steps.get(layers - 1).value();
  }

  /**
   * The outputs.
   *
   * @return {@code [n][k]}
   */
  public IntervalMatrix output() {
    return valueAfter(steps.size());
  }

  /**
   * The features: the input of the last layer.
   *
   * @return {@code [n][w]}
   */
  public IntervalMatrix features() {
    return valueAfter(steps.size() - 1);
  }

  /**
   * The derivative of an activation at its inputs.
   *
   * @param layer index of a top-level layer, from 0
   * @return {@code [n][d]}; empty if that layer is not elementwise
   */
  public Optional<IntervalMatrix> slopes(int layer) {
    if (layer < 0 || layer >= steps.size()) {
      throw new IllegalArgumentException(
          "slopes expects a layer from 0 to " + (steps.size() - 1) + " but got " + layer);
    }
    return steps.get(layer) instanceof PointwiseStep p ? Optional.of(p.slopes()) : Optional.empty();
  }

  /**
   * The fixed gates of surrogate layers, wherever in the network.
   *
   * @return one for each of their dense layers, in forward order; empty if there is none
   */
  public List<EnclosedGate> gates() {
    return steps.stream().flatMap(step -> step.gates().stream()).toList();
  }

  /**
   * The norm of the residual {@code f(X) - Y} over all samples and outputs.
   *
   * @param y targets {@code [n, k]}, finite, taken as exact
   * @return a verified enclosure of {@code ||f(X) - Y||_2} about the exact network
   */
  public Quantity residualNorm(INDArray y) {
    IntervalMatrix f = output();
    TensorChecks.requireReal("targets", y.dataType());
    TensorChecks.requireShape("targets", y, f.rows(), f.columns());
    TensorChecks.requireFinite("targets", y);
    IntervalMatrix residual = f.addScaled(-1, IntervalMatrix.exact(Tensors.toRows(y)));
    return derived("||f(X) - Y||", FORWARD, residual.frobeniusNorm());
  }

  /**
   * What a formula makes of the values of this network and of exact data: verified, about the
   * network in exact arithmetic.
   *
   * @param symbol name of the number
   * @param method how it was computed, as a rule {@link #FORWARD}
   * @param value the number, rounded outward
   * @return the number with its guarantee
   */
  public Quantity derived(String symbol, String method, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, method);
  }

  /**
   * The same with weighted samples: {@link #jacobian} and {@link #lipschitz} then speak of the
   * outputs of sample {@code i} times {@code weights[i]}. Values stay as they are.
   *
   * @param weights {@code [n]}, positive, taken as exact
   * @return the weighted network
   */
  public EnclosedNetwork withSampleWeights(double... weights) {
    if (weights.length != samples()) {
      throw new IllegalArgumentException(
          "withSampleWeights expects " + samples() + " weights but got " + weights.length);
    }
    for (double w : weights) {
      if (!(w > 0 && w <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "withSampleWeights expects positive numbers but got " + w);
      }
    }
    return new EnclosedNetwork(network, input, steps, weights.clone(), threads, progress);
  }

  /**
   * How fast the Jacobian can change if all parameters are trained, by one backward pass that keeps
   * norms only.
   *
   * @return a bound for balls of any radius
   * @throws IllegalArgumentException if the output of a sample is not a vector or no layer is
   *     trained
   */
  public LipschitzBound lipschitz() {
    return lipschitz(slot -> true);
  }

  /**
   * How fast the Jacobian with respect to some parameter tensors can change while only they move.
   *
   * @param trained which tensors
   * @return a bound for balls of any radius
   * @throws IllegalArgumentException as for {@link #lipschitz()}
   */
  public LipschitzBound lipschitz(Predicate<Slot> trained) {
    IntervalMatrix units = units();
    Set<Long> offsets =
        network.slots().stream().filter(trained).map(Slot::offset).collect(Collectors.toSet());
    LongPredicate trainedAt = offsets::contains;
    TrainedBlocks blocks = new TrainedBlocks(threads, trainedAt);
    SecondOrder root = new ChainStep(steps).secondOrder(units, blocks).bound();
    // A layer that says nothing of a tensor that it trains, such as one without a bound.
    boolean silent = !offsets.stream().allMatch(blocks::knows);
    return LipschitzBound.of(
        silent ? SecondOrder.unbounded() : root,
        blocks.count(),
        units.rows(),
        (int) network.outputs(),
        silent ? Optional.empty() : LipschitzTwoLayers.of(steps, trainedAt, weights, threads));
  }

  /**
   * The Jacobian of the outputs by one backward pass with {@code k} cotangents per sample.
   *
   * @return the Jacobian in factored form
   * @throws IllegalArgumentException if the output of a sample is not a vector, no layer is trained
   *     or a layer from outside gives gradients of another size than its tensors
   */
  public EnclosedJacobian jacobian() {
    IntervalMatrix g = units();
    BackwardPass pass = new BackwardPass(threads);
    List<IntervalMatrix> cotangents = new ArrayList<>();
    cotangents.add(g);
    for (int l = steps.size() - 1; l >= 0; l--) {
      Cancellation.check("The enclosure of a Jacobian");
      progress.show("enclosed layers, backward", steps.size() - 1 - l, steps.size());
      g = steps.get(l).backward(g, pass);
      cotangents.add(0, g);
    }
    progress.show("enclosed layers, backward", steps.size(), steps.size());
    return new EnclosedJacobian(network, List.copyOf(cotangents), pass.terms(), threads);
  }

  /** Unit cotangents of all outputs times the weights of the samples, row {@code i * k + c}. */
  private IntervalMatrix units() {
    int k = (int) network.outputs();
    if (network.parameterCount() == 0) {
      throw new IllegalArgumentException(
          "expected a network with trained parameters but got only fixed layers");
    }
    double[][] units = new double[samples() * k][k];
    for (int r = 0; r < units.length; r++) {
      units[r][r % k] = weights[r / k];
    }
    return IntervalMatrix.exact(units);
  }

  @Override
  public String toString() {
    return "EnclosedNetwork(n = "
        + samples()
        + ", error at most "
        + DecimalInterval.upper(output().frobeniusError(), 3)
        + ")";
  }
}
