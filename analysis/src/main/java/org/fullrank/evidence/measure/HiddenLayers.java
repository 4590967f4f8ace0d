package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Rigor;

/**
 * What the description of a network says about all layers below the last; no parameter is looked
 * at. An empty obstacle means that the property is given.
 *
 * @param parameters number of parameters below the last layer
 * @param frozen a parameter tensor below the last layer that is not trained
 * @param notAnalytic a layer whose output is not known to be real analytic in parameters and input
 * @param notFullyConnected why the layers are not dense, activation, ..., dense with at least one
 *     activation
 * @param notIncreasing an activation before the last one that is not known to be analytic and
 *     strictly increasing
 * @param notGeneric why the last activation is not known to be analytic and no polynomial
 * @param withoutBias why the dense layer before the last activation has no bias with an effect
 * @param output why the weights of the last layer are no trained dense ones
 * @param columns of the feature matrix of {@link LastLayer}: the last hidden width, and one more
 *     for a trained bias with an effect; 0 with an {@code output} obstacle
 * @param samples n
 * @param repeated the samples whose input repeats an earlier one exactly
 * @param rigor how the description is known; {@code VERIFIED} if it was read off the problem
 */
public record HiddenLayers(
    long parameters,
    Optional<String> frozen,
    Optional<String> notAnalytic,
    Optional<String> notFullyConnected,
    Optional<String> notIncreasing,
    Optional<String> notGeneric,
    Optional<String> withoutBias,
    Optional<String> output,
    long columns,
    long samples,
    List<Long> repeated,
    Rigor rigor) {
  /** Copies the list. */
  public HiddenLayers {
    Proof.require(rigor);
    repeated = List.copyOf(repeated);
  }

  static HiddenLayers measure(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    List<Layer> hidden = layers.subList(0, layers.size() - 1);
    // Not a sum over layers, some of which may share their tensors.
    long parameters =
        hidden.isEmpty() ? 0 : problem.network().prefix(hidden.size()).parameterCount();
    Optional<String> shape = notFullyConnected(hidden);
    boolean connected = shape.isEmpty();
    LastLayer last = LastLayer.of(problem);
    Optional<String> output = last.obstacle();
    if (output.isEmpty() && !last.weightsTrained()) {
      output = Optional.of("the weights of the last layer are frozen");
    }
    return new HiddenLayers(
        parameters,
        problem.network().slots().stream()
            .filter(s -> s.offset() < parameters && !problem.isTrained(s))
            .map(Slot::name)
            .findFirst(),
        first(hidden),
        shape,
        connected ? notIncreasing(hidden) : Optional.of("the network is not fully connected"),
        connected ? notGeneric(hidden) : Optional.of("the network is not fully connected"),
        connected ? withoutBias(hidden) : Optional.of("the network is not fully connected"),
        output,
        output.isPresent() ? 0 : last.dense().in() + (last.biasTrained() ? 1 : 0),
        problem.samples(),
        ExpressivityCondition.repeatedInputs(problem.x()),
        Facts.description());
  }

  private static Optional<String> first(List<? extends Layer> layers) {
    return layers.stream().map(HiddenLayers::notAnalytic).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> notAnalytic(Layer layer) {
    if (layer.traits().analytic()) {
      return Optional.empty();
    }
    String itself =
        layer instanceof Elementwise elementwise
            ? "activation " + elementwise.activation().name() + " is not real analytic"
            : "layer " + layer + " is not known to be real analytic";
    return Optional.of(first(layer.parts()).orElse(itself));
  }

  private static Optional<String> notFullyConnected(List<Layer> hidden) {
    if (hidden.isEmpty()) {
      return Optional.of("there is no hidden layer");
    }
    for (int l = 0; l < hidden.size(); l++) {
      boolean dense = l % 2 == 0;
      if (dense ? !(hidden.get(l) instanceof Dense) : !(hidden.get(l) instanceof Elementwise)) {
        return Optional.of(
            "layer "
                + hidden.get(l)
                + " stands where "
                + (dense ? "a Dense" : "an activation")
                + " is expected");
      }
    }
    return hidden.size() % 2 == 0
        ? Optional.empty()
        : Optional.of("there is no activation before the last layer");
  }

  private static Optional<String> notIncreasing(List<Layer> hidden) {
    for (int l = 1; l < hidden.size() - 1; l += 2) {
      Activation phi = ((Elementwise) hidden.get(l)).activation();
      if (!phi.regularity().analytic()) {
        return Optional.of("activation " + phi.name() + " is not real analytic");
      }
      if (!phi.regularity().monotone()) {
        return Optional.of(
            "activation " + phi.name() + " is not strictly increasing and may merge two samples");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> notGeneric(List<Layer> hidden) {
    Activation phi = ((Elementwise) hidden.get(hidden.size() - 1)).activation();
    if (!phi.regularity().analytic()) {
      return Optional.of("activation " + phi.name() + " is not real analytic");
    }
    return phi.regularity().nonPolynomial()
        ? Optional.empty()
        : Optional.of("activation " + phi.name() + " is or may be a polynomial");
  }

  private static Optional<String> withoutBias(List<Layer> hidden) {
    Dense dense = (Dense) hidden.get(hidden.size() - 2);
    if (!dense.hasBias()) {
      return Optional.of(dense + " has no bias");
    }
    return dense.biasScale() == 0
        ? Optional.of("the bias of " + dense + " has the factor 0 (sigma_b = 0)")
        : Optional.empty();
  }
}
