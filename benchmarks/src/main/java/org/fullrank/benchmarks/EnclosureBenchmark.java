package org.fullrank.benchmarks;

import java.util.concurrent.TimeUnit;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.TempleKatoBound;
import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Wanted;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A proved enclosure of both extreme eigenvalues against its parts and alternatives: the smallest
 * eigenvalue alone, the trusted factorisation, LAPACK's, all eigenvalues from LAPACK without proof,
 * and proved enclosures of all of them. Read the ratios within one run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EnclosureBenchmark {
  @Param({"500", "2000"})
  int n;

  @Param({"1", "2"})
  int threads;

  private DenseSymmetric matrix;
  private double[][] rows;
  private SymmetricMatrix stored;

  @Setup(Level.Trial)
  public void setup() {
    RandomStream stream = Seed.of(1).stream("matrix");
    double[] v = new double[2 * n * n];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    try (INDArray a = Tensors.of(v, n, 2L * n);
        INDArray gram = Products.multiply(a, false, a, true)) {
      matrix = DenseSymmetric.symmetrized(gram);
    }
    rows = Tensors.toRows(matrix.toMatrix());
    stored = SymmetricMatrix.of(rows);
  }

  @Benchmark
  public Object enclosure() {
    return CholeskyBound.withDefaults().withThreads(threads).enclose(matrix);
  }

  @Benchmark
  public Object smallest() {
    return ShiftedCholeskyBound.withDefaults().withThreads(threads).lambdaMin(stored);
  }

  @Benchmark
  public Object smallestRefined() {
    return TempleKatoBound.refining(ShiftedCholeskyBound.withDefaults().withThreads(threads))
        .lambdaMin(stored);
  }

  @Benchmark
  public Object wholeSpectrum() {
    return AllEigenvalues.withDefaults().withThreads(threads).enclose(matrix);
  }

  @Benchmark
  public int lapackCholesky() {
    try (Lapack.Cholesky factor = Lapack.cholesky(matrix.toMatrix())) {
      return factor.info();
    }
  }

  @Benchmark
  public Object cholesky() {
    return Cholesky.of(rows, threads);
  }

  @Benchmark
  public double eigenvalues() {
    try (var pairs = DenseEigenSolver.withDefaults().solve(matrix, Wanted.all())) {
      return pairs.value(0);
    }
  }
}
