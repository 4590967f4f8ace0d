package org.fullrank.benchmarks;

import java.util.concurrent.TimeUnit;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.nd4j.linalg.api.buffer.DataType;
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
 * All ways to compute one Gram. Few samples: the stored Jacobian takes {@code n k p} entries, 1.7
 * GB for the largest setting, and the operator {@code n k} passes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GramRouteBenchmark {
  @Param EmpiricalNtk.Method method;

  @Param({"plain", "residual"})
  String family;

  @Param({"16", "64"})
  int n;

  @Param({"128", "256"})
  int width;

  @Param({"1", "5"})
  int k;

  @Param({"DOUBLE", "FLOAT"})
  DataType type;

  private GramProblem problem;
  private EmpiricalNtk ntk;

  @Setup(Level.Trial)
  public void setup() {
    problem = GramProblem.of(family, width, n, k, type);
    ntk = EmpiricalNtk.of(problem.network(), problem.theta()).withMethod(method);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    problem.close();
  }

  @Benchmark
  public long gram() {
    try (GramMatrix gram = ntk.gram(problem.x())) {
      return gram.size();
    }
  }
}
