package org.fullrank.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fullrank.diff.Linearization;
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
 * The NTK Gram of a plain tanh network (64 inputs, 3 hidden layers), layer by layer and through the
 * stored Jacobian, the trace kernel, and the forward pass alone. Read the ratios within one run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GramBenchmark {
  private static final int INPUT = 64;

  @Param({"200", "1000"})
  int n;

  @Param({"512"})
  int width;

  @Param({"1", "10"})
  int k;

  @Param({"DOUBLE", "FLOAT"})
  DataType type;

  private Network network;
  private INDArray theta;
  private INDArray x;

  @Setup(Level.Trial)
  public void setup() {
    List<Layer> layers = new ArrayList<>();
    int in = INPUT;
    for (int l = 1; l <= 3; l++) {
      layers.add(Dense.of("h" + l, in, width).withSigmaW(1.5).withBias(0.1));
      layers.add(Elementwise.of(Activations.TANH));
      in = width;
    }
    layers.add(Dense.of("out", width, k));
    network = Network.of(Shape.of(INPUT), layers);
    theta = network.initialize(Seed.of(1), type);
    RandomStream stream = Seed.of(2).stream("inputs");
    double[] v = new double[n * INPUT];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    x = Tensors.of(type, v, n, INPUT);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    theta.close();
    x.close();
  }

  @Benchmark
  public long forward() {
    try (Linearization l = network.linearize(theta, x)) {
      return l.value().length();
    }
  }

  @Benchmark
  public long layerwise() {
    try (GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x)) {
      return gram.size();
    }
  }

  @Benchmark
  public long trace() {
    try (GramMatrix gram = EmpiricalNtk.of(network, theta).traceKernel(x)) {
      return gram.size();
    }
  }
}
