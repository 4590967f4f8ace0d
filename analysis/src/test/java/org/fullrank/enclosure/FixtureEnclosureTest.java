package org.fullrank.enclosure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Midpoints against reference networks that JAX computed. */
class FixtureEnclosureTest {
  private static final Path NETWORKS =
      Path.of(
          System.getProperty("basedir", "."), "..", "core", "src", "test", "resources", "fixtures");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pub01_fc_tanh_h2_k1_ntk_bias",
        "pub02_fc_relu_h3_k3_std_nobias",
        "pub03_fc_erf_h1_k10_ntk_nobias",
        "pub04_fc_gelu_h4_k3_std_bias",
        "pub05_res_post_tanh_L4_k3_invsqrtL",
        "pub06_res_pre2_relu_L3_tauL_k1",
        "pub07_deep_linear_L5_k3_zero"
      })
  void agreesWithTheReference(String name) throws IOException {
    Path folder = NETWORKS.resolve(name);
    NetworkFile file = NetworkFile.read(folder);
    INDArray x = Npy.read(folder.resolve("X.npy"));
    EnclosedNetwork values = NetworkEnclosure.of(file.network(), file.theta()).at(x);
    NetworkEnclosureTest.compare(
        values.output().midpoints(), Tensors.toRows(Npy.read(folder.resolve("forward.npy"))));
    EnclosedGram gram = values.jacobian().gram();
    NetworkEnclosureTest.compare(
        NetworkEnclosureTest.rows(gram.stored()), stored(name.substring(0, 5) + ".gram.npy"));
  }

  private static double[][] stored(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            FixtureEnclosureTest.class.getResourceAsStream("/fixtures/" + file), file)) {
      return Tensors.toRows(Npy.read(in, file));
    }
  }
}
