package org.fullrank.evidence.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.Norms;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Other parameters of the last layer, to compare with: how far they are and what their loss is, at
 * the features of the problem.
 *
 * @param values all parameters of the last layer, weights before bias as in the parameter vector
 */
public record ReferenceWeights(List<Double> values)
    implements Measurement<ReferenceWeights.Numbers> {
  /** Copies the values. */
  public ReferenceWeights {
    values = List.copyOf(values);
    for (double v : values) {
      if (!Double.isFinite(v)) {
        throw new IllegalArgumentException("ReferenceWeights expects finite numbers but got " + v);
      }
    }
  }

  /**
   * From an array.
   *
   * @param values all parameters of the last layer; copied
   * @return the weights
   */
  public static ReferenceWeights of(double... values) {
    return new ReferenceWeights(Arrays.stream(values).boxed().toList());
  }

  /**
   * What is known about them.
   *
   * @param obstacle why they are no comparison for the problem; the numbers then mean nothing
   * @param distance Euclidean, from the current parameters
   * @param loss at the reference weights
   */
  public record Numbers(Optional<String> obstacle, Quantity distance, Quantity loss) {}

  @Override
  public String symbol() {
    return "reference weights of the last layer";
  }

  @Override
  public Numbers measure(TrainingProblem problem, Evidence known) {
    LastLayer last = LastLayer.of(problem);
    if (last.obstacle().isPresent()) {
      return not(last.obstacle().get());
    }
    double[][] y = Tensors.toRows(problem.y());
    Optional<String> loss = LossEnclosure.obstacle(problem.loss(), y);
    if (loss.isPresent()) {
      return not(loss.get());
    }
    double[] now = last.parameters();
    if (values.size() != now.length) {
      return not(
          "the last layer has " + now.length + " parameters but " + values.size() + " were given");
    }
    if (problem.theta().dataType() == DataType.FLOAT
        && values.stream().anyMatch(v -> (float) (double) v != v)) {
      return not(
          "the problem is single precision but a given weight is not; convert the problem to"
              + " DOUBLE");
    }
    boolean[] trained = LastLayerMeasurement.trained(last);
    double[] reference = values.stream().mapToDouble(v -> v).toArray();
    for (int i = 0; i < now.length; i++) {
      double difference = reference[i] - now[i];
      if (!trained[i] && difference != 0) {
        return not("parameter " + i + " of the last layer is not trained but differs");
      }
      if (!Double.isFinite(difference)) {
        return not("the distance to the given weights overflows");
      }
    }
    Subject subject = LastLayerMeasurement.subject(problem);
    Optional<EnclosedNetwork> there = LastLayerMeasurement.values(problem, last, reference);
    return new Numbers(
        Optional.empty(),
        Facts.ofData("||wbar - w||", Norms.distance("||wbar - w||", reference, now)),
        there
            .map(network -> loss(problem, network, y))
            .orElseGet(() -> Facts.notNegative("L(wbar)", subject, EnclosedNetwork.FORWARD)));
  }

  private static Quantity loss(TrainingProblem problem, EnclosedNetwork there, double[][] y) {
    return LastLayerMeasurement.about(
        LastLayerMeasurement.subject(problem),
        there.derived(
            "L(wbar)",
            EnclosedNetwork.FORWARD,
            LossEnclosure.of(problem.loss(), there.output(), y)));
  }

  private static Numbers not(String obstacle) {
    return new Numbers(
        Optional.of(obstacle), LastLayerNumbers.unknown(), LastLayerNumbers.unknown());
  }
}
