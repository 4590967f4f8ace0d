package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Layer;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.nd4j.linalg.api.buffer.DataType;

/** Reads the gates of a surrogate network off a training problem. */
final class GateMeasurement {
  private GateMeasurement() {}

  static GateNumbers measure(TrainingProblem problem) {
    Optional<String> obstacle = obstacle(problem);
    if (obstacle.isPresent()) {
      return GateNumbers.not(obstacle.get());
    }
    EnclosedNetwork values =
        NetworkEnclosure.of(problem.network(), problem.theta())
            .withThreads(problem.threads())
            .at(problem.x());
    List<EnclosedGate> gates = values.gates();
    long count = 0;
    long undecided = 0;
    double clearance = Double.POSITIVE_INFINITY;
    for (EnclosedGate gate : gates) {
      count += (long) gate.signals().rows() * gate.signals().columns();
      undecided += gate.undecided();
      clearance = Math.min(clearance, gate.clearance());
    }
    return new GateNumbers(
        Optional.empty(),
        count,
        undecided,
        gates.stream().map(EnclosedGate::firstUndecided).flatMap(Optional::stream).findFirst(),
        gates.stream().map(EnclosedGate::firstZero).flatMap(Optional::stream).findFirst(),
        values.derived(
            "min |t|",
            "forward pass of the frozen network with running error bounds",
            Interval.atLeast(clearance)));
  }

  private static Optional<String> obstacle(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    if (layers.size() != 2
        || !(layers.get(0) instanceof SurrogateRelu)
        || !(layers.get(1) instanceof Dense)) {
      return Optional.of("the layers are " + layers + ", not a SurrogateRelu and a Dense");
    }
    if (problem.theta().dataType() != DataType.DOUBLE) {
      return Optional.of(
          "the parameters are single precision, in which the frozen ones are rounded; convert the"
              + " problem to DOUBLE");
    }
    return Optional.empty();
  }
}
