package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers used in several places, against finite differences and against copies. */
final class SharedTest {
  private static final INDArray X =
      Tensors.of(new double[] {.3, -1.2, .7, 1.1, .2, -.4, -.6, .9, 1.5}, 3, 3);

  private static Dense w(String name, Layout layout) {
    return Dense.of(name, 3, 3).withSigmaW(1.3).withBias(.4).withLayout(layout);
  }

  /** At the top, in a chain, in a branch and in a shortcut: five uses. */
  private static Network tied(Layout layout) {
    Shared shared = Shared.of(w("w", layout));
    return network(shared, shared, shared, shared, shared);
  }

  private static Network untied(Layout layout) {
    return network(
        w("w1", layout), w("w2", layout), w("w3", layout), w("w4", layout), w("w5", layout));
  }

  private static Network network(Layer a, Layer b, Layer c, Layer d, Layer e) {
    Elementwise tanh = Elementwise.of(Activations.TANH);
    return Network.of(
        Shape.of(3),
        a,
        tanh,
        Sequential.of(b, tanh),
        Dense.of("m", 3, 3),
        Residual.of(.5, c, tanh, d).withShortcut(e),
        Dense.of("v", 3, 2));
  }

  /** The shared tensor in every place that the copies have. */
  private static double[] copies(double[] theta) {
    double[] out = new double[12 * 5 + 9 + 6];
    int at = 0;
    for (int from : new int[] {0, 0, 12, 0, 0, 0, 21}) {
      int length = from == 12 ? 9 : from == 21 ? 6 : 12;
      System.arraycopy(theta, from, out, at, length);
      at += length;
    }
    return out;
  }

  @Test
  void parametersAreListedOnceWhereTheyAreUsedFirst() {
    Network network = tied(Layout.IN_OUT);
    assertThat(network.slots()).extracting(Slot::name).containsExactly("w.W", "w.b", "m.W", "v.W");
    assertThat(network.slots()).extracting(Slot::offset).containsExactly(0L, 9L, 12L, 21L);
    assertThat(network.parameterCount()).isEqualTo(27);
    assertThat(network.prefix(2).parameterCount()).isEqualTo(12);
  }

  @Test
  void valuesAreThoseOfCopies() {
    for (Layout layout : Layout.values()) {
      for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
        INDArray theta = tied(layout).initialize(Seed.of(5), type);
        INDArray x = Tensors.convert(X, type);
        double[] all = copies(Tensors.toDoubles(theta));
        assertThat(Tensors.toDoubles(tied(layout).forward(theta, x)))
            .containsExactly(
                Tensors.toDoubles(untied(layout).forward(Tensors.of(type, all, all.length), x)));
      }
    }
  }

  @Test
  void jacobianIsThatOfFiniteDifferences() {
    for (Layout layout : Layout.values()) {
      requireDerivatives(tied(layout));
    }
  }

  @Test
  void aSharedCompositeHasTheDerivativesOfItsUses() {
    Shared block =
        Shared.of(Residual.of(.7, w("w", Layout.IN_OUT), Elementwise.of(Activations.TANH)));
    Network network = Network.of(Shape.of(3), block, block, Dense.of("v", 3, 1));
    assertThat(network.parameterCount()).isEqualTo(15);
    requireDerivatives(network);
  }

  private static void requireDerivatives(Network network) {
    INDArray theta = network.initialize(Seed.of(5));
    double[] base = Tensors.toDoubles(theta);
    try (Jacobian j = network.jacobian(theta, X);
        INDArray matrix = j.toMatrix()) {
      double[][] jacobian = Tensors.toRows(matrix);
      for (int p = 0; p < base.length; p++) {
        double[] up = shifted(network, base, p, 1e-5);
        double[] down = shifted(network, base, p, -1e-5);
        for (int r = 0; r < up.length; r++) {
          // Truncation is a sixth of the step squared, cancellation 2^-53 over it.
          assertThat(jacobian[r][p]).isCloseTo((up[r] - down[r]) / 2e-5, within(1e-9));
        }
      }
    }
  }

  private static double[] shifted(Network network, double[] base, int p, double h) {
    double[] theta = base.clone();
    theta[p] += h;
    return Tensors.toDoubles(network.forward(Tensors.of(theta, theta.length), X));
  }

  @Test
  void tangentsAreProductsWithTheJacobian() {
    Network network = tied(Layout.OUT_IN);
    INDArray theta = network.initialize(Seed.of(7));
    double[] v = new double[27];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.sin(i + 1);
    }
    try (Linearization l = network.linearize(theta, X);
        Jacobian j = network.jacobian(theta, X);
        INDArray matrix = j.toMatrix();
        INDArray tangent = l.jvp(Tensors.of(v, 1, v.length), null)) {
      double[][] rows = Tensors.toRows(matrix);
      double[] values = Tensors.toDoubles(Objects.requireNonNull(tangent));
      for (int r = 0; r < rows.length; r++) {
        double sum = 0;
        for (int p = 0; p < v.length; p++) {
          sum += rows[r][p] * v[p];
        }
        assertThat(values[r]).isCloseTo(sum, within(1e-12));
      }
    }
  }

  @Test
  void whatIsNotOneLayerStaysAnError() {
    Dense w = w("w", Layout.IN_OUT);
    for (Layer second : List.of(w, Shared.of(w))) {
      assertThatThrownBy(() -> Network.of(Shape.of(3), Shared.of(w), second))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'w.W' appears twice")
          .hasMessageContaining("Shared");
    }
    assertThatThrownBy(() -> Network.of(Shape.of(3), w, w))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("appears twice");
    assertThatThrownBy(() -> Shared.of(Sequential.of(w, w)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("appears twice");
    assertThatThrownBy(() -> Shared.of(Elementwise.of(Activations.TANH)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters");
  }
}
