package org.fullrank.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fullrank.io.Npy;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.LanczosSolver;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.fullrank.spectrum.solver.Preconditioner;
import org.fullrank.spectrum.solver.ShiftInvertSolver;
import org.fullrank.spectrum.solver.Wanted;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Eigen-solvers on the NTK Gram of a tanh network on random data. With 64 input features the
 * spectrum is flat at the small end, with 4 it decays over many decades.
 *
 * <p>The same work in SciPy: write the matrix with {@code java -cp benchmarks/target/benchmarks.jar
 * org.fullrank.benchmarks.EigenSolverBenchmark 2000 64 gram.npy}, then run {@code
 * benchmarks/peers/eigen_solvers.py gram.npy} in turn with {@code benchmarks/run EigenSolver}; set
 * {@code OMP_NUM_THREADS} and {@code OPENBLAS_NUM_THREADS} to the same number for both, and {@code
 * OMP_WAIT_POLICY=passive}. Compare medians of several alternating runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EigenSolverBenchmark {
  private static final int WIDTH = 512;

  @Param("2000")
  int n;

  @Param({"64", "4"})
  int inputs;

  private DenseSymmetric matrix;

  @Setup(Level.Trial)
  public void setup() {
    matrix = gram(n, inputs);
  }

  /** Arguments: n, number of input features, file. */
  public static void main(String[] arguments) throws IOException {
    DenseSymmetric a = gram(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    try (INDArray entries = a.toMatrix()) {
      Npy.write(Path.of(arguments[2]), entries);
    }
  }

  private static DenseSymmetric gram(int n, int inputs) {
    List<Layer> layers = new ArrayList<>();
    int in = inputs;
    for (int l = 1; l <= 2; l++) {
      layers.add(Dense.of("h" + l, in, WIDTH).withSigmaW(1.5).withBias(0.1));
      layers.add(Elementwise.of(Activations.TANH));
      in = WIDTH;
    }
    layers.add(Dense.of("out", WIDTH, 1));
    Network network = Network.of(Shape.of(inputs), layers);
    RandomStream stream = Seed.of(2).stream("inputs");
    double[] v = new double[n * inputs];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    try (INDArray theta = network.initialize(Seed.of(1), DataType.DOUBLE);
        INDArray x = Tensors.of(v, n, inputs);
        GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x);
        INDArray entries = gram.toMatrix()) {
      return DenseSymmetric.of(entries);
    }
  }

  private double first(EigenSolver solver, Wanted wanted) {
    try (var pairs = solver.solve(matrix, wanted)) {
      if (!pairs.status().succeeded()) {
        throw new IllegalStateException(pairs.status().text());
      }
      return pairs.value(0);
    }
  }

  /** Peer: {@code scipy.sparse.linalg.eigsh(a, k=10, which="LA")}. */
  @Benchmark
  public double largestLanczos() {
    return first(LanczosSolver.withDefaults(), Wanted.largest(10).withVectors());
  }

  @Benchmark
  public double largestLobpcg() {
    return first(LobpcgSolver.withDefaults(), Wanted.largest(10).withVectors());
  }

  /** Peer: {@code eigsh(a, k=5, sigma=0)} with {@code cho_solve} or an LU factor. */
  @Benchmark
  public double smallestShiftInvert() {
    return first(ShiftInvertSolver.withDefaults(), Wanted.smallest(5).withVectors());
  }

  @Benchmark
  public double smallestLobpcg() {
    LobpcgSolver solver =
        LobpcgSolver.withDefaults().withPreconditioner(Preconditioner.cholesky(matrix, 1e-9));
    return first(solver, Wanted.smallest(5).withVectors());
  }

  /** Peer: {@code scipy.linalg.eigvalsh(a)}. */
  @Benchmark
  public double allValues() {
    return first(DenseEigenSolver.withDefaults(), Wanted.all());
  }
}
