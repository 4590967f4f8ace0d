package org.fullrank.benchmarks;

import java.util.concurrent.TimeUnit;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.model.SmoothResNet;
import org.nd4j.linalg.api.buffer.DataType;
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
 * A convergence certificate from nothing but a network and data: everything that {@link
 * JacobianDescent} needs is measured anew, with proofs. Residual tanh network on 8 inputs, targets
 * near the outputs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CertificateBenchmark {
  private static final int INPUT = 8;
  private static final double RESIDUAL = 1e-4;

  @Param({"4", "16"})
  int n;

  @Param({"100", "400"})
  int width;

  @Param({"2", "8"})
  int depth;

  private TrainingProblem problem;
  private INDArray theta;
  private INDArray x;
  private INDArray y;

  @Setup(Level.Trial)
  public void setup() {
    Network network = SmoothResNet.of(INPUT, width, depth, Activations.TANH).network();
    theta = network.initialize(Seed.of(1));
    x = GramProblem.gaussian("points", DataType.DOUBLE, n, INPUT);
    y = GramProblem.gaussian("targets", DataType.DOUBLE, n, 1);
    try (INDArray outputs = network.forward(theta, x)) {
      y.muli(RESIDUAL).addi(outputs);
    }
    problem = TrainingProblem.of(network, theta, x, y);
    if (!JacobianDescent.withDefaults().check(problem).isProof()) {
      throw new IllegalStateException("expected a problem with a certificate");
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    theta.close();
    x.close();
    y.close();
  }

  @Benchmark
  public Certificate certificate() {
    return JacobianDescent.withDefaults().check(problem);
  }
}
