package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;

/** Recognises a {@link SmoothResidualNetwork} by the description of its layers. */
final class SmoothResidualMeasurement {
  private SmoothResidualMeasurement() {}

  static SmoothResidualNetwork measure(TrainingProblem problem) {
    Optional<String> otherLoss = Losses.otherThanSquared(problem.loss());
    if (otherLoss.isPresent()) {
      return SmoothResidualNetwork.not(otherLoss.get());
    }
    List<Layer> layers = problem.network().layers();
    int blocks = layers.size() - 3;
    if (blocks < 0) {
      return SmoothResidualNetwork.not(
          "there must be a dense layer, an activation, residual blocks and a dense layer");
    }
    Optional<String> obstacle = frame(layers);
    for (Layer layer : layers.subList(2, layers.size() - 1)) {
      obstacle = obstacle.or(() -> block(layer, layers));
    }
    obstacle = obstacle.or(() -> frozen(problem));
    if (obstacle.isPresent()) {
      return SmoothResidualNetwork.not(obstacle.get());
    }
    Dense first = (Dense) layers.get(0);
    Dense last = (Dense) layers.get(layers.size() - 1);
    int depth = blocks + 1;
    Interval cSigma = Interval.of(last.weightScale()).square().multiply((double) first.out());
    Interval cRes =
        blocks == 0
            ? Interval.ENTIRE
            : cSigma.sqrt().multiply(((Residual) layers.get(2)).scale()).multiply(depth);
    // Only what is certainly outside is another network; the theorem sees what straddles an end.
    if (blocks > 0 && (cRes.hi() <= 0 || cRes.lo() >= 1)) {
      return SmoothResidualNetwork.not("c_res in " + cRes + " is not within (0, 1)");
    }
    return new SmoothResidualNetwork(
        Optional.empty(), depth, first.out(), cSigma, cRes, Facts.description());
  }

  /** What is wrong with the first two layers and the last one. */
  private static Optional<String> frame(List<Layer> layers) {
    Layer first = layers.get(0);
    Layer last = layers.get(layers.size() - 1);
    Optional<String> wrong = weights(first).or(() -> weights(last));
    if (wrong.isPresent()) {
      return wrong;
    }
    if (((Dense) first).weightScale() != 1) {
      return Optional.of(first + " has the factor " + ((Dense) first).weightScale() + ", not 1");
    }
    if (!(layers.get(1) instanceof Elementwise phi)) {
      return Optional.of(layers.get(1) + " is not an activation");
    }
    return rough(phi.activation());
  }

  private static Optional<String> weights(Layer layer) {
    if (!(layer instanceof Dense dense)) {
      return Optional.of(layer + " is not a dense layer");
    }
    return dense.hasBias() ? Optional.of(layer + " has a bias") : Optional.empty();
  }

  private static Optional<String> rough(Activation phi) {
    boolean smooth = phi.regularity().smooth() && phi.regularity().smoothness() <= Double.MAX_VALUE;
    return smooth
        ? Optional.empty()
        : Optional.of("activation " + phi.name() + " is not smooth with a bounded curvature");
  }

  private static Optional<String> block(Layer layer, List<Layer> layers) {
    if (!(layer instanceof Residual block)
        || block.shortcut().isPresent()
        || block.branch().layers().size() != 2
        || !(block.branch().layers().get(1) instanceof Elementwise phi)) {
      return Optional.of(layer + " is not a residual block h + c phi(g W h)");
    }
    Layer weights = block.branch().layers().get(0);
    Optional<String> wrong = weights(weights);
    if (wrong.isPresent()) {
      return wrong;
    }
    Activation first = ((Elementwise) layers.get(1)).activation();
    if (!phi.activation().equals(first)) {
      return Optional.of(
          layer + " has activation " + phi.activation().name() + ", not " + first.name());
    }
    // Exactly equal: only then is there one g and one c_res.
    double g = ((Dense) layers.get(layers.size() - 1)).weightScale();
    if (((Dense) weights).weightScale() != g) {
      return Optional.of(
          weights
              + " has the factor "
              + ((Dense) weights).weightScale()
              + ", not the "
              + g
              + " of the last layer");
    }
    double scale = ((Residual) layers.get(2)).scale(); // checked before, being the first block
    return block.scale() == scale
        ? Optional.empty()
        : Optional.of(layer + " has the scale " + block.scale() + ", not the first one's " + scale);
  }

  private static Optional<String> frozen(TrainingProblem problem) {
    return problem.network().slots().stream()
        .filter(slot -> !problem.isTrained(slot))
        .findFirst()
        .map(slot -> "slot " + slot.name() + " is frozen");
  }
}
