package org.fullrank.benchmarks;

import java.util.concurrent.TimeUnit;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.StochasticGradientDescent;
import org.fullrank.training.TrainingMethod;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of a network with two hidden layers on 64 inputs and 10 outputs, in double
 * precision. {@code benchmarks/training} compares the first method with PyTorch.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TrainingBenchmark {
  @Param({"1000"})
  int n;

  @Param({"512"})
  int width;

  @Param({"tanh", "relu"})
  String activation;

  private TrainingProblem problem;
  private INDArray theta;
  private double[] velocity;
  private double[] flowMemory;
  private long steps;

  private final TrainingMethod descent = GradientDescent.withStepSize(TrainingPeer.STEP_SIZE);
  private final TrainingMethod momentum =
      GradientDescent.withStepSize(TrainingPeer.STEP_SIZE).withMomentum(0.9);
  private final TrainingMethod minibatch =
      StochasticGradientDescent.of(TrainingPeer.STEP_SIZE, 32, TrainingPeer.SEED);
  private final TrainingMethod flow = GradientFlow.withTolerance(1e-6, 1e-9);

  @Setup(Level.Trial)
  public void setup() {
    problem = TrainingPeer.problem(n, width, activation);
    velocity = momentum.initialMemory(problem);
    flowMemory = flow.initialMemory(problem);
  }

  /** Each iteration trains from the start. */
  @Setup(Level.Iteration)
  public void restart() {
    theta = problem.theta().dup('c');
    steps = 0;
  }

  @TearDown(Level.Iteration)
  public void close() {
    theta.close();
  }

  @Benchmark
  public double gradientDescent() {
    return descent.step(problem, steps++, theta, new double[0]);
  }

  @Benchmark
  public double momentum() {
    return momentum.step(problem, steps++, theta, velocity);
  }

  @Benchmark
  public double minibatchOf32() {
    return minibatch.step(problem, steps++, theta, new double[0]);
  }

  @Benchmark
  public double gradientFlow() {
    return flow.step(problem, steps++, theta, flowMemory);
  }
}
