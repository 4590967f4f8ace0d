package org.fullrank.surrogate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Random;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The transform against the forward passes of both networks and against decimal arithmetic. */
class ReluTransformTest {
  /** What the construction promises in double precision for factors up to about 1e5. */
  private static final double EQUAL = 1e-10;

  private static final int TIMES = 4;

  @Test
  void sampledNetworksAreEqualOnTheDataAllThroughTraining() {
    sweep(6, 1);
  }

  @Test
  @Tag("exhaustive")
  void networksAreEqualOnTheDataAllThroughTraining() {
    sweep(60, 100);
  }

  private static void sweep(int cases, long firstSeed) {
    long tests = 0;
    long equalElsewhere = 0;
    long beyond = 0;
    double worst = 0;
    for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
      Random random = new Random(seed);
      Network network = network(random, seed, 1 + (int) (seed % 3));
      int d = (int) network.inputShape().size(0);
      INDArray x = gaussian(random, 6, d);
      INDArray y = gaussian(random, 6, (int) network.outputs());
      INDArray elsewhere = gaussian(random, 50, d);
      try (TrainingRun run =
          TrainingRun.start(
              TrainingProblem.of(network, network.initialize(Seed.of(seed)), x, y),
              GradientDescent.withStepSize(0.02),
              Recording.every(1000))) {
        for (int time = 0; time < TIMES; time++) {
          INDArray theta = run.theta();
          EquivalentRelu relu = ReluTransform.withDefaults().apply(network, theta, x);
          assertThat(relu.verdict()).as(relu.toString()).isEqualTo(Verdict.HOLDS);
          assertThat(relu.onData().beyond()).isZero();
          assertThat(relu.onData().changedPatterns()).isZero();
          checkForm(network, relu);
          double seen = difference(network, theta, relu, x);
          assertThat(seen).isLessThanOrEqualTo(EQUAL);
          assertThat(relu.onData().computedDifference()).isEqualTo(seen);
          assertThat(relu.onData().difference().isProof()).isTrue();
          assertThat(relu.onData().difference().interval().hi()).isLessThanOrEqualTo(EQUAL);
          worst = Math.max(worst, seen);
          Agreement off = relu.on(elsewhere);
          tests += off.points();
          equalElsewhere += off.provedEqual();
          beyond += off.beyond();
          if (off.provedEqual() == off.points()) {
            assertThat(off.computedDifference()).isLessThanOrEqualTo(EQUAL);
            assertThat(off.beyond()).isZero();
          }
          run.advance(20);
        }
      }
    }
    System.out.printf(
        "relu transform: worst difference on data %.3g; elsewhere %d of %d inputs proved equal,"
            + " |w| > M |t| for %d units%n",
        worst, equalElsewhere, tests, beyond);
    // Elsewhere both happen.
    assertThat(equalElsewhere).isBetween(1L, tests - 1);
    assertThat(beyond).isPositive();
  }

  private static Network network(Random random, long seed, int depth) {
    int d = 2 + random.nextInt(4);
    Dense[] layers = new Dense[depth];
    int in = d;
    for (int l = 0; l < depth; l++) {
      int width = 3 + random.nextInt(12);
      layers[l] = Dense.of("l" + l, in, width).withSigmaW(1.4);
      if (l % 2 == 1) {
        layers[l] = layers[l].withLayout(Layout.OUT_IN);
      }
      in = width;
    }
    Dense readout = Dense.of("v", in, 1 + random.nextInt(3));
    return Network.of(
        Shape.of(d),
        SurrogateRelu.of("s", Seed.of(seed), layers),
        random.nextBoolean() ? readout.withLayout(Layout.OUT_IN) : readout.withBias(0.5));
  }

  /** Dense and ReLU in turn, of exactly twice the hidden widths; factors are powers of two. */
  private static void checkForm(Network network, EquivalentRelu relu) {
    List<Dense> hidden = ((SurrogateRelu) network.layers().get(0)).layers();
    List<Layer> layers = relu.network().layers();
    assertThat(layers).hasSize(2 * hidden.size() + 1);
    for (int l = 0; l < hidden.size(); l++) {
      assertThat(((Dense) layers.get(2 * l)).out()).isEqualTo(2 * hidden.get(l).out());
      assertThat(((Elementwise) layers.get(2 * l + 1)).activation()).isEqualTo(Activations.RELU);
      for (double m : relu.factors(l)) {
        assertThat(m).isEqualTo(Math.scalb(1.0, Math.getExponent(m)));
      }
    }
    assertThat(layers.get(layers.size() - 1)).isInstanceOf(Dense.class);
    assertThat(relu.theta().length()).isEqualTo(relu.network().parameterCount());
  }

  private static double difference(
      Network network, INDArray theta, EquivalentRelu relu, INDArray x) {
    double[] f = Tensors.toDoubles(network.forward(theta, x));
    double[] g = Tensors.toDoubles(relu.network().forward(relu.theta(), x));
    double worst = 0;
    for (int i = 0; i < f.length; i++) {
      worst = Math.max(worst, Math.abs(f[i] - g[i]));
    }
    return worst;
  }

  /** One hidden layer by hand; off the data the lemma fails where it should. */
  @Test
  void oneUnitByHand() {
    // t = x_1, w = x_2; data (1, 3): M >= 3 * 1.01, so M = 4.
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 1).withScales(1, 0))
            .withGates(Tensors.of(new double[] {1, 0}, 2));
    Network network = Network.of(Shape.of(2), hidden, Dense.of("v", 1, 1).withScales(1, 0));
    INDArray theta = Tensors.of(new double[] {0, 1, 1}, 3);
    INDArray x = Tensors.of(new double[] {1, 3}, 1, 2);
    EquivalentRelu relu = ReluTransform.withDefaults().apply(network, theta, x);
    assertThat(relu.factors(0)).containsExactly(4.0);
    assertThat(Tensors.toDoubles(relu.theta())).containsExactly(4, 1, 1, 0, 1, -4);
    INDArray tests =
        Tensors.of(
            new double[] {1, 3.9, 1, -3.9, -1, 3.9, 1, -5, -1, 5, 0.5, 1, 0, 2, 0, -2}, 8, 2);
    double[] g = Tensors.toDoubles(relu.network().forward(relu.theta(), tests));
    // relu(w + 4 t) - 4 relu(t)
    assertThat(g).containsExactly(new double[] {3.9, -3.9, 0, -4, 1, 1, 2, 0}, within(1e-15));
    Agreement off = relu.on(tests);
    assertThat(off.points()).isEqualTo(8);
    assertThat(off.provedEqual()).isEqualTo(4);
    assertThat(off.beyond()).isEqualTo(4);
    // (1, -5): -5 + 4 < 0 though open; (-1, 5): 5 - 4 > 0 though closed. That (0, 2) is closed is
    // beyond an enclosure of t = 0.
    assertThat(off.changedPatterns()).isEqualTo(2);
    assertThat(off.difference().interval().contains(2)).isTrue();
    assertThat(off.computedDifference()).isEqualTo(2);
  }

  /** The stored network against decimal arithmetic: the enclosed difference is the true one. */
  @Test
  void enclosedDifferenceContainsTheTrueOne() {
    Random random = new Random(5);
    for (int trial = 0; trial < 5; trial++) {
      int d = 3;
      int m = 5;
      SurrogateRelu hidden =
          SurrogateRelu.of("s", Seed.of(trial), Dense.of("a", d, m).withScales(1, 0));
      Network network = Network.of(Shape.of(d), hidden, Dense.of("v", m, 1).withScales(1, 0));
      INDArray theta = network.initialize(Seed.of(100 + trial));
      INDArray x = gaussian(random, 4, d);
      EquivalentRelu relu = ReluTransform.withDefaults().apply(network, theta, x);
      INDArray elsewhere = gaussian(random, 4, d);
      double[] psi = Tensors.toDoubles(hidden.gates());
      double[] p = Tensors.toDoubles(theta);
      double[] q = Tensors.toDoubles(relu.theta());
      for (INDArray at : List.of(x, elsewhere)) {
        BigDecimal largest = BigDecimal.ZERO;
        for (double[] row : Tensors.toRows(at)) {
          BigDecimal f = BigDecimal.ZERO;
          BigDecimal g = BigDecimal.ZERO;
          for (int j = 0; j < m; j++) {
            if (dot(row, psi, j, m).signum() > 0) {
              f = f.add(dot(row, p, j, m).multiply(new BigDecimal(p[d * m + j])));
            }
          }
          for (int j = 0; j < 2 * m; j++) {
            BigDecimal z = dot(row, q, j, 2 * m);
            if (z.signum() > 0) {
              g = g.add(z.multiply(new BigDecimal(q[d * 2 * m + j])));
            }
          }
          largest = largest.max(f.subtract(g).abs());
        }
        Agreement agreement = relu.on(at);
        assertThat(agreement.difference().interval().contains(largest)).isTrue();
        assertThat(agreement.difference().interval().width()).isLessThan(1e-11);
      }
    }
  }

  private static BigDecimal dot(double[] row, double[] w, int column, int columns) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int p = 0; p < row.length; p++) {
      sum = sum.add(new BigDecimal(row[p]).multiply(new BigDecimal(w[p * columns + column])));
    }
    return sum.round(new MathContext(100));
  }

  /** The least factor of each unit, and what the span makes of it. */
  @Test
  void theSpanSaysHowFactorsOfALayerMayDiffer() {
    // Three units with t = x and w = x, 10 x, 1000 x.
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 1, 3).withScales(1, 0))
            .withGates(Tensors.of(new double[] {1, 1, 1}, 3));
    Network network = Network.of(Shape.of(1), hidden, Dense.of("v", 3, 1));
    INDArray theta = Tensors.of(new double[] {1, 10, 1000, 1, 1, 1}, 6);
    INDArray x = Tensors.of(new double[] {1, -3}, 2, 1);
    ReluTransform transform = ReluTransform.withDefaults();
    for (ReluTransform t :
        List.of(transform.withSpan(1), transform, transform.withSpan(Double.POSITIVE_INFINITY))) {
      EquivalentRelu relu = t.apply(network, theta, x);
      assertThat(relu.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(difference(network, theta, relu, x)).isLessThanOrEqualTo(EQUAL);
    }
    assertThat(transform.withSpan(1).apply(network, theta, x).factors(0))
        .containsExactly(1024, 1024, 1024);
    assertThat(transform.apply(network, theta, x).factors(0)).containsExactly(64, 64, 1024);
    assertThat(transform.withSpan(Double.POSITIVE_INFINITY).apply(network, theta, x).factors(0))
        .containsExactly(2, 16, 1024);
    assertThatThrownBy(() -> transform.withSpan(0.5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> transform.withSpan(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    EquivalentRelu relu = transform.apply(network, theta, x);
    assertThatThrownBy(() -> relu.factors(1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Data moved by little: a margin covers it, and then both networks still agree. */
  @Test
  void perturbedDataWithinTheMarginStayEqual() {
    Random random = new Random(8);
    Network network = network(random, 8, 3);
    int d = (int) network.inputShape().size(0);
    INDArray theta = network.initialize(Seed.of(8));
    INDArray x = gaussian(random, 6, d);
    EquivalentRelu relu = ReluTransform.withDefaults().withMargin(8).apply(network, theta, x);
    double[] v = Tensors.toDoubles(x);
    for (int i = 0; i < v.length; i++) {
      v[i] += 1e-6 * random.nextGaussian();
    }
    INDArray moved = Tensors.of(v, 6, d);
    Agreement agreement = relu.on(moved);
    assertThat(agreement.provedEqual()).isEqualTo(6);
    assertThat(agreement.changedPatterns()).isZero();
    assertThat(difference(network, theta, relu, moved)).isLessThanOrEqualTo(EQUAL);
    // The inputs are others: the outputs moved by more than that.
    assertThat(
            Math.abs(
                Tensors.toDoubles(network.forward(theta, moved))[0]
                    - Tensors.toDoubles(network.forward(theta, x))[0]))
        .isGreaterThan(10 * EQUAL);
  }

  @Test
  void aZeroSignalIsAnObstacleUnlessNothingPasses() {
    // Unit 1 has t = 0 on all inputs.
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 2).withScales(1, 0))
            .withGates(Tensors.of(new double[] {1, 0, 1, 0}, 4));
    Network network = Network.of(Shape.of(2), hidden, Dense.of("v", 2, 1));
    INDArray x = Tensors.of(new double[] {1, 2, 3, 3}, 2, 2);
    INDArray theta = Tensors.of(new double[] {1, 1, 1, 1, 1, 1}, 6);
    EquivalentRelu none = ReluTransform.withDefaults().apply(network, theta, x);
    assertThat(none.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(none.obstacle().orElseThrow())
        .contains("unit 1 of layer a on sample 0", "which is 0");
    assertThatThrownBy(() -> none.factors(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(none::network)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unit 1 of layer a");
    assertThatThrownBy(none::theta).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(none::onData).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> none.on(x)).isInstanceOf(IllegalStateException.class);
    // With w = 0 there the lemma needs nothing of t.
    INDArray silent = Tensors.of(new double[] {1, 0, 1, 0, 1, 1}, 6);
    EquivalentRelu relu = ReluTransform.withDefaults().apply(network, silent, x);
    assertThat(relu.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(difference(network, silent, relu, x)).isLessThanOrEqualTo(EQUAL);
    assertThat(relu.onData().points()).isEqualTo(2);
  }

  @Test
  void anUncertainSignalIsAnObstacle() {
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 3, 2), Dense.of("b", 2, 2))
            .withGates(Tensors.of(new double[] {.1, .1, .2, .2, .3, .3, 1, 1, -1, 1}, 10));
    Network network = Network.of(Shape.of(3), hidden, Dense.of("v", 2, 1));
    INDArray theta = network.initialize(Seed.of(2));
    INDArray x = Tensors.of(new double[] {1, 2, 3}, 1, 3);
    EquivalentRelu none = ReluTransform.withDefaults().apply(network, theta, x);
    assertThat(none.obstacle().orElseThrow())
        .contains("unit 0 of layer b on sample 0", "which may be 0");
  }

  @Test
  void factorsBeyondRangeAndOtherFormsAreObstacles() {
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 1, 1).withScales(1, 0))
            .withGates(Tensors.of(new double[] {1e-120}, 1));
    Network network = Network.of(Shape.of(1), hidden, Dense.of("v", 1, 1));
    INDArray x = Tensors.of(new double[] {1}, 1, 1);
    INDArray theta = Tensors.of(new double[] {1, 1}, 2);
    assertThat(ReluTransform.withDefaults().apply(network, theta, x).obstacle().orElseThrow())
        .contains("too large");
    // A trained weight of 0 needs no factor.
    EquivalentRelu zero =
        ReluTransform.withDefaults().apply(network, Tensors.of(new double[] {0, 1}, 2), x);
    assertThat(zero.factors(0)).containsExactly(1.0);
    assertThat(zero.verdict()).isEqualTo(Verdict.HOLDS);
    Network plain = Network.of(Shape.of(1), Dense.of("a", 1, 1), Dense.of("v", 1, 1));
    assertThat(ReluTransform.withDefaults().apply(plain, theta, x).obstacle().orElseThrow())
        .contains("not a SurrogateRelu");
    assertThat(
            ReluTransform.withDefaults()
                .apply(
                    network,
                    Tensors.convert(theta, DataType.FLOAT),
                    Tensors.convert(x, DataType.FLOAT))
                .obstacle()
                .orElseThrow())
        .contains("DOUBLE");
    // Single-precision inputs would round the frozen parameters, which the weights are made of.
    assertThat(
            ReluTransform.withDefaults()
                .apply(network, theta, Tensors.convert(x, DataType.FLOAT))
                .obstacle()
                .orElseThrow())
        .contains("inputs")
        .contains("DOUBLE");
    assertThatThrownBy(() -> ReluTransform.withDefaults().withMargin(0.99))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ReluTransform.withDefaults().withMargin(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                ReluTransform.withDefaults()
                    .apply(network, theta, Tensors.of(new double[] {1, 2}, 1, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static INDArray gaussian(Random random, int n, int d) {
    double[] v = new double[n * d];
    for (int i = 0; i < v.length; i++) {
      v[i] = random.nextGaussian();
    }
    return Tensors.of(v, n, d);
  }
}
