package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk.Method;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks at the edges of what can be built, every derived quantity against one finite-difference
 * Jacobian of {@code forward} alone.
 */
class EdgeNetworksTest {
  private static final double STEP = 1e-5;

  /** Central differences err by h^2 + u / h, times the condition of a product of order 1. */
  private static final double DIFFERENCES = 1e-7;

  record Case(String name, Network network, int n) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static FixedLinear fixed(String name, int in, int out) {
    double[] v = new SplittableRandom(in * 31L + out).doubles((long) in * out, -1, 1).toArray();
    return FixedLinear.of(name, Tensors.of(v, out, in));
  }

  private static Elementwise act() {
    return Elementwise.of(Activations.TANH);
  }

  static List<Case> cases() {
    Residual inner =
        Residual.of(-0.7, Dense.of("in1", 4, 3).withBias(0.3), act(), Dense.of("in2", 3, 5))
            .withShortcut(Dense.of("ins", 4, 5).withBias(0.2).withLayout(Layout.OUT_IN));
    Residual outer =
        Residual.of(0.5, inner, act(), Dense.of("o", 5, 4)).withShortcut(fixed("f", 4, 4));
    Residual deepShortcut =
        Residual.of(1.5, Dense.of("b", 4, 3).withParameterization(Parameterization.STANDARD))
            .withShortcut(
                Sequential.of(
                    Dense.of("s1", 4, 2).withBias(1),
                    act(),
                    Residual.of(2, Dense.of("s2", 2, 2)),
                    Dense.of("s3", 2, 3)));
    return List.of(
        new Case(
            "residual in residual, both with shortcuts",
            Network.of(Shape.of(4), outer, act(), Dense.of("out", 4, 2).withBias(0.1)),
            3),
        new Case("residual in shortcut", Network.of(Shape.of(4), deepShortcut), 4),
        new Case("residual alone, last", Network.of(Shape.of(4), inner), 2),
        new Case("width, n, k, p = 1", Network.of(Shape.of(1), Dense.of("a", 1, 1)), 1),
        new Case(
            "width 1 with bias",
            Network.of(
                Shape.of(1),
                Dense.of("a", 1, 1).withBias(0.5),
                act(),
                Residual.of(1, Dense.of("b", 1, 1).withBias(1)),
                Dense.of("c", 1, 1)),
            3),
        new Case(
            "n = 1, k = 3", Network.of(Shape.of(2), Dense.of("a", 2, 5), act(), dense(5, 3)), 1),
        new Case(
            "k = 1 in a narrow waist",
            Network.of(Shape.of(3), Dense.of("a", 3, 1), act(), dense(1, 4)),
            5),
        new Case(
            "images, one trained tensor",
            Network.of(Shape.of(2, 3), Flatten.of(), fixed("f", 6, 4), act(), dense(4, 2)),
            3),
        new Case(
            "trained below, fixed above",
            Network.of(Shape.of(3), dense(3, 4), act(), fixed("f", 4, 2)),
            3),
        new Case(
            "coupled samples",
            Network.of(
                Shape.of(3),
                Dense.of("a", 3, 4).withBias(0.5),
                new BatchCentering("c", 4),
                act(),
                dense(4, 2)),
            4),
        new Case(
            "coupled samples in a residual branch",
            Network.of(
                Shape.of(3),
                Residual.of(0.8, dense(3, 3), new BatchCentering("c", 3), act()),
                Dense.of("out", 3, 3).withLayout(Layout.OUT_IN)),
            3),
        new Case(
            "coupled, last", Network.of(Shape.of(2), dense(2, 2), new BatchCentering("c", 2)), 3));
  }

  private static Dense dense(int in, int out) {
    return Dense.of("dense", in, out).withBias(0.4);
  }

  private static INDArray x(Case c, long seed, int n) {
    long[] shape = c.network.inputShape().after(n);
    return Tensors.of(random(Tensors.length(shape), seed), shape);
  }

  private static double[] random(int count, long seed) {
    return new SplittableRandom(seed).doubles(count, -1.5, 1.5).toArray();
  }

  private static double[][] differences(Network network, double[] t, INDArray x) {
    double[][] columns = new double[t.length][];
    for (int q = 0; q < t.length; q++) {
      double[] up = t.clone();
      double[] down = t.clone();
      up[q] += STEP;
      down[q] -= STEP;
      double[] a = Tensors.toDoubles(network.forward(Tensors.of(up, t.length), x));
      double[] b = Tensors.toDoubles(network.forward(Tensors.of(down, t.length), x));
      columns[q] = new double[a.length];
      for (int r = 0; r < a.length; r++) {
        columns[q][r] = (a[r] - b[r]) / (2 * STEP);
      }
    }
    return columns;
  }

  private static double[] gram(double[][] a, double[][] b, int from, int to) {
    int rows = a[0].length;
    int width = b[0].length;
    double[] k = new double[rows * width];
    for (int q = from; q < to; q++) {
      for (int e = 0; e < k.length; e++) {
        k[e] += a[q][e / width] * b[q][e % width];
      }
    }
    return k;
  }

  private static void close(String what, INDArray got, double[] expected) {
    double[] v = Tensors.toDoubles(got);
    assertThat(v).as(what).hasSameSizeAs(expected);
    double scale = 1;
    for (double e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < v.length; i++) {
      assertThat(Math.abs(v[i] - expected[i]))
          .as("%s at %d: %s, %s", what, i, v[i], expected[i])
          .isLessThan(DIFFERENCES * scale);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyQuantityFollowsFromForward(Case c) {
    Network network = c.network;
    INDArray theta = network.initialize(Seed.of(3));
    double[] t = Tensors.toDoubles(theta);
    INDArray x = x(c, 1, c.n);
    INDArray x2 = x(c, 2, c.n + 1);
    double[][] j = differences(network, t, x);
    double[][] j2 = differences(network, t, x2);
    int rows = j[0].length;
    checkJacobian(network, theta, x, j);
    double[] expected = gram(j, j, 0, t.length);
    double[] diagonal = new double[rows];
    for (int r = 0; r < rows; r++) {
      diagonal[r] = expected[r * rows + r];
    }
    for (Method method : Method.values()) {
      EmpiricalNtk ntk = EmpiricalNtk.of(network, theta).withMethod(method);
      close("gram", ntk.gram(x).matrix(), expected);
      close("cross", ntk.cross(x2, x), gram(j2, j, 0, t.length));
      close("diagonal", ntk.diagonal(x), diagonal);
      Map<String, GramMatrix> parts = ntk.perSlot(x);
      assertThat(parts).hasSameSizeAs(network.slots());
      for (Slot s : network.slots()) {
        int from = (int) s.offset();
        GramMatrix part = Objects.requireNonNull(parts.get(s.name()));
        close(s.name(), part.matrix(), gram(j, j, from, from + (int) s.size()));
      }
      checkTrace(network, ntk, x, expected);
    }
    try (NtkOperator operator = EmpiricalNtk.of(network, theta).operator(x)) {
      close("operator", operator.toMatrix(), expected);
    }
  }

  private static void checkTrace(Network network, EmpiricalNtk ntk, INDArray x, double[] gram) {
    if (network.traits().couplesSamples()) {
      assertThatThrownBy(() -> ntk.traceKernel(x)).isInstanceOf(IllegalStateException.class);
      return;
    }
    int n = (int) x.size(0);
    int k = (int) network.outputs();
    double[] trace = new double[n * n];
    for (int e = 0; e < trace.length; e++) {
      for (int o = 0; o < k; o++) {
        trace[e] += gram[(e / n * k + o) * n * k + e % n * k + o];
      }
    }
    close("trace", ntk.traceKernel(x).matrix(), trace);
  }

  private static void checkJacobian(Network network, INDArray theta, INDArray x, double[][] j) {
    int p = j.length;
    int rows = j[0].length;
    double[] byRow = new double[rows * p];
    for (int e = 0; e < byRow.length; e++) {
      byRow[e] = j[e % p][e / p];
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      close("toMatrix", jacobian.toMatrix(), byRow);
      int k = (int) network.outputs();
      for (int i = 0; i < x.size(0); i++) {
        double[] own = java.util.Arrays.copyOfRange(byRow, i * k * p, (i + 1) * k * p);
        close("rows", jacobian.rows(i, i + 1), own);
      }
      double[] v = random(p * 2, 5);
      double[] u = random(rows * 2, 6);
      double[] jv = new double[rows * 2];
      double[] ju = new double[p * 2];
      for (int e = 0; e < byRow.length; e++) {
        for (int m = 0; m < 2; m++) {
          jv[e / p * 2 + m] += byRow[e] * v[e % p * 2 + m];
          ju[e % p * 2 + m] += byRow[e] * u[e / p * 2 + m];
        }
      }
      close("apply", jacobian.apply(Tensors.of(v, p, 2)), jv);
      close("applyTranspose", jacobian.applyTranspose(Tensors.of(u, rows, 2)), ju);
      if (network.traits().couplesSamples()) {
        assertThatThrownBy(jacobian::inputJacobian).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void coupledSamplesHaveNoEnclosure() {
    List<Case> coupled = cases().stream().filter(c -> c.network.traits().couplesSamples()).toList();
    assertThat(coupled).hasSize(3);
    for (Case c : coupled) {
      assertThat(NetworkEnclosure.obstacle(c.network)).as("%s", c.network).isPresent();
    }
  }

  @Test
  void threadsMayShareANetworkAndItsParameters() {
    Case c = cases().get(0);
    INDArray theta = c.network.initialize(Seed.of(3));
    INDArray x = x(c, 1, 40);
    EmpiricalNtk ntk = EmpiricalNtk.of(c.network, theta);
    double[] expected = Tensors.toDoubles(ntk.gram(x).matrix());
    IntStream.range(0, 4)
        .mapToObj(
            t ->
                java.util.concurrent.CompletableFuture.runAsync(
                    () -> {
                      for (int r = 0; r < 20; r++) {
                        try (GramMatrix g = ntk.gram(x)) {
                          assertThat(Tensors.toDoubles(g.matrix())).containsExactly(expected);
                        }
                      }
                    },
                    command -> new Thread(command).start()))
        .toList()
        .forEach(java.util.concurrent.CompletableFuture::join);
  }
}
