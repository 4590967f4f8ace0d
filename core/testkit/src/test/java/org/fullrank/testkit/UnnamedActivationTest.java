package org.fullrank.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fullrank.io.NetworkFile;
import org.fullrank.io.UnsupportedLayerException;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;

/** Files hold activations by name, and only those of the library. */
final class UnnamedActivationTest {
  @Test
  void anActivationWithTheNameOfAnotherIsNotStored() {
    Network network =
        Network.of(
            Shape.of(2),
            Residual.of(
                1, Dense.of("d", 2, 2), Elementwise.of(TestActivations.plainIdentity("tanh"))));
    assertThatThrownBy(() -> NetworkFile.of(network, network.initialize(Seed.of(1))))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageContaining("network[0].branch[1]")
        .hasMessageContaining("'tanh'");
  }
}
