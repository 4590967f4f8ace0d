package org.fullrank.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Our side of {@code benchmarks/peers/training_step.py}: writes the inputs as NPY files, then makes
 * as many steps as each line of standard input says and answers with milliseconds per step and the
 * loss before the first step after them.
 */
public final class TrainingPeer {
  static final Seed SEED = Seed.of(1);
  static final double STEP_SIZE = 1e-5;
  private static final int INPUT = 64;
  private static final int OUTPUT = 10;

  private TrainingPeer() {}

  /**
   * Random points on the sphere, random targets, layers as PyTorch's {@code Linear}.
   *
   * @param n samples
   * @param width of both hidden layers
   * @param activation {@code "tanh"} or {@code "relu"}
   * @return the least-squares problem
   */
  static TrainingProblem problem(int n, int width, String activation) {
    Map<String, Activation> known = Map.of("tanh", Activations.TANH, "relu", Activations.RELU);
    Activation sigma = known.get(activation);
    if (sigma == null) {
      throw new IllegalArgumentException(
          "expected one of " + known.keySet() + " but got '" + activation + "'");
    }
    Network network =
        Network.of(
            Shape.of(INPUT),
            linear("0", INPUT, width),
            Elementwise.of(sigma),
            linear("2", width, width),
            Elementwise.of(sigma),
            linear("4", width, OUTPUT));
    return TrainingProblem.of(
        network,
        network.initialize(SEED),
        gaussian("inputs", n, INPUT),
        gaussian("targets", n, OUTPUT));
  }

  private static Dense linear(String name, int in, int out) {
    return Dense.of(name, in, out)
        .withParameterization(Parameterization.STANDARD)
        .withBias(0.1)
        .withLayout(Layout.OUT_IN)
        .withSlotNames(name + ".weight", name + ".bias");
  }

  private static INDArray gaussian(String name, int n, int d) {
    RandomStream stream = SEED.stream(name);
    double[] values = new double[n * d];
    for (int i = 0; i < values.length; i++) {
      values[i] = stream.nextGaussian();
    }
    return Tensors.of(values, n, d);
  }

  /**
   * Answers one line for each line of standard input, until it ends.
   *
   * @param args folder, samples, width, activation
   * @throws IOException if a file cannot be written
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    TrainingProblem problem =
        problem(Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
    Npy.write(folder.resolve("x.npy"), problem.x());
    Npy.write(folder.resolve("y.npy"), problem.y());
    for (Slot slot : problem.network().slots()) {
      double[] all = Tensors.toDoubles(problem.theta());
      double[] own = new double[(int) slot.size()];
      System.arraycopy(all, (int) slot.offset(), own, 0, own.length);
      try (INDArray values = Tensors.of(own, slot.shape().dimensions())) {
        Npy.write(folder.resolve(slot.name() + ".npy"), values);
      }
    }
    System.out.println(Backend.describe().summary());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(STEP_SIZE), Recording.atSteps())) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int steps = Integer.parseInt(line.strip());
        long start = System.nanoTime();
        run.advance(steps);
        double milliseconds = (System.nanoTime() - start) * 1e-6 / steps;
        System.out.println(milliseconds + " " + run.trajectory().last().loss());
      }
    }
  }
}
