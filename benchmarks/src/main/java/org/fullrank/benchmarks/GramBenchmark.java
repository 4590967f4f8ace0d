package org.fullrank.benchmarks;

import java.util.concurrent.TimeUnit;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
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
 * The NTK Gram layer by layer, the rectangular one between two sets of samples, the trace kernel
 * and the diagonal. Read the ratios within one run. {@code benchmarks/gram} compares the first and
 * the third with PyTorch and JAX; {@link GramRouteBenchmark} has the other ways to compute a Gram.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GramBenchmark {
  @Param({"plain", "residual"})
  String family;

  @Param({"200", "1000"})
  int n;

  @Param({"512"})
  int width;

  @Param({"1", "10"})
  int k;

  @Param({"DOUBLE", "FLOAT"})
  DataType type;

  private GramProblem problem;
  private EmpiricalNtk ntk;
  private INDArray others;

  @Setup(Level.Trial)
  public void setup() {
    problem = GramProblem.of(family, width, n, k, type);
    ntk = EmpiricalNtk.of(problem.network(), problem.theta());
    others = GramProblem.gaussian("others", type, n, GramProblem.INPUT);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    problem.close();
    others.close();
  }

  @Benchmark
  public long gram() {
    try (GramMatrix gram = ntk.gram(problem.x())) {
      return gram.size();
    }
  }

  @Benchmark
  public long cross() {
    try (INDArray cross = ntk.cross(others, problem.x())) {
      return cross.length();
    }
  }

  @Benchmark
  public long trace() {
    try (GramMatrix gram = ntk.traceKernel(problem.x())) {
      return gram.size();
    }
  }

  @Benchmark
  public long diagonal() {
    try (INDArray diagonal = ntk.diagonal(problem.x())) {
      return diagonal.length();
    }
  }
}
