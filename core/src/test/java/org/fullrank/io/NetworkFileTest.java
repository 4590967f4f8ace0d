package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against networks whose outputs were computed with JAX and repeated with PyTorch. */
class NetworkFileTest {
  /** Relative Frobenius error; the reference's two computations agree to 3e-15. */
  private static final double FORWARD = 1e-12;

  @TempDir Path folder;

  static Path fixture(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(NetworkFileTest.class.getResource("/fixtures/" + name), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double relativeError(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double[] a = Tensors.toDoubles(actual);
    double[] e = Tensors.toDoubles(expected);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += (a[i] - e[i]) * (a[i] - e[i]);
      norm += e[i] * e[i];
    }
    return Math.sqrt(difference / norm);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pub01_fc_tanh_h2_k1_ntk_bias",
        "pub02_fc_relu_h3_k3_std_nobias",
        "pub03_fc_erf_h1_k10_ntk_nobias",
        "pub04_fc_gelu_h4_k3_std_bias",
        "pub05_res_post_tanh_L4_k3_invsqrtL",
        "pub06_res_pre2_relu_L3_tauL_k1",
        "pub07_deep_linear_L5_k3_zero",
        "pub10_rankdef_fc_relu_h1_k1",
      })
  void reproducesReferenceOutputsAndSurvivesRoundTrip(String name) throws IOException {
    Path source = fixture(name);
    NetworkFile read = NetworkFile.read(source);
    read.write(folder.resolve("copy"));
    NetworkFile copy = NetworkFile.read(folder.resolve("copy"));
    for (NetworkFile file : List.of(read, copy)) {
      for (String suffix : List.of("", "2")) {
        INDArray x = Npy.read(source.resolve("X" + suffix + ".npy"));
        INDArray expected = Npy.read(source.resolve("forward" + suffix + ".npy"));
        assertThat(relativeError(file.network().forward(file.theta(), x), expected))
            .isLessThan(FORWARD);
      }
      INDArray x = Npy.read(source.resolve("X.npy"));
      assertThat(relativeError(file.features(x), Npy.read(source.resolve("features.npy"))))
          .isLessThan(FORWARD);
    }
    assertSame(read, copy);
  }

  private static void assertSame(NetworkFile a, NetworkFile b) {
    assertThat(Tensors.toDoubles(b.theta())).containsExactly(Tensors.toDoubles(a.theta()));
    assertThat(b.theta().dataType()).isEqualTo(a.theta().dataType());
    assertThat(b.network().slots().stream().map(Slot::name).toList())
        .isEqualTo(a.network().slots().stream().map(Slot::name).toList());
    assertThat(b.network().toString()).isEqualTo(a.network().toString());
    assertThat(b.featureLayers()).isEqualTo(a.featureLayers());
    // The same initial values: deviations and names of the random streams were kept.
    assertThat(Tensors.toDoubles(b.network().initialize(Seed.of(3))))
        .containsExactly(Tensors.toDoubles(a.network().initialize(Seed.of(3))));
  }

  @Test
  void slotsFollowTheManifest() throws IOException {
    NetworkFile file = NetworkFile.read(fixture("pub05_res_post_tanh_L4_k3_invsqrtL"));
    assertThat(file.network().slots().stream().map(Slot::name))
        .containsExactly(
            "in.W", "in.b", "R1.1.W", "R1.1.b", "R2.1.W", "R2.1.b", "R3.1.W", "R3.1.b", "R4.1.W",
            "R4.1.b", "out.W", "out.b");
    Slot slot = file.network().slots().get(3);
    INDArray b = Npy.read(fixture("pub05_res_post_tanh_L4_k3_invsqrtL/param.R1.1.b.npy"));
    assertThat(Tensors.toDoubles(TensorViews.slice(file.theta(), slot.offset(), slot.size())))
        .containsExactly(Tensors.toDoubles(b));
    NetworkFile linear = NetworkFile.read(fixture("pub07_deep_linear_L5_k3_zero"));
    assertThat(linear.constants().keySet()).containsExactly("A.M", "B.M");
  }

  @ParameterizedTest
  @CsvSource({
    "pub08_conv_resblock_relu_bn_train, conv2d, network[0].op",
    "pub09_conv_relu_avgpool_gap_k1, conv2d, network[0].op",
  })
  void namesTheOperationItLacks(String name, String op, String where) {
    assertThatThrownBy(() -> NetworkFile.read(fixture(name)))
        .isInstanceOfSatisfying(
            UnsupportedLayerException.class,
            e -> {
              assertThat(e.op()).isEqualTo(op);
              assertThat(e.where()).isEqualTo(where);
            })
        .hasMessageContaining("manifest.json, " + where)
        .hasMessageContaining("'" + op + "'");
  }

  private static Network intricate() {
    INDArray m = Tensors.ofRows(new double[][] {{1, 2, 3, 0.1}, {4, 5, 6, 1.0 / 3}});
    return Network.of(
        Shape.of(2, 2),
        Flatten.of(),
        Dense.of("a/ b", 4, 5).withSigmaW(1.7).withBias(0.3),
        Elementwise.of(Activations.softplus(12.5)).withName("act"),
        Residual.of(
                -0.25,
                Dense.of("A/ B", 5, 4)
                    .withParameterization(Parameterization.STANDARD)
                    .withLayout(Layout.OUT_IN)
                    .withBias(0.2),
                Residual.of(2, Elementwise.of(Activations.leakyRelu(0.01))).withName("inner"),
                Elementwise.of(Activations.GAUSSIAN))
            .withShortcut(
                Sequential.of(
                    Dense.of("skip", 5, 4).withScales(0.7, 0), Elementwise.of(Activations.SIN)))
            .withName("R"),
        FixedLinear.of("P", m),
        Sequential.of(
            Dense.of("c", 2, 2).withSlotNames("weird name", ""), Elementwise.of(Activations.ABS)),
        FixedLinear.of("P", Tensors.ofRows(new double[][] {{1, -1}})));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DOUBLE", "FLOAT"})
  void writesEveryLayer(DataType type) throws IOException {
    Network network = intricate();
    INDArray theta = network.initialize(Seed.of(11), type);
    INDArray x = Tensors.of(type, new double[] {1, 2, -3, 4, 0.5, 0, -1, 2}, 2, 2, 2);
    for (int features : new int[] {0, 1, 3, 5, 7}) {
      NetworkFile file = NetworkFile.of(network, theta, features);
      file.write(folder);
      NetworkFile back = NetworkFile.read(folder);
      assertThat(back.theta().dataType()).isEqualTo(type);
      assertThat(Tensors.toDoubles(back.theta())).containsExactly(Tensors.toDoubles(theta));
      assertThat(Tensors.toDoubles(back.network().forward(back.theta(), x)))
          .containsExactly(Tensors.toDoubles(network.forward(theta, x)));
      assertThat(Tensors.toDoubles(back.features(x)))
          .containsExactly(Tensors.toDoubles(file.features(x)));
    }
    // Two names that differ only in case and in characters unfit for file names.
    assertThat(names(folder)).anyMatch(n -> n.matches("param\\.a__b\\.W-[0-9a-f]{16}\\.npy"));
    assertThat(names(folder)).anyMatch(n -> n.matches("param\\.A__B\\.W-2-[0-9a-f]{16}\\.npy"));
  }

  @Test
  void writesFlatFormOfNestedChains() throws IOException {
    Network network = intricate();
    NetworkFile.of(network, network.initialize(Seed.of(1))).write(folder);
    NetworkFile once = NetworkFile.read(folder);
    once.write(folder.resolve("again"));
    assertSame(once, NetworkFile.read(folder.resolve("again")));
  }

  @Test
  void storesNetworksWithoutParameters() throws IOException {
    Network fixed =
        Network.of(Shape.of(2), FixedLinear.of("M", Tensors.ofRows(new double[][] {{3, 4}})));
    INDArray x = Tensors.ofRows(new double[][] {{1, 1}});
    NetworkFile.of(fixed, Nd4j.empty(DataType.DOUBLE)).write(folder);
    NetworkFile back = NetworkFile.read(folder);
    assertThat(back.network().forward(back.theta(), x).getDouble(0)).isEqualTo(7);
    assertThat(back.featureLayers()).isZero();
  }

  @Test
  void refusesWhatHasNoNameInTheFormat() {
    Network shared = Network.of(Shape.of(2), Shared.of(Dense.of("d", 2, 2)));
    assertThatThrownBy(() -> NetworkFile.of(shared, shared.initialize(Seed.of(1))))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageContaining("files can hold (dense, matcol, act,")
        .hasMessageContaining("'Shared'");
    Network plain = Network.of(Shape.of(2), Dense.of("d", 2, 1));
    assertThatThrownBy(() -> NetworkFile.of(plain, Tensors.of(new double[3], 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2]")
        .hasMessageContaining("[3]");
    assertThatThrownBy(() -> NetworkFile.of(plain, plain.initialize(Seed.of(1)), 2))
        .hasMessageContaining("0 to 1")
        .hasMessageContaining("2");
  }

  @Test
  void missingFilesAreInputOutputErrors() throws IOException {
    assertThatThrownBy(() -> NetworkFile.read(folder)).isInstanceOf(IOException.class);
    Network plain = Network.of(Shape.of(2), Dense.of("d", 2, 1));
    NetworkFile.of(plain, plain.initialize(Seed.of(1))).write(folder);
    String tensor =
        names(folder).stream().filter(n -> n.startsWith("param.d.W-")).findFirst().get();
    Files.delete(folder.resolve(tensor));
    assertThatThrownBy(() -> NetworkFile.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(tensor);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  /** An export without sums under the names that are the default: nothing of it is written over. */
  @Test
  void neverMixesTwoNetworks() throws IOException {
    Network pair = Network.of(Shape.of(2), Dense.of("d", 2, 2), Dense.of("e", 2, 1));
    INDArray ones = Tensors.filled(DataType.DOUBLE, 1, 6);
    INDArray sevens = Tensors.filled(DataType.DOUBLE, 7, 6);
    String manifest =
        """
        {"input_shape": [2], "network": [{"op": "dense", "W": "d.W"}, {"op": "dense", "W": "e.W"}],
         "parameters": [{"name": "d.W", "shape": [2, 2]}, {"name": "e.W", "shape": [2, 1]}]}
        """;
    Files.writeString(folder.resolve("manifest.json"), manifest);
    Npy.write(folder.resolve("param.d.W.npy"), Tensors.filled(DataType.DOUBLE, 1, 2, 2));
    Npy.write(folder.resolve("param.e.W.npy"), Tensors.filled(DataType.DOUBLE, 1, 2, 1));
    NetworkFile.of(pair, sevens).write(folder);
    assertThat(Tensors.toDoubles(NetworkFile.read(folder).theta())).containsOnly(7);
    // What a kill before the last move leaves: the old manifest beside the new tensors.
    Files.writeString(folder.resolve("manifest.json"), manifest);
    assertThat(Tensors.toDoubles(NetworkFile.read(folder).theta())).containsOnly(1);
    // The third network removes the tensors of the second, and no others.
    NetworkFile.of(pair, sevens).write(folder);
    List<String> second = names(folder);
    NetworkFile.of(pair, ones).write(folder);
    assertThat(Tensors.toDoubles(NetworkFile.read(folder).theta())).containsOnly(1);
    assertThat(names(folder))
        .hasSameSizeAs(second)
        .contains("param.d.W.npy", "param.e.W.npy", "manifest.json")
        .doesNotContainAnyElementsOf(
            second.stream().filter(n -> n.matches(".*-[0-9a-f]{16}\\.npy")).toList());
  }

  @Test
  void writingKeepsNoMemory() throws IOException {
    Network network = Network.of(Shape.of(3), Dense.of("a", 3, 40), Dense.of("b", 40, 2));
    try (INDArray theta = network.initialize(Seed.of(1))) {
      NetworkFile file = NetworkFile.of(network, theta);
      long before = Backend.tensorBytes();
      file.write(folder);
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }
}
