package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The export of the documentation, run with PyTorch ({@code pytorch/make.py}). */
class PyTorchExportTest {
  /** Sums of 16 terms of size 1 in double precision on both sides. */
  private static final double ROUNDING = 1e-14;

  @Test
  void readsTheExportAndReproducesTheOutputs() throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Objects.requireNonNull(getClass().getResource("/pytorch/my-network"), "export")
                .toURI());
    NetworkFile file = NetworkFile.read(folder);
    assertThat(file.network().slots().stream().map(Slot::name))
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    INDArray x = Npy.read(folder.resolve("x.npy"));
    double[] expected = Tensors.toDoubles(Npy.read(folder.resolve("y.npy")));
    double[] actual = Tensors.toDoubles(file.network().forward(file.theta(), x));
    assertThat(actual).hasSize(15);
    for (int i = 0; i < 15; i++) {
      assertThat(Math.abs(actual[i] - expected[i])).isLessThan(ROUNDING);
    }
    assertThat(file.features(x).shape()).containsExactly(5, 16);
  }
}
