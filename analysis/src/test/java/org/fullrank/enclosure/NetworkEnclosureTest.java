package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Enclosures against networks in decimal arithmetic. */
class NetworkEnclosureTest {
  private static final String ALL =
      "identity relu leaky_relu(0.3) leaky_relu(-2.7) abs tanh sigmoid softplus softplus(50) erf"
          + " gelu_erf gelu_tanh silu sin cos gaussian";

  static Stream<Arguments> networks() {
    return Stream.of(ALL.split(" "))
        .map(Activations::named)
        .flatMap(
            a ->
                Stream.of(
                    Arguments.of(
                        a,
                        a.name().length() % 2 == 0
                            ? Parameterization.NTK
                            : Parameterization.STANDARD,
                        1 + a.name().length() % 3)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everythingIsInside(Activation phi, Parameterization p, int k) {
    Network network = EnclosureNetworks.everyLayer(phi, p, k);
    INDArray theta = network.initialize(Seed.of(7));
    INDArray x = EnclosureNetworks.gaussian("x", 3, 2, 2);
    check(network, theta, x, 1e-11);
  }

  @Test
  void singlePrecisionParametersAreExactNumbers() {
    Network network = EnclosureNetworks.everyLayer(Activations.GELU, Parameterization.NTK, 2);
    INDArray theta =
        network.initialize(Seed.of(8)).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    INDArray x =
        EnclosureNetworks.gaussian("f", 3, 2, 2).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    check(network, theta, x, 1e-11);
  }

  /** Values, cotangents, factors and Gram, and that the radii are useful. */
  static void check(Network network, INDArray theta, INDArray x, double useful) {
    DecimalNetwork truth = new DecimalNetwork(network, theta, x);
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).withThreads(2).at(x);
    for (int l = 0; l <= network.layers().size(); l++) {
      EnclosureNetworks.contains("value after " + l, values.valueAfter(l), truth.values.get(l));
    }
    EnclosedJacobian jacobian = values.jacobian();
    checkFactors(network, jacobian, truth);
    EnclosedGram gram = jacobian.gram();
    BigDecimal[][] k = truth.gram();
    double trace = 0;
    for (int r = 0; r < k.length; r++) {
      trace += k[r][r].doubleValue();
    }
    assertThat(gram.exactProduct().radius()).isLessThan(gram.exactNetwork().radius());
    assertThat(distance(gram.stored(), k)).isLessThanOrEqualTo(gram.exactNetwork().radius());
    assertThat(gram.exactNetwork().radius()).isLessThan(useful * trace);
    Interval lambda =
        ShiftedCholeskyBound.withDefaults()
            .encloseLambdaMin(gram.exactNetwork(), Hint.none())
            .interval();
    assertThat(DecimalNetwork.lambdaMinAbove(k, lambda.lo())).isTrue();
    assertThat(DecimalNetwork.lambdaMinAbove(k, lambda.hi())).isFalse();
  }

  /** Entries {@code scale * a (x) g} against gradients, with the errors of the factors. */
  private static void checkFactors(
      Network network, EnclosedJacobian jacobian, DecimalNetwork truth) {
    int k = (int) network.outputs();
    double[] rowErrors = jacobian.gram().rowErrors();
    for (int r = 0; r < truth.jacobian.length; r++) {
      BigDecimal squares = BigDecimal.ZERO;
      for (JacobianFactor f : jacobian.factors()) {
        double[][] g = f.cotangents().midpoints();
        double[][] a =
            f.inputs()
                .map(IntervalMatrix::midpoints)
                .orElse(new double[][] {{1}, {1}, {1}, {1}, {1}, {1}});
        int out = g[0].length;
        int in = a[0].length;
        boolean inOut = f.slot().shape().rank() == 1 || f.slot().shape().size(0) == in;
        boolean both = in == out && f.slot().name().equals("r2.1.W");
        for (int p = 0; p < in; p++) {
          for (int q = 0; q < out; q++) {
            int at = (int) f.slot().offset() + (inOut && !both ? p * out + q : q * in + p);
            BigDecimal entry =
                new BigDecimal(f.scale())
                    .multiply(new BigDecimal(a[r / k][p]))
                    .multiply(new BigDecimal(g[r][q]));
            BigDecimal e = entry.subtract(truth.jacobian[r][at]);
            squares = squares.add(e.multiply(e));
          }
        }
      }
      assertThat(Math.sqrt(squares.doubleValue())).isLessThanOrEqualTo(rowErrors[r]);
    }
  }

  /** A lower bound of {@code ||K^ - K||_2}, by power iteration. */
  static double distance(SymmetricMatrix stored, BigDecimal[][] k) {
    int n = k.length;
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = 1 + Math.sin(3.0 * i);
    }
    double norm = 0;
    for (int t = 0; t < 30; t++) {
      double[] w = new double[n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          w[i] += new BigDecimal(stored.get(i, j)).subtract(k[i][j]).doubleValue() * v[j];
        }
      }
      norm = norm(w) / norm(v);
      if (norm == 0) {
        return 0;
      }
      for (int i = 0; i < n; i++) {
        v[i] = w[i] / norm;
      }
    }
    return norm;
  }

  private static double norm(double[] v) {
    double largest = 0;
    for (double x : v) {
      largest = Math.max(largest, Math.abs(x));
    }
    double sum = 0;
    for (double x : v) {
      sum += largest == 0 ? 0 : x / largest * (x / largest);
    }
    return largest * Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "relu", "gelu_erf"})
  void agreesWithTheTensorPath(String name) {
    Network network =
        EnclosureNetworks.everyLayer(Activations.named(name), Parameterization.STANDARD, 3);
    INDArray theta = network.initialize(Seed.of(3));
    INDArray x = EnclosureNetworks.gaussian("agree", 60, 2, 2);
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(x);
    compare(values.output().midpoints(), Tensors.toRows(network.forward(theta, x)));
    compare(values.features().midpoints(), Tensors.toRows(network.features(theta, x)));
    EnclosedGram gram = values.jacobian().gram();
    try (GramMatrix native64 = EmpiricalNtk.of(network, theta).gram(x)) {
      compare(rows(gram.stored()), Tensors.toRows(native64.matrix()));
    }
  }

  static double[][] rows(SymmetricMatrix a) {
    double[][] rows = new double[a.order()][a.order()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows.length; j++) {
        rows[i][j] = a.get(i, j);
      }
    }
    return rows;
  }

  static void compare(double[][] got, double[][] expected) {
    double scale = 0;
    for (double[] row : expected) {
      for (double v : row) {
        scale = Math.max(scale, Math.abs(v));
      }
    }
    for (int i = 0; i < got.length; i++) {
      for (int j = 0; j < got[i].length; j++) {
        assertThat(got[i][j])
            .isCloseTo(expected[i][j], org.assertj.core.data.Offset.offset(1e-12 * scale));
      }
    }
  }

  @Test
  void threadsDoNotChangeTheBits() {
    Network network = EnclosureNetworks.plain(Activations.TANH, 70, 3);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = EnclosureNetworks.gaussian("threads", 300, 4);
    EnclosedGram one = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    EnclosedGram three = NetworkEnclosure.of(network, theta).withThreads(3).at(x).jacobian().gram();
    assertThat(rows(one.stored())).isDeepEqualTo(rows(three.stored()));
    assertThat(one.exactNetwork().radius()).isEqualTo(three.exactNetwork().radius());
  }

  @Test
  void residualNormIsEnclosed() {
    Network network = EnclosureNetworks.plain(Activations.SIN, 9, 2);
    INDArray theta = network.initialize(Seed.of(4));
    INDArray x = EnclosureNetworks.gaussian("res", 5, 4);
    INDArray y = EnclosureNetworks.gaussian("targets", 5, 2);
    Quantity norm = NetworkEnclosure.of(network, theta).at(x).residualNorm(y);
    BigDecimal[][] f = new DecimalNetwork(network, theta, x).values.get(5);
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < 5; i++) {
      for (int c = 0; c < 2; c++) {
        BigDecimal r = f[i][c].subtract(new BigDecimal(y.getDouble(i, c)));
        sum = sum.add(r.multiply(r));
      }
    }
    assertThat(norm.interval().contains(sum.sqrt(DecimalFunctions.DIGITS))).isTrue();
    assertThat(norm.interval().relativeWidth()).isLessThan(1e-13);
    assertThat(norm.isProof()).isTrue();
    assertThat(norm.subject()).isEqualTo(Subject.EXACT_NETWORK);
  }

  @Test
  void levelsSayWhatTheyAreAbout() {
    Network network = EnclosureNetworks.plain(Activations.ERF, 8, 1);
    EnclosedGram gram =
        NetworkEnclosure.of(network, network.initialize(Seed.of(4)))
            .at(EnclosureNetworks.gaussian("levels", 5, 4))
            .jacobian()
            .gram();
    assertThat(gram.stored().subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(gram.stored().radius()).isZero();
    assertThat(gram.exactProduct().subject()).isEqualTo(Subject.EXACT_PRODUCT);
    assertThat(gram.exactNetwork().subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(gram.jacobianError()).isPositive();
  }

  @Test
  void rejectsWhatDoesNotFit() {
    Network network = Network.of(Shape.of(4), Dense.of("a", 4, 2));
    INDArray theta = network.initialize(Seed.of(4));
    assertThatThrownBy(() -> NetworkEnclosure.of(network, Tensors.of(new double[3], 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[8]");
    NetworkEnclosure enclosure = NetworkEnclosure.of(network, theta);
    assertThatThrownBy(() -> enclosure.withThreads(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> enclosure.at(EnclosureNetworks.gaussian("x", 3, 5)))
        .isInstanceOf(IllegalArgumentException.class);
    EnclosedNetwork values = enclosure.at(EnclosureNetworks.gaussian("x", 3, 4));
    assertThatThrownBy(() -> values.valueAfter(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> values.residualNorm(EnclosureNetworks.gaussian("y", 3, 3)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> values.jacobian().cotangentAfter(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
