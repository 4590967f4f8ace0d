package org.fullrank.benchmarks;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
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
 * The forward pass, and at a point already linearized one parameter tangent pushed forward, one
 * cotangent pulled back, and the {@code k} output cotangents that a Gram needs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DerivativeBenchmark {
  @Param({"plain", "residual"})
  String family;

  @Param({"200", "1000"})
  int n;

  @Param({"512", "2048"})
  int width;

  @Param({"1", "10"})
  int k;

  @Param({"DOUBLE", "FLOAT"})
  DataType type;

  private GramProblem problem;
  private Jacobian jacobian;
  private INDArray tangent;
  private INDArray cotangent;

  @Setup(Level.Trial)
  public void setup() {
    problem = GramProblem.of(family, width, n, k, type);
    jacobian = problem.network().jacobian(problem.theta(), problem.x());
    tangent = GramProblem.gaussian("tangent", type, 1, jacobian.columns());
    cotangent = GramProblem.gaussian("cotangent", type, 1, n, k);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    jacobian.close();
    tangent.close();
    cotangent.close();
    problem.close();
  }

  @Benchmark
  public long forward() {
    try (Linearization l = problem.network().linearize(problem.theta(), problem.x())) {
      return l.value().length();
    }
  }

  @Benchmark
  public long jvp() {
    try (INDArray dy = Objects.requireNonNull(jacobian.linearization().jvp(tangent, null))) {
      return dy.length();
    }
  }

  /** The cotangent and the factors of every layer, not the gradient. */
  @Benchmark
  public long pullback() {
    try (Pullback pullback = jacobian.linearization().pullback(cotangent)) {
      return pullback.blocks().size();
    }
  }

  /** The gradient: the pullback and its sum over samples. */
  @Benchmark
  public long vjp() {
    try (INDArray gradient = jacobian.vjp(cotangent)) {
      return gradient.length();
    }
  }

  @Benchmark
  public long pullbackOutputs() {
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      return pullback.blocks().size();
    }
  }
}
