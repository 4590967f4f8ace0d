package org.fullrank.convergence.theorem;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random problems for the Jacobian certificates, and targets at a given distance. */
final class JacobianInstances {
  private static final List<Activation> ACTIVATIONS =
      List.of(
          Activations.TANH,
          Activations.SOFTPLUS,
          Activations.ERF,
          Activations.SIGMOID,
          Activations.GELU,
          Activations.SIN);

  private JacobianInstances() {}

  /** A network of one to three hidden layers, plain or residual, with or without biases. */
  static Network network(Random random) {
    Activation a = ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    int d = 2 + random.nextInt(3);
    int m = 10 + random.nextInt(20);
    int k = 1 + random.nextInt(2);
    boolean bias = random.nextBoolean();
    Dense first = bias ? Dense.of("a", d, m).withBias(0.5) : Dense.of("a", d, m);
    Dense last = bias ? Dense.of("b", m, k).withBias(0.3) : Dense.of("b", m, k);
    Dense inner = bias ? Dense.of("c", m, m).withBias(0.2) : Dense.of("c", m, m);
    return switch (random.nextInt(4)) {
      case 0 -> Network.of(Shape.of(d), first, Elementwise.of(a), last);
      case 1 ->
          Network.of(
              Shape.of(d),
              first,
              Elementwise.of(a),
              Residual.of(0.2 + 0.6 * random.nextDouble(), inner, Elementwise.of(a)),
              last);
      case 2 -> Network.of(Shape.of(d), first, Elementwise.of(a), inner, Elementwise.of(a), last);
      default ->
          Network.of(
              Shape.of(d),
              FixedLinear.of("f", Tensors.of(gaussians(d * d, 1, random), d, d)),
              first,
              Elementwise.of(a),
              Residual.of(0.5, inner, Elementwise.of(a), Dense.of("e", m, m)),
              last);
    };
  }

  /** Inputs of norm about 1. */
  static INDArray inputs(Network network, int n, Random random) {
    int d = (int) network.inputShape().length();
    return Tensors.of(gaussians(n * d, 1 / Math.sqrt(d), random), n, d);
  }

  /** As many rows as there are multiplicities, each repeated so often. */
  static INDArray repeated(INDArray x, int... multiplicities) {
    double[][] rows = Tensors.toRows(x);
    double[][] out = new double[Arrays.stream(multiplicities).sum()][];
    int at = 0;
    for (int round = 0; at < out.length; round++) {
      for (int i = 0; i < multiplicities.length; i++) {
        if (round < multiplicities[i]) {
          out[at++] = rows[i].clone();
        }
      }
    }
    return Tensors.ofRows(out);
  }

  /** A problem whose targets are the initial outputs. */
  static TrainingProblem solved(Network network, INDArray x, long seed) {
    INDArray theta = network.initialize(Seed.of(seed));
    return TrainingProblem.of(network, theta, x, network.forward(theta, x).dup('c'));
  }

  /** The same with targets moved in a given direction to a distance. */
  static TrainingProblem away(TrainingProblem solved, double[] direction, double distance) {
    double norm = 0;
    for (double v : direction) {
      norm = Math.hypot(norm, v);
    }
    double[] y = Tensors.toDoubles(solved.y());
    for (int i = 0; i < y.length; i++) {
      y[i] += distance / norm * direction[i];
    }
    TrainingProblem moved =
        TrainingProblem.of(
            solved.network(),
            solved.theta(),
            solved.x(),
            Tensors.of(y, solved.samples(), solved.outputs()));
    String[] frozen =
        solved.network().slots().stream()
            .filter(s -> !solved.isTrained(s))
            .map(Slot::name)
            .toArray(String[]::new);
    return frozen.length == 0 ? moved : moved.withFrozen(frozen);
  }

  /** The norm of the Jacobian at the start, from above. */
  static double norm(TrainingProblem problem) {
    return Evidence.of(problem).get(Measurements.JACOBIAN).norm().interval().hi();
  }

  static double[] gaussians(int length, double size, Random random) {
    double[] out = new double[length];
    for (int i = 0; i < length; i++) {
      out[i] = size * random.nextGaussian();
    }
    return out;
  }
}
