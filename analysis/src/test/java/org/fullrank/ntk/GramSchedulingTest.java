package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.io.Npy;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk.Method;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layerwise Gram does not depend on how it is scheduled, and costs what was planned. */
final class GramSchedulingTest {
  private static Network network(int k) {
    return Network.of(
        Shape.of(6),
        Dense.of("in", 6, 24).withBias(0.1),
        Elementwise.of(Activations.TANH),
        Residual.of(0.5, Dense.of("r", 24, 24).withBias(0.2), Elementwise.of(Activations.TANH)),
        Dense.of("out", 24, k));
  }

  /** Its factors weigh enough to make panels worth while. */
  private static Network wide(int k) {
    return Network.of(
        Shape.of(6),
        Dense.of("in", 6, 400).withBias(0.1),
        Elementwise.of(Activations.TANH),
        Dense.of("h", 400, 400).withBias(0.1),
        Elementwise.of(Activations.TANH),
        Dense.of("out", 400, k));
  }

  private static INDArray inputs(DataType type, int n) {
    RandomStream stream = Seed.of(2).stream("x");
    double[] v = new double[n * 6];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(type, v, n, 6);
  }

  private static double[] values(GramMatrix gram) {
    try (gram) {
      return Tensors.toDoubles(gram.matrix());
    }
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, 2100, 1", "FLOAT, 2100, 1", "DOUBLE, 720, 3", "FLOAT, 720, 3"})
  void bitsDependNeitherOnThreadsNorOnMemory(DataType type, int n, int k) {
    Network network = wide(k);
    INDArray theta = network.initialize(Seed.of(1), type);
    INDArray x = inputs(type, n);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    double[] gram = values(ntk.gram(x));
    double[] trace = values(ntk.traceKernel(x));
    int threads = Nd4j.factory().blas().getMaxThreads();
    try {
      for (int t : new int[] {1, 2, 5}) {
        Nd4j.factory().blas().setMaxThreads(t);
        assertThat(values(ntk.gram(x))).isEqualTo(gram);
        assertThat(values(ntk.traceKernel(x))).isEqualTo(trace);
      }
    } finally {
      Nd4j.factory().blas().setMaxThreads(threads);
    }
    long all = ntk.plan(x).peakBytes();
    List<Long> panels = new ArrayList<>();
    for (long budget = all; budget > all - all / 10; budget -= all / 64) {
      EmpiricalNtk bounded = ntk.withMemoryBudget(budget);
      GramPlan plan = bounded.plan(x);
      if (plan.fits()) {
        panels.add(plan.panelSamples());
        assertThat(plan.peakBytes()).isLessThanOrEqualTo(budget);
        assertThat(values(bounded.gram(x))).isEqualTo(gram);
      } else {
        assertThatThrownBy(() -> bounded.gram(x))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("does not fit. What would fit: a budget of");
      }
    }
    assertThat(panels).contains((long) n).anyMatch(p -> p < n);
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void theGeneralRouteAgreesAtSizesAroundTheGrid(int k) {
    Network network = network(k);
    INDArray theta = network.initialize(Seed.of(1));
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    for (int n : new int[] {1, 2, 63, 64, 65, 255, 256, 257}) {
      INDArray x = inputs(DataType.DOUBLE, n);
      double[] fast = values(ntk.gram(x));
      double[] general = values(ntk.withMethod(Method.JACOBIAN).gram(x));
      double largest = 0;
      double worst = 0;
      for (int e = 0; e < fast.length; e++) {
        largest = Math.max(largest, Math.abs(general[e]));
        worst = Math.max(worst, Math.abs(fast[e] - general[e]));
      }
      // Inner products of at most 800 terms.
      assertThat(worst).isLessThan(1e-13 * largest);
    }
  }

  /** Tensor bytes once the garbage of other tests is gone; what leaks afterwards only adds. */
  private static long settledBytes() throws InterruptedException {
    Backend.selfTest();
    long last = -1;
    int equal = 0;
    for (int t = 0; t < 50 && equal < 4; t++) {
      equal = last == Backend.tensorBytes() ? equal + 1 : 0;
      last = Backend.tensorBytes();
      System.gc();
      Thread.sleep(20);
    }
    return last;
  }

  @Test
  void aThousandGramsLeaveNothingBehind() throws InterruptedException {
    Network network = network(2);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = inputs(DataType.DOUBLE, 40);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    EmpiricalNtk bounded = ntk.withMemoryBudget(1L << 30);
    bounded.gram(x).close();
    long before = settledBytes();
    for (int r = 0; r < 1000; r++) {
      ntk.gram(x).close();
      if (r % 50 == 0) {
        bounded.gram(x).close();
        ntk.traceKernel(x).close();
        ntk.cross(x, x).close();
        ntk.diagonal(x).close();
        ntk.perLayer(x).values().forEach(GramMatrix::close);
        ntk.plan(x);
      }
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void failuresLeaveNothingBehind() throws InterruptedException {
    Network linear = Network.of(Shape.of(6), Dense.of("a", 6, 9), Dense.of("b", 9, 1));
    INDArray theta = Tensors.scaled(linear.initialize(Seed.of(1), DataType.FLOAT), 1e30);
    INDArray x = inputs(DataType.FLOAT, 300);
    EmpiricalNtk ntk = EmpiricalNtk.of(linear, theta);
    long before = settledBytes();
    assertThatThrownBy(() -> ntk.gram(x)).hasMessageContaining("finite");
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    Network network = network(1);
    EmpiricalNtk cancelled =
        EmpiricalNtk.of(network, network.initialize(Seed.of(1), DataType.FLOAT))
            .withProgress(
                (task, done, total) -> {
                  throw new CancellationException();
                });
    long start = settledBytes();
    assertThatThrownBy(() -> cancelled.gram(x)).isInstanceOf(CancellationException.class);
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(start);
  }

  @Test
  void progressGrowsToItsTotalAlsoWithPanels() {
    Network network = wide(3);
    INDArray x = inputs(DataType.DOUBLE, 720);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(1)));
    long budget = Long.MAX_VALUE;
    int panels = 0;
    for (long less = ntk.plan(x).peakBytes(); panels == 0; less -= less >> 6) {
      GramPlan plan = ntk.withMemoryBudget(budget).plan(x);
      assertThat(plan.fits()).isTrue();
      panels += plan.panelSamples() < x.size(0) ? 1 : 0;
      AtomicLong last = new AtomicLong();
      AtomicLong whole = new AtomicLong();
      EmpiricalNtk told =
          ntk.withMemoryBudget(budget)
              .withProgress(
                  (task, done, total) -> {
                    assertThat(done).isBetween(last.get(), total);
                    last.set(done);
                    whole.set(total);
                  });
      told.gram(x).close();
      assertThat(last.get()).isEqualTo(whole.get()).isPositive();
      budget = less;
    }
  }

  /** The planned bytes against the counter of the backend, looked at by another thread. */
  @Test
  void plannedBytesAreThosePaid() throws InterruptedException {
    Network network = network(4);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = inputs(DataType.DOUBLE, 900);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    GramPlan plan = ntk.plan(x);
    long before = settledBytes();
    AtomicLong peak = new AtomicLong();
    EmpiricalNtk watched =
        ntk.withProgress(
            (task, done, total) ->
                peak.accumulateAndGet(Backend.tensorBytes() - before, Math::max));
    watched.gram(x).close();
    assertThat((double) peak.get() / plan.offHeapBytes()).isBetween(0.8, 1.01);
  }

  private static Network narrow(int k) {
    return Network.of(
        Shape.of(6), Dense.of("a", 6, 5), Elementwise.of(Activations.TANH), Dense.of("b", 5, k));
  }

  /** Several tiles of the file, stopped again and again, each time with another budget. */
  @ParameterizedTest
  @CsvSource({"FLOAT, 4200, 1", "FLOAT, 450, 10"})
  void aFileHoldsTheSameBitsAlsoAfterInterruptions(
      DataType type, int n, int k, @TempDir Path folder) throws IOException {
    Network network = narrow(k);
    INDArray x = inputs(type, n);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(1), type));
    Path file = folder.resolve("gram.npy");
    int[] whole = {0};
    ntk.withProgress((task, done, total) -> whole[0]++).gramToFile(x, file);
    try (INDArray read = Npy.read(file);
        GramMatrix gram = ntk.gram(x)) {
      assertThat(Tensors.toDoubles(read)).isEqualTo(Tensors.toDoubles(gram.matrix()));
    }
    long all = ntk.planFile(x, file).peakBytes();
    Path second = folder.resolve("second.npy");
    int stops = 0;
    int last = 0;
    for (boolean complete = false; !complete; stops++) {
      int[] calls = {0};
      int most = whole[0] / 2 + stops * whole[0] / 10;
      EmpiricalNtk bounded = ntk.withMemoryBudget(stops % 2 == 0 ? all : all - all / 100);
      EmpiricalNtk chosen = bounded.planFile(x, second).fits() ? bounded : ntk;
      try {
        chosen
            .withProgress(
                (task, done, total) -> {
                  if (task.startsWith("NTK") && ++calls[0] == most) {
                    throw new CancellationException();
                  }
                  assertThat(done).isLessThanOrEqualTo(total);
                })
            .gramToFile(x, second);
        complete = true;
        last = calls[0];
      } catch (CancellationException e) {
        assertThat(Files.exists(SymmetricNpyFile.manifest(second))).isTrue();
      }
    }
    // Finished tiles were kept: the last run had less to do.
    assertThat(stops).isBetween(2, 5);
    assertThat(last).isLessThan(whole[0]);
    assertThat(Files.mismatch(second, file)).isEqualTo(-1);
  }

  @Test
  void aFileOfAnotherNetworkIsRefused(@TempDir Path folder) throws IOException {
    INDArray x = inputs(DataType.DOUBLE, 70);
    Network one = narrow(1);
    INDArray theta = one.initialize(Seed.of(1));
    Path file = folder.resolve("gram.npy");
    EmpiricalNtk.of(one, theta).gramToFile(x, file);
    // The same text, parameters and outputs, but another factor of a bias that is zero.
    Network[] biased = new Network[2];
    for (int i = 0; i < 2; i++) {
      biased[i] =
          Network.of(
              Shape.of(6),
              Dense.of("a", 6, 5).withBias(0.1 + i),
              Elementwise.of(Activations.TANH),
              Dense.of("b", 5, 1));
    }
    double[] values = new double[(int) biased[0].parameterCount()];
    Arrays.fill(values, 0.5);
    Arrays.fill(values, 30, 35, 0);
    INDArray zeroBias = Tensors.of(values, values.length);
    Path second = folder.resolve("second.npy");
    EmpiricalNtk.of(biased[0], zeroBias).gramToFile(x, second);
    EmpiricalNtk.of(biased[0], zeroBias).gramToFile(x, second);
    EmpiricalNtk[] others = {
      EmpiricalNtk.of(one, one.initialize(Seed.of(2))), EmpiricalNtk.of(biased[1], zeroBias)
    };
    Path[] files = {file, second};
    for (int i = 0; i < 2; i++) {
      EmpiricalNtk other = others[i];
      Path taken = files[i];
      assertThatThrownBy(() -> other.gramToFile(x, taken))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> others[0].gramToFile(x, folder.resolve("none").resolve("g.npy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("existing folder");
  }

  @Test
  void manyOutputsArePlannedInASmallCalibration(@TempDir Path folder) throws IOException {
    Network network = narrow(700);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(1)));
    INDArray x = inputs(DataType.DOUBLE, 90);
    // 63,000 rows: more than an array in memory can have, but a plan for a file.
    GramPlan plan = ntk.planFile(x, folder.resolve("gram.npy"));
    assertThat(plan.fileBytes()).isEqualTo(63_000L * 63_000 * 8 + 128);
    assertThat(plan.fits())
        .as("the disk has room for 32 GB")
        .isEqualTo(Files.getFileStore(folder).getUsableSpace() >= plan.fileBytes());
    assertThat(plan.peakBytes()).isLessThan(500L << 20);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  /** The distance from the exact network is one also where inner products are subnormal. */
  @Test
  void theDistanceCoversUnderflow() {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 2), Dense.of("b", 2, 1));
    for (double s : new double[] {1, 1e-19, 1e-20, 3e-21, 1e-21}) {
      double[] v = {1, -0.5, 0.3, 0.8, 0.01 / s, -0.02 / s};
      double[] inputs = new double[12];
      for (int i = 0; i < 12; i++) {
        inputs[i] = s * Math.sin(1 + i);
      }
      INDArray theta = Tensors.of(DataType.FLOAT, v, 6);
      INDArray x = Tensors.of(DataType.FLOAT, inputs, 6, 2);
      INDArray wide = Tensors.convert(theta, DataType.DOUBLE);
      INDArray wideX = Tensors.convert(x, DataType.DOUBLE);
      EnclosedGram enclosed = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
      try (GramMatrix single = EmpiricalNtk.of(network, theta).gram(x)) {
        double[] exact = values(EmpiricalNtk.of(network, wide).gram(wideX));
        double[] got = Tensors.toDoubles(single.matrix());
        double largest = 0;
        for (int e = 0; e < got.length; e++) {
          largest = Math.max(largest, Math.abs(got[e] - exact[e]));
        }
        Interval distance = single.distanceToExactNetwork(enclosed).interval();
        // No entry differs by more than the norm, nor the norm by more than 6 times an entry.
        assertThat(distance.hi()).as("s = " + s).isGreaterThan(largest);
        assertThat(distance.lo()).as("s = " + s).isLessThan(6.01 * largest);
      }
    }
  }

  @Test
  void plansAreForTheLayerwiseWay() {
    Network network = network(1);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(1)));
    INDArray x = inputs(DataType.DOUBLE, 5);
    assertThatThrownBy(() -> ntk.withMethod(Method.JACOBIAN).plan(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("layerwise");
    assertThatThrownBy(() -> ntk.withMemoryBudget(0)).hasMessageContaining("> 0");
    GramPlan trace = ntk.planTrace(x);
    assertThat(trace.fits()).isTrue();
    assertThat(trace.summary()).contains("trace kernel in memory of 5 samples");
    // Forward, adjoint without the first layer, and half of the kernel with the biases as inputs.
    int forward = 2 * (6 * 24 + 24 * 24 + 24);
    int adjoint = 2 * (24 * 24 + 24);
    int kernel = 5 * 6 * ((7 + 24) + (25 + 24) + 24);
    assertThat(ntk.plan(x).flops()).isEqualTo(5 * (forward + adjoint) + kernel);
  }
}
