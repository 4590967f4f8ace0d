package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.testkit.StatedActivation;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Kinks, saturation, overflow, underflow, and layers nobody knows. */
class AdversarialEnclosureTest {
  private static Network relu(Activation phi) {
    return Network.of(
        Shape.of(2),
        Dense.of("in", 2, 3).withScales(1, 1),
        Elementwise.of(phi),
        Dense.of("out", 3, 1).withScales(1, 1));
  }

  /** Pre-activations 0.1 * 3 - 0.3 of either sign within rounding: the slope is not known. */
  @ParameterizedTest
  @ValueSource(strings = {"relu", "abs", "leaky_relu(0.25)", "leaky_relu(-3)"})
  void withinRoundingOfTheKink(String name) {
    Network network = relu(Activations.named(name));
    // Columns of W: 3 and -1 (cancels up to rounding), the opposite, and harmless ones.
    INDArray theta = Tensors.of(new double[] {3, -3, 1, -1, 1, 1, 1, 2, -1}, 9);
    double tenth = 0.1;
    INDArray x =
        Tensors.of(
            new double[] {
              tenth, 0.3, tenth, 3 * tenth, tenth, Math.nextUp(3 * tenth), -1e-17, -3e-17
            },
            4,
            2);
    NetworkEnclosureTest.check(network, theta, x, Double.POSITIVE_INFINITY);
  }

  @Test
  void anUncertainKinkWidensTheSlopeByItsJump() {
    Network network =
        Network.of(
            Shape.of(1),
            Elementwise.of(Activations.TANH),
            Dense.of("a", 1, 2).withScales(1, 1),
            Elementwise.of(Activations.IDENTITY),
            Residual.of(-1, Elementwise.of(Activations.IDENTITY)),
            Elementwise.of(Activations.RELU),
            Dense.of("b", 2, 1).withScales(1, 1));
    // The residual block subtracts what tanh rounded: 0 with a radius that is not.
    INDArray theta = Tensors.of(new double[] {0.3, -0.7, 1, 1}, 4);
    EnclosedNetwork values =
        NetworkEnclosure.of(network, theta).at(Tensors.of(new double[] {0.5}, 1, 1));
    IntervalMatrix z = values.valueAfter(4);
    assertThat(z.get(0, 0).mid()).isZero();
    assertThat(z.get(0, 0).width()).isPositive();
    assertThat(values.jacobian().cotangentAfter(4).get(0, 0).contains(1.0)).isTrue();
    assertThat(values.jacobian().cotangentAfter(4).get(0, 0).contains(0.0)).isTrue();
  }

  /** At an exact zero the derivative is the one of the convention, without a doubt. */
  @ParameterizedTest
  @CsvSource({"relu, 0", "leaky_relu(0.25), 0.25", "abs, 0"})
  void exactZeroHasTheSlopeOfTheConvention(String name, double slope) {
    Network network = relu(Activations.named(name));
    INDArray theta = network.initialize(Seed.of(3));
    INDArray x = Tensors.of(new double[] {0, 0, 1, 2}, 2, 2);
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(x);
    IntervalMatrix g = values.jacobian().cotangentAfter(1);
    for (int j = 0; j < 3; j++) {
      assertThat(g.get(0, j).width()).isLessThan(1e-15);
      assertThat(g.get(0, j).mid()).isEqualTo(slope * theta.getDouble(6 + j));
      assertThat(values.valueAfter(2).get(0, j).magnitude()).isZero();
    }
    NetworkEnclosureTest.check(network, theta, x, Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tanh", "sigmoid", "erf", "silu", "gelu_tanh", "gelu_erf", "softplus(50)"})
  void saturation(String name) {
    Network network = EnclosureNetworks.plain(Activations.named(name), 4, 1);
    INDArray theta = network.initialize(Seed.of(9)).muli(2);
    NetworkEnclosureTest.check(
        network, theta, EnclosureNetworks.gaussian("s", 3, 4), Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-300, 1e-160, 1e-30, 1e30, 1e120})
  void extremeInputs(double scale) {
    Network network = EnclosureNetworks.plain(Activations.RELU, 4, 1);
    INDArray theta = network.initialize(Seed.of(9));
    INDArray x = EnclosureNetworks.gaussian("e", 3, 4).muli(scale);
    NetworkEnclosureTest.check(network, theta, x, Double.POSITIVE_INFINITY);
  }

  /** Weights of 1e-200 and 1e200 in turn: products underflow on the way. */
  @Test
  void tinyAndHugeWeights() {
    Network network = relu(Activations.IDENTITY);
    INDArray theta =
        Tensors.of(
            new double[] {1e-200, -3e-200, 1e-310, 2e-200, 1e-200, 7e-300, 1e9, 2e8, -1e9}, 9);
    INDArray x = Tensors.of(new double[] {1e-120, 2e-110, 3e-123, 1e-116, 1, 2}, 3, 2);
    NetworkEnclosureTest.check(network, theta, x, Double.POSITIVE_INFINITY);
  }

  @Test
  void overflowIsAnInfiniteRadiusAndNeverNaN() {
    Network network = EnclosureNetworks.plain(Activations.RELU, 4, 1);
    INDArray theta = network.initialize(Seed.of(9)).muli(1e10);
    INDArray x = EnclosureNetworks.gaussian("o", 3, 4).muli(1e300);
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).at(x);
    for (int l = 0; l <= 5; l++) {
      IntervalMatrix v = values.valueAfter(l);
      for (double[] row : v.radii()) {
        assertThat(row).doesNotContain(Double.NaN);
      }
      for (double[] row : v.midpoints()) {
        for (double m : row) {
          assertThat(m).isFinite();
        }
      }
    }
    assertThat(values.output().frobeniusError()).isInfinite();
    assertThat(values.residualNorm(Tensors.of(new double[3], 3, 1)).interval().hi()).isInfinite();
    try {
      EnclosedGram gram = values.jacobian().gram();
      assertThat(gram.exactNetwork().radius()).isInfinite();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("overflow");
    }
  }

  @Test
  void aGramThatOverflowsIsRefused() {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 1).withScales(1, 1));
    INDArray theta = Tensors.of(new double[] {1, 1}, 2);
    EnclosedJacobian jacobian =
        NetworkEnclosure.of(network, theta)
            .at(Tensors.of(new double[] {1e200, 1}, 1, 2))
            .jacobian();
    assertThatThrownBy(jacobian::gram)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overflowed");
  }

  @Test
  void scalesWhoseSquaresAreInaccurateGiveNoBound() {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 1).withScales(1e-170, 1));
    INDArray theta = Tensors.of(new double[] {1, 1}, 2);
    EnclosedGram gram =
        NetworkEnclosure.of(network, theta)
            .at(Tensors.of(new double[] {1e20, 1}, 1, 2))
            .jacobian()
            .gram();
    assertThat(gram.exactProduct().radius()).isInfinite();
  }

  /** {@code max(x, 1)} that does not say where it bends. */
  private static StatedActivation kinked() {
    return StatedActivation.of(
            "kinked",
            x -> Math.max(x, 1),
            x -> x > 1 ? 1 : 0,
            x -> 0,
            new Regularity(1, Double.POSITIVE_INFINITY, false, false, false, OptionalInt.empty()))
        .withAccuracy(Accuracy.EXACT);
  }

  private record Foreign() implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      return List.of();
    }

    @Override
    public org.fullrank.diff.Linearization linearize(INDArray theta, INDArray x) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
      return "Foreign";
    }
  }

  @Test
  void obstaclesAreNamed() {
    obstacle(Elementwise.of(TestActivations.plainIdentity("guess")), "guess");
    obstacle(Elementwise.of(kinked()), "kinked");
    obstacle(new Foreign(), "Foreign");
    obstacle(Residual.of(1, Residual.of(1, new Foreign())), "Foreign");
    obstacle(
        Residual.of(1, Elementwise.of(Activations.TANH)).withShortcut(new Foreign()), "Foreign");
    assertThat(NetworkEnclosure.obstacle(relu(Activations.RELU))).isEmpty();
  }

  private static void obstacle(Layer layer, String named) {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 2), layer);
    Optional<String> text = NetworkEnclosure.obstacle(network);
    assertThat(text).isPresent();
    assertThat(text.get()).contains(named);
    INDArray theta = network.initialize(Seed.of(1));
    assertThatThrownBy(() -> NetworkEnclosure.of(network, theta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(text.get());
  }
}
