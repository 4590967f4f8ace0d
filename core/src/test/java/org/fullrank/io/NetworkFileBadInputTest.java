package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sound manifest is changed in one place; the message must name that place. */
class NetworkFileBadInputTest {
  private static final String SOUND =
      """
      {"input_shape": [2], "k": 1, "num_parameters": 8,
       "network": [
        {"op": "dense", "W": "d.W", "b": "d.b", "in": 2, "out": 2},
        {"op": "act", "fn": "tanh", "tap": "features"},
        {"op": "residual", "scale": 0.5, "branch": [
          {"op": "matcol", "M": "c.M", "trainable": false},
          {"op": "act", "fn": "relu"}]},
        {"op": "dense", "W": "e.W", "b": null, "layout": "out_in", "sw": 1.5}],
       "parameters": [
        {"name": "d.W", "shape": [2, 2], "offset": 0, "size": 4},
        {"name": "d.b", "shape": [2], "offset": 4},
        {"name": "e.W", "shape": [1, 2], "size": 2}],
       "constants": [{"name": "c.M", "file": "const.npy", "shape": [2, 2]}],
       "files": {"const.npy": {"sha256": null}}}
      """;

  @TempDir Path folder;

  @BeforeEach
  void tensors() throws IOException {
    Npy.write(folder.resolve("param.d.W.npy"), Tensors.of(new double[] {1, 2, 3, 4}, 2, 2));
    Npy.write(folder.resolve("param.d.b.npy"), Tensors.of(new double[] {1, 2}, 2));
    Npy.write(folder.resolve("param.e.W.npy"), Tensors.of(new double[] {1, 2}, 1, 2));
    Npy.write(folder.resolve("const.npy"), Tensors.of(new double[] {1, 2, 3, 4}, 2, 2));
    Npy.write(folder.resolve("nan.npy"), Tensors.of(new double[] {1, Double.NaN}, 2));
  }

  private NetworkFile read(String manifest) throws IOException {
    Files.writeString(folder.resolve("manifest.json"), manifest);
    return NetworkFile.read(folder);
  }

  @Test
  void minimalDescriptionIsEnough() throws IOException {
    NetworkFile file = read(SOUND.replace("\"num_parameters\": 8,", ""));
    // By hand: x = (1, 0): W^T x + b = (2, 4), then tanh, then h + relu(M h)/2, then 1.5 (1, 2) h.
    double a = Math.tanh(2);
    double b = Math.tanh(4);
    double expected = 1.5 * (a + 0.5 * (a + 2 * b) + 2 * (b + 0.5 * (3 * a + 4 * b)));
    double y =
        file.network().forward(file.theta(), Tensors.ofRows(new double[][] {{1, 0}})).getDouble(0);
    assertThat(Math.abs(y - expected)).isLessThan(1e-14 * expected);
  }

  private static String[] row(String from, String to, String where, String expected, String got) {
    return new String[] {from, to, where, expected, got};
  }

  static Stream<String[]> changes() {
    String p = "\"parameters\": [";
    return Stream.of(
        row("\"num_parameters\": 8", "\"num_parameters\": 9", "num_parameters", "expected 8", "9"),
        row("\"k\": 1", "\"k\": 2", "k", "expected 1", "2"),
        row("[2], \"k\"", "[3], \"k\"", "network", "[n, 2]", "[3]"),
        row("\"input_shape\": [2]", "\"input_shape\": []", "input_shape", "one dim", "[]"),
        row("\"input_shape\": [2]", "\"input_shape\": [-2]", "input_shape[0]", "non-neg", "-2"),
        row("\"input_shape\": [2]", "\"input_shape\": [0]", "input_shape", "positive", "[0]"),
        row("\"input_shape\": [2]", "\"input_shape\": 2", "input_shape", "an array", "got 2"),
        row("\"input_shape\": [2],", "", "manifest.json", "\"input_shape\"", "only [k"),
        row("\"network\": [", "\"network\": {}, \"net\": [", "network", "an array", "{}"),
        row("\"network\": [", "\"network\": [], \"n\": [", "network", "one operation", "[]"),
        row("\"relu\"", "\"rleu\"", "network[2].branch[1].fn", "tanh", "\"rleu\""),
        row("\"op\": \"matcol\"", "\"op\": \"mat\"", "network[2].branch[0].op", "dense", "'mat'"),
        row("\"op\": \"matcol\"", "\"op\": 7", "network[2].branch[0].op", "a string", "7"),
        row("{\"op\": \"matcol\",", "{", "network[2].branch[0]", "\"op\"", "[M, train"),
        row("\"trainable\": false", "\"trainable\": 0", "branch[0].trainable", "true or", "0"),
        row("\"c.M\", \"tr", "\"x.M\", \"tr", "network[2].branch[0].M", "constants", "'x.M'"),
        row("\"scale\": 0.5", "\"scale\": \"a\"", "network[2].scale", "a number", "\"a\""),
        row("\"scale\": 0.5", "\"scael\": 0.5", "network[2]", "only the members", "\"scael\""),
        row("\"tanh\", \"tap\"", "\"tanh\", \"top\"", "network[1]", "only the", "\"top\""),
        row(
            "\"fn\": \"relu\"",
            "\"fn\": \"relu\", \"tap\": \"features\"",
            "branch[1].tap",
            "outside of branches",
            "\"features\""),
        row(
            "\"layout\"",
            "\"tap\": \"features\", \"layout\"",
            "network[3].tap",
            "once",
            "a second"),
        row("\"out_in\"", "\"oi\"", "network[3].layout", "\"in_out\" or \"out_in\"", "\"oi\""),
        row("\"out_in\"", "\"in_out\"", "network", "[n, 1]", "[2]"),
        row("\"sw\": 1.5", "\"sw\": 0", "network[3]", "positive finite", "0"),
        row("\"sw\": 1.5", "\"parameterization\": \"mup\"", "network[3].param", "ntk", "mup"),
        row("\"in\": 2, \"out\"", "\"in\": 3, \"out\"", "network[0].in", "expected 2", "3"),
        row("\"W\": \"d.W\"", "\"W\": \"q\"", "network[0].W", "listed in parameters", "'q'"),
        row("\"W\": \"d.W\"", "\"W\": \"d.b\"", "network[0].W", "2 dimensions", "[2]"),
        row("\"W\": \"e.W\"", "\"W\": \"d.W\"", "network[3].W", "of its own", "'d.W'"),
        row("\"shape\": [2], \"off", "\"shape\": [3], \"off", "network[0].b", "[2]", "[3]"),
        row("\"offset\": 4", "\"offset\": 5", "parameters[1].offset", "expected 4", "5"),
        row("\"size\": 2", "\"size\": 3", "parameters[2].size", "expected 2", "3"),
        row("\"size\": 2", "\"size\": 2.5", "parameters[2].size", "non-neg", "2.5"),
        row(p, p + "{\"name\": \"u\", \"shape\": [1]},", "manifest.json", "order", "[u, d.W"),
        row("{\"name\": \"d.b\"", "{\"name\": \"d.W\"", "parameters[1]", "once", "'d.W' twice"),
        row(
            "\"name\": \"e.W\", \"shape\": [1, 2]",
            "\"name\": \"e.W\", \"shape\": [2, 1]",
            "network",
            "[n, 1]",
            "[2]"),
        row(
            "\"const.npy\", \"shape\": [2, 2]",
            "\"const.npy\", \"shape\": [2, 3]",
            "constants[0]",
            "[2, 3]",
            "[2, 2]"),
        row("\"const.npy\", \"sh", "\"param.d.b.npy\", \"sh", "constants[0]", "[2, 2]", "[2]"),
        row("\"const.npy\", \"sh", "\"../const.npy\", \"sh", "constants[0].file", "plain", "../"),
        row("\"const.npy\", \"sh", "\"/etc/passwd\", \"sh", "constants[0].file", "plain", "/etc"),
        row("\"const.npy\", \"sh", "\"a\\\\b\", \"sh", "constants[0].file", "plain", "a\\b"),
        row("\"const.npy\", \"sh", "\"..\", \"sh", "constants[0].file", "plain", "'..'"),
        row("\"const.npy\", \"sh", "\"a\\u0000\", \"sh", "constants[0].file", "plain", "u0000"),
        row("\"name\": \"d.b\"", "\"name\": \"../d\"", "parameters[1]", "plain", "../d"),
        row(
            "\"name\": \"d.b\"",
            "\"name\": \"d.b\", \"file\": \"nan.npy\"",
            "parameters[1]",
            "finite",
            "NaN"),
        row(
            "\"sha256\": null",
            "\"sha256\": \"00\"",
            "files.const.npy.sha256",
            "SHA-256 00",
            "got "),
        row("{\"input", "{\"format\": \"other-2\", \"input", "format", "fullrank", "other-2"),
        row("{\"input", "[{\"input", "line", "',' or ']'", "the end"),
        row("\"k\": 1,", "\"k\": 1, \"k\": 1,", "line 1", "once", "\"k\" twice"));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void namesThePlace(String from, String to, String where, String expected, String got) {
    assertThat(SOUND).contains(from);
    assertThatThrownBy(() -> read(SOUND.replace(from, to)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("manifest.json")
        .hasMessageContaining(where)
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void detectsChangedTensors() throws IOException {
    read(SOUND).write(folder.resolve("w"));
    Path file;
    try (Stream<Path> files = Files.list(folder.resolve("w"))) {
      file =
          files.filter(f -> f.getFileName().toString().startsWith("param.d.W")).findFirst().get();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 9] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> NetworkFile.read(folder.resolve("w")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SHA-256")
        .hasMessageContaining(file.getFileName().toString());
  }

  /** Random damage gives one of the documented exceptions or a network, nothing else. */
  @Test
  void survivesRandomDamage() throws IOException {
    Random random = new Random(8);
    int refused = 0;
    for (int trial = 0; trial < 800; trial++) {
      StringBuilder s = new StringBuilder(SOUND);
      for (int i = 0; i < 1 + random.nextInt(2); i++) {
        int at = random.nextInt(s.length());
        s.setCharAt(at, SOUND.charAt(random.nextInt(SOUND.length())));
      }
      Throwable thrown = catchThrowable(() -> read(s.toString()).theta().close());
      if (thrown != null) {
        assertThat(thrown)
            .isInstanceOfAny(
                IllegalArgumentException.class, IOException.class, UnsupportedLayerException.class);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(200);
  }
}
