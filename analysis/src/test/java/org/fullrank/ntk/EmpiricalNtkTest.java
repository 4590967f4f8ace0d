package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.ntk.EmpiricalNtk.Method;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class EmpiricalNtkTest {
  /** Three orders of summing the same products, relative to the largest entry. */
  private static final double ROUTES = 1e-12;

  /**
   * Central differences with step 1e-5 err by about 1e-10 + 1e-11, times the condition of J J^T.
   */
  private static final double DIFFERENCES = 1e-7;

  private static double distance(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    double max = 0;
    double scale = 0;
    for (int i = 0; i < a.length; i++) {
      max = Math.max(max, Math.abs(a[i] - b[i]));
      scale = Math.max(scale, Math.abs(b[i]));
    }
    return max / scale;
  }

  private static double[] finiteDifferenceJacobian(Network network, INDArray theta, INDArray x) {
    double h = 1e-5;
    double[] t = Tensors.toDoubles(theta);
    int p = t.length;
    int rows = (int) (x.size(0) * network.outputs());
    double[] j = new double[rows * p];
    for (int q = 0; q < p; q++) {
      double keep = t[q];
      t[q] = keep + h;
      double[] up = Tensors.toDoubles(network.forward(Tensors.of(t, p), x));
      t[q] = keep - h;
      double[] down = Tensors.toDoubles(network.forward(Tensors.of(t, p), x));
      t[q] = keep;
      for (int r = 0; r < rows; r++) {
        j[r * p + q] = (up[r] - down[r]) / (2 * h);
      }
    }
    return j;
  }

  private static double[] gramOf(double[] j, int rows) {
    int p = j.length / rows;
    double[] k = new double[rows * rows];
    for (int r = 0; r < rows; r++) {
      for (int s = 0; s < rows; s++) {
        for (int q = 0; q < p; q++) {
          k[r * rows + s] += j[r * p + q] * j[s * p + q];
        }
      }
    }
    return k;
  }

  @ParameterizedTest
  @CsvSource({
    "false, 1, false, NTK", "false, 1, true, STANDARD", "false, 3, true, NTK",
    "false, 3, false, STANDARD", "false, 10, true, NTK", "true, 1, true, NTK",
    "true, 1, false, STANDARD", "true, 3, false, NTK", "true, 3, true, STANDARD",
    "true, 10, true, NTK", "true, 10, false, STANDARD", "false, 10, false, STANDARD"
  })
  void routesAgreeWithEachOtherAndWithFiniteDifferences(
      boolean residual, int k, boolean bias, Parameterization parameterization) {
    Network network = RandomNetworks.network(residual, k, bias, parameterization, Activations.TANH);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = RandomNetworks.inputs("x", 6);
    INDArray x2 = RandomNetworks.inputs("x2", 4);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    double[] layerwise = Tensors.toDoubles(ntk.gram(x).matrix());
    double[] cross = Tensors.toDoubles(ntk.cross(x2, x));
    for (Method method : new Method[] {Method.JACOBIAN, Method.OPERATOR}) {
      EmpiricalNtk other = ntk.withMethod(method);
      assertThat(distance(Tensors.toDoubles(other.gram(x).matrix()), layerwise)).isLessThan(ROUTES);
      assertThat(distance(Tensors.toDoubles(other.cross(x2, x)), cross)).isLessThan(ROUTES);
    }
    double[] fd = finiteDifferenceJacobian(network, theta, x);
    assertThat(distance(layerwise, gramOf(fd, 6 * k))).isLessThan(DIFFERENCES);
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void derivedKernelsFollowFromTheGram(int k) {
    Network network = RandomNetworks.tanh(true, k);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(2)));
    int n = 5;
    INDArray x = RandomNetworks.inputs("x", n);
    GramMatrix gram = ntk.gram(x);
    double[] diagonal = Tensors.toDoubles(ntk.diagonal(x));
    GramMatrix trace = ntk.traceKernel(x);
    assertThat(trace.outputs()).isEqualTo(1);
    double scale = 0;
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < k; c++) {
        scale = Math.max(scale, gram.entry(i, c, i, c));
      }
    }
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < k; c++) {
        assertThat(Math.abs(diagonal[i * k + c] - gram.entry(i, c, i, c)))
            .isLessThan(ROUTES * scale);
      }
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int c = 0; c < k; c++) {
          sum += gram.entry(i, c, j, c);
        }
        assertThat(Math.abs(trace.entry(i, 0, j, 0) - sum)).isLessThan(ROUTES * k * scale);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"LAYERWISE", "JACOBIAN"})
  void partsSumToTheGram(Method method) {
    Network network = RandomNetworks.tanh(true, 3);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(3))).withMethod(method);
    INDArray x = RandomNetworks.inputs("x", 5);
    double[] gram = Tensors.toDoubles(ntk.gram(x).matrix());
    Map<String, GramMatrix> slots = ntk.perSlot(x);
    assertThat(slots.keySet())
        .containsExactlyElementsOf(network.slots().stream().map(s -> s.name()).toList());
    Map<String, GramMatrix> layers = ntk.perLayer(x);
    assertThat(layers.keySet()).containsExactly("in", "r0.1", "r0.2", "r1.1", "r1.2", "out");
    assertThat(distance(sum(slots), gram)).isLessThan(ROUTES);
    assertThat(distance(sum(layers), gram)).isLessThan(ROUTES);
  }

  private static double[] sum(Map<String, GramMatrix> parts) {
    double[] out = null;
    for (GramMatrix part : parts.values()) {
      double[] v = Tensors.toDoubles(part.matrix());
      if (out == null) {
        out = v;
      } else {
        for (int i = 0; i < v.length; i++) {
          out[i] += v[i];
        }
      }
    }
    return java.util.Objects.requireNonNull(out);
  }

  @Test
  void operatorIsTheGram() {
    Network network = RandomNetworks.tanh(false, 3);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, network.initialize(Seed.of(4)));
    INDArray x = RandomNetworks.inputs("x", 5);
    try (NtkOperator operator = ntk.operator(x)) {
      assertThat(operator.size()).isEqualTo(15);
      assertThat(
              distance(
                  Tensors.toDoubles(operator.toMatrix()), Tensors.toDoubles(ntk.gram(x).matrix())))
          .isLessThan(ROUTES);
    }
  }

  @Test
  void gramIsSymmetricToTheBitAndLayoutsDoNotMatter() {
    Network network = RandomNetworks.tanh(true, 3);
    INDArray theta = network.initialize(Seed.of(6));
    INDArray x = RandomNetworks.inputs("x", 6);
    INDArray fortran = x.dup('f');
    INDArray wide = Tensors.zeros(DataType.DOUBLE, 6, 8);
    wide.get(
            org.nd4j.linalg.indexing.NDArrayIndex.all(),
            org.nd4j.linalg.indexing.NDArrayIndex.interval(2, 6))
        .assign(x);
    INDArray view =
        wide.get(
            org.nd4j.linalg.indexing.NDArrayIndex.all(),
            org.nd4j.linalg.indexing.NDArrayIndex.interval(2, 6));
    double[] expected = Tensors.toDoubles(EmpiricalNtk.of(network, theta).gram(x).matrix());
    for (INDArray same : new INDArray[] {fortran, view}) {
      assertThat(Tensors.toDoubles(EmpiricalNtk.of(network, theta).gram(same).matrix()))
          .containsExactly(expected);
    }
    for (int r = 0; r < 18; r++) {
      for (int s = 0; s < r; s++) {
        assertThat(expected[r * 18 + s]).isEqualTo(expected[s * 18 + r]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"LAYERWISE, false", "JACOBIAN, false", "LAYERWISE, true", "JACOBIAN, true"})
  void singlePrecisionLiesWithinItsOwnReportedBound(Method method, boolean residual) {
    Network network = RandomNetworks.tanh(residual, 3);
    INDArray theta32 = network.initialize(Seed.of(7), DataType.FLOAT);
    INDArray x32 = Tensors.convert(RandomNetworks.inputs("x", 6), DataType.FLOAT);
    GramMatrix g32 = EmpiricalNtk.of(network, theta32).withMethod(method).gram(x32);
    INDArray theta = Tensors.convert(theta32, DataType.DOUBLE);
    INDArray x = Tensors.convert(x32, DataType.DOUBLE);
    GramMatrix g64 = EmpiricalNtk.of(network, theta).gram(x);
    EnclosedGram exact = NetworkEnclosure.of(network, theta32).at(x32).jacobian().gram();
    Quantity distance = g32.distanceToExactNetwork(exact);
    double bound32 = distance.interval().hi();
    double bound64 = g64.distanceToExactNetwork(exact).interval().hi();
    assertThat(distance.isProof()).isTrue();
    double[] a = Tensors.toDoubles(g32.matrix());
    double[] b = Tensors.toDoubles(g64.matrix());
    double squares = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    // The spectral norm of the difference of both is within the sum of their distances, and at
    // least this; the Frobenius norm can exceed it by no more than the square root of the order.
    double spectral = Math.sqrt(squares / g32.size());
    assertThat(spectral).isGreaterThan(0).isLessThan(bound32 + bound64);
    assertThat(distance.interval().lo()).isLessThan(Math.sqrt(squares) + bound64);
    assertThat(bound32).isLessThan(1e-6 * Math.sqrt(norm));
    assertThat(bound64).isLessThan(1e-12 * Math.sqrt(norm));
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, 1", "DOUBLE, 3", "FLOAT, 3"})
  void everyCallGivesItsTensorsBack(DataType type, int k) throws InterruptedException {
    Network network = RandomNetworks.tanh(true, k);
    try (INDArray theta = network.initialize(Seed.of(8), type);
        INDArray x = Tensors.convert(RandomNetworks.inputs("x", 20), type)) {
      for (Method method : Method.values()) {
        EmpiricalNtk ntk = EmpiricalNtk.of(network, theta).withMethod(method);
        long before = settledBytes();
        ntk.gram(x).close();
        ntk.cross(x, x).close();
        ntk.diagonal(x).close();
        ntk.traceKernel(x).close();
        ntk.perSlot(x).values().forEach(GramMatrix::close);
        ntk.perLayer(x).values().forEach(GramMatrix::close);
        ntk.operator(x).close();
        network.features(theta, x).close();
        network.forward(theta, x).close();
        // Garbage of other test classes may still go in between; a leak would only add.
        assertThat(Backend.tensorBytes()).as(method.name()).isLessThanOrEqualTo(before);
      }
    }
  }

  /** Tensor bytes once the garbage of other tests is gone: the same four times in a row. */
  private static long settledBytes() throws InterruptedException {
    long last = -1;
    int equal = 0;
    for (int t = 0; t < 50 && equal < 4; t++) {
      equal = last == Backend.tensorBytes() ? equal + 1 : 0;
      last = Backend.tensorBytes();
      System.gc();
      Thread.sleep(50);
    }
    return last;
  }

  @Test
  void layerwiseNeverHoldsTheJacobian() throws InterruptedException {
    // p = 66,000 against n = 200: the Jacobian alone would take 200 p doubles.
    int n = 200;
    Network network =
        Network.of(
            Shape.of(RandomNetworks.INPUT),
            Dense.of("a", RandomNetworks.INPUT, 256),
            Elementwise.of(Activations.TANH),
            Dense.of("b", 256, 256),
            Elementwise.of(Activations.TANH),
            Dense.of("c", 256, 1));
    INDArray theta = network.initialize(Seed.of(8));
    INDArray x = RandomNetworks.inputs("x", n);
    long before = Backend.tensorBytes();
    AtomicLong peak = new AtomicLong();
    Thread sampler =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                peak.accumulateAndGet(Backend.tensorBytes(), Math::max);
              }
            });
    sampler.setDaemon(true);
    sampler.start();
    for (int r = 0; r < 5; r++) {
      EmpiricalNtk.of(network, theta).gram(x).close();
    }
    sampler.interrupt();
    sampler.join();
    long used = peak.get() - before;
    long jacobian = n * network.parameterCount() * Double.BYTES;
    // At least the activations were seen, so the sampler worked.
    assertThat(used).isGreaterThan(n * 256L * Double.BYTES).isLessThan(jacobian / 10);
  }

  @Test
  void overflowIsRefusedNotReturned() {
    Network network =
        RandomNetworks.network(false, 1, false, Parameterization.NTK, Activations.IDENTITY);
    INDArray theta = Tensors.scaled(network.initialize(Seed.of(9), DataType.FLOAT), 1e25);
    INDArray x = Tensors.convert(RandomNetworks.inputs("x", 3), DataType.FLOAT);
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    assertThatThrownBy(() -> network.forward(theta, x)).hasMessageContaining("network output");
    assertThatThrownBy(() -> ntk.gram(x)).hasMessageContaining("computed Gram");
    assertThatThrownBy(() -> ntk.cross(x, x)).hasMessageContaining("computed Gram");
    assertThatThrownBy(() -> ntk.diagonal(x)).hasMessageContaining("computed diagonal");
  }

  @Test
  void badInputsSayExpectedAndGot() {
    Network network = RandomNetworks.tanh(false, 2);
    INDArray theta = network.initialize(Seed.of(9));
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    assertThatThrownBy(() -> ntk.gram(Tensors.zeros(DataType.DOUBLE, 3, 5)))
        .hasMessageContaining("expects shape [any, 4]")
        .hasMessageContaining("[3, 5]");
    assertThatThrownBy(() -> ntk.gram(Tensors.zeros(DataType.FLOAT, 3, 4)))
        .hasMessageContaining("expects data type FLOAT but got DOUBLE");
    assertThatThrownBy(() -> EmpiricalNtk.of(network, Tensors.zeros(DataType.DOUBLE, 3)))
        .hasMessageContaining("theta expects shape");
  }
}
