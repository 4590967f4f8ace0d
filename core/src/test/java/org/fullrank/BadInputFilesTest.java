package org.fullrank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.oracle.Misuse.argument;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.io.Csv;
import org.fullrank.io.Dataset;
import org.fullrank.io.Json;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.io.UnsupportedLayerException;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.oracle.Misuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every malformed file gets an exception that names the file, the place and what was expected. */
class BadInputFilesTest {
  private static final Network NET = Network.of(Shape.of(2), Dense.of("d", 2, 1).withBias(0.5));
  private static final INDArray THETA = NET.initialize(Seed.of(3));
  private static final String NEXT = "'fortran_order': False, 'shape': (2,), }";
  private static final String GOOD = "{'descr': '<f8', " + NEXT;
  private static @TempDir Path folder;

  /** An .npy file with the header and as many bytes of values. */
  private static byte[] npy(String header, int bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\1\0".getBytes(ISO_8859_1));
    out.write(header.length() & 0xff);
    out.write(header.length() >> 8);
    out.writeBytes(header.getBytes(ISO_8859_1));
    out.writeBytes(new byte[bytes]);
    return out.toByteArray();
  }

  private static Misuse array(String name, byte[] file, String... words) {
    return located(name, () -> Npy.read(new ByteArrayInputStream(file), "w.npy"), "w.npy", words);
  }

  private static Misuse located(String name, ThrowingCallable call, String at, String... words) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = at;
    return argument(name, call, all);
  }

  static Stream<Misuse> arrays() {
    byte[] good = npy(GOOD, 16);
    byte[] magic = good.clone();
    magic[1] = 'X';
    byte[] version = good.clone();
    version[6] = 9;
    return Stream.of(
        array("npy without bytes", new byte[0], "at least 8 bytes", "got 0", "truncated"),
        array("npy cut in the magic", Arrays.copyOf(good, 7), "8 bytes", "got 7"),
        array("npy cut in the header", Arrays.copyOf(good, 30), "bytes", "got 30"),
        array("npy cut in the values", Arrays.copyOf(good, good.length - 1), "[2]", "truncated"),
        array("npy with more", Arrays.copyOf(good, good.length + 1), "[2]", "trailing"),
        array("npy magic", magic, "\\x93NUMPY", "88"),
        array("npy version", version, "1.0, 2.0 or 3.0", "got 9.0"),
        array("npy objects", npy("{'descr': '|O', " + NEXT, 16), "a real type", "'|O'", "astype"),
        array("npy complex", npy("{'descr': '<c8', " + NEXT, 16), "a real type", "'<c8'"),
        array("npy long double", npy("{'descr': '<f16', " + NEXT, 32), "a real type", "'<f16'"),
        array("npy dates", npy("{'descr': '<M8[ns]', " + NEXT, 16), "a real type", "M8"),
        array("npy no order", npy("{'descr': 'f8', " + NEXT, 16), "byte order", "'f8'"),
        array("npy code", npy("__import__('os')", 0), "'{'", "__import__"),
        array("npy without shape", npy("{'descr': '<f8'}", 16), "'shape'", "without them all"),
        array("npy negative", npy(GOOD.replace("(2,)", "(-2,)"), 16), "dimension", "'-2"),
        array("npy zero", npy(GOOD.replace("(2,)", "(0, 3)"), 0), "one element", "[0, 3]"),
        array(
            "npy 2^40",
            npy(GOOD.replace("(2,)", "(1048576, 1048576)"), 16),
            "2^31",
            "[1048576, 1048576]"),
        array("npy 2^30 missing", npy(GOOD.replace("2,", "1073741824,"), 16), "truncated"),
        argument(
            "npy of ints",
            () -> Npy.write(new ByteArrayOutputStream(), Nd4j.zeros(DataType.INT32, 2)),
            "npy stream",
            "DOUBLE or FLOAT",
            "INT"),
        argument(
            "npy of nothing",
            () -> Npy.write(new ByteArrayOutputStream(), Nd4j.empty(DataType.DOUBLE)),
            "npy stream",
            "values",
            "empty"),
        argument(
            "npy of a closed array",
            () -> {
              INDArray a = Tensors.zeros(DataType.DOUBLE, 2);
              a.close();
              Npy.write(new ByteArrayOutputStream(), a);
            },
            "npy stream",
            "open",
            "closed"));
  }

  private static Misuse csv(String text, String... words) {
    String name = "t" + Integer.toHexString(text.hashCode()) + ".csv";
    return located(
        "csv " + text,
        () -> {
          Path file = folder.resolve(name);
          Files.writeString(file, text, ISO_8859_1);
          Csv.withHeader(file);
        },
        name,
        words);
  }

  private static Csv table() throws IOException {
    Path file = folder.resolve("table.csv");
    Files.writeString(file, "a,b,c\n1,2,0\n3,4,1\n0,0,0.5\n");
    return Csv.withHeader(file);
  }

  static Stream<Misuse> tables() throws IOException {
    Csv t = table();
    Dataset d = Dataset.regression(t, "c");
    INDArray x = t.matrix();
    INDArray ints = Nd4j.zeros(DataType.INT32, 3, 3);
    return Stream.of(
        csv("", "at least one row", "none"),
        csv("a,b\n", "at least one row", "none"),
        csv("a,b\n1,2\n3\n", "line 3", "2 cells", "got 1"),
        csv("a,b\n1,2,3\n", "line 2", "2 cells", "got 3"),
        csv("a,b\n1,x\n", "line 2, column 2 ('b')", "finite number", "'x'"),
        csv("a,b\n1,\n", "line 2, column 2", "finite number", "''"),
        csv("a,b\nNaN,2\n", "line 2, column 1", "finite number", "'NaN'"),
        csv("a,b\n1,inf\n", "line 2, column 2", "finite number", "'inf'"),
        csv("a,b\n1e999,2\n", "line 2, column 1", "finite number", "'1e999'"),
        csv("a,b\n1,2\n\n3,4\n", "line 3", "a row", "blank line"),
        csv("a,a\n1,2\n", "line 1", "a new column name", "'a'"),
        csv("1,2\n3,4\n", "line 1", "column names", "withoutHeader"),
        csv("a,b\n\"1,2\n", "line 2", "a closing quote"),
        csv("\u00ff,b\n1,2\n", "UTF-8", "other bytes"),
        argument("csv column", () -> t.column("z"), "table.csv", "[a, b, c]", "'z'"),
        argument("no targets", () -> Dataset.regression(t), "target columns", "[]"),
        argument("no inputs", () -> Dataset.regression(t, "a", "b", "c"), "input columns", "none"),
        argument(
            "fractional class",
            () -> Dataset.classification(t, "c", 2),
            "row 3",
            "'c'",
            "class number from 0 to 1",
            "0.5"),
        argument("one class", () -> Dataset.classification(t, "c", 1), "2 classes", "got 1"),
        argument("no positives", () -> Dataset.binary(t, "c", 7), "'c'", "7.0", "0 of 3"),
        argument("take none", () -> d.take(0), "1 to 3 samples", "got 0"),
        argument("stratify too many", () -> d.stratified(4, Seed.of(1)), "1 to 3", "got 4"),
        argument("zero row", d::unitNormRows, "non-zero", "zero row at index 2"),
        argument("Y rows", () -> Dataset.of(x, Tensors.ofRows(new double[1][1]), "p"), "Y", "[3,"),
        argument("X ints", () -> Dataset.of(ints, x, "p"), "X", "DOUBLE or FLOAT", "INT"));
  }

  private static final String PARAMETERS =
      "\"parameters\": [{\"name\": \"w\", \"file\": \"w.npy\", \"shape\": [2, 1]}]";
  private static final String DENSE = "{\"op\": \"dense\", \"W\": \"w\"}";

  private static String manifest(String op, String parameters) {
    return "{\"input_shape\": [2], \"network\": [" + op + "], " + parameters + "}";
  }

  private static Misuse network(String name, String manifest, String... words) {
    return located(
        "network with " + name,
        () -> NetworkFile.read(write(name, manifest)),
        "manifest.json",
        words);
  }

  /** A folder with the manifest and weights {@code [2, 1]}. */
  private static Path write(String name, String manifest) throws IOException {
    Path to = Files.createDirectories(folder.resolve(name.replaceAll("\\W", "_")));
    Files.writeString(to.resolve("manifest.json"), manifest);
    Npy.write(to.resolve("w.npy"), Tensors.of(new double[] {1, 2}, 2, 1));
    return to;
  }

  static Stream<Misuse> networks() {
    String good = manifest(DENSE, PARAMETERS);
    return Stream.of(
        network("an array", "[]", "an object", "[]"),
        network("no shape", "{\"network\": []}", "a member \"input_shape\"", "only [network]"),
        network("no layers", manifest("", PARAMETERS), "at least one operation", "[]"),
        network("unknown op", manifest("{\"op\": \"lstm\"}", PARAMETERS), "one of", "'lstm'"),
        network("op number", manifest("{\"op\": 3}", PARAMETERS), "network[0].op", "a string", "3"),
        network("other format", good.replaceFirst("\\{", "{\"format\": \"x\","), "format", "\"x\""),
        network("width", good.replace("[2]", "[3]"), "[n, 2]", "[3]"),
        network("negative width", good.replace("[2]", "[-2]"), "input_shape", "integer", "-2"),
        network("huge width", good.replace("[2]", "[65536, 65536]"), "2^31", "65536"),
        network("no weight", good.replace("\"w\"}", "\"v\"}"), "listed in parameters", "'v'"),
        network("two uses", manifest(DENSE + "," + DENSE, PARAMETERS), "of its own", "'w'"),
        network("traversal", good.replace("w.npy", "../w.npy"), "plain name", "'../w.npy'"),
        network("absolute", good.replace("w.npy", "/etc/passwd"), "plain name", "'/etc/passwd'"),
        network("backslash", good.replace("w.npy", "..\\\\w.npy"), "plain name", "..\\w.npy"),
        network("shape", good.replace("[2, 1]", "[2, 2]"), "shape [2, 2] in w.npy", "[2, 1]"),
        network("rank", good.replace("[2, 1]", "[2]"), "2 dimensions", "'w' [2]"),
        network("typo", good.replace("\"W\"", "\"bias\": 1, \"W\""), "only the members", "bias"),
        network(
            "activation",
            manifest(DENSE + ",{\"op\": \"act\", \"fn\": \"tanj\"}", PARAMETERS),
            "network[1].fn",
            "name of an activation",
            "tanj"),
        network(
            "sigma",
            manifest("{\"op\": \"dense\", \"W\": \"w\", \"sigma_w\": -1}", PARAMETERS),
            "network[0]",
            "positive finite sigma_w",
            "-1"),
        network("checksum", manifest(DENSE, PARAMETERS + sum("00")), "SHA-256 00", "w.npy"),
        argument("theta size", () -> NetworkFile.of(NET, Tensors.of(new double[2], 2)), "[3]"),
        argument("taps", () -> NetworkFile.of(NET, THETA, 2), "0 to 1 feature layers", "got 2"),
        argument(
            "features of ints",
            () -> NetworkFile.of(NET, THETA, 0).features(Nd4j.zeros(DataType.INT32, 3, 2)),
            "input",
            "DOUBLE or FLOAT",
            "INT"));
  }

  private static String sum(String sha256) {
    return ", \"files\": {\"w.npy\": {\"sha256\": \"" + sha256 + "\"}}";
  }

  @ParameterizedTest
  @MethodSource({"arrays", "tables", "networks"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }

  /** What is right but not supported, and what cannot be read at all, have types of their own. */
  @Test
  void otherTypes() throws IOException {
    Path conv = write("conv", manifest("{\"op\": \"conv2d\"}", PARAMETERS));
    assertThatThrownBy(() -> NetworkFile.read(conv))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageContaining("network[0].op")
        .hasMessageContaining("'conv2d'");
    Path nowhere = folder.resolve("nowhere");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> NetworkFile.read(nowhere),
            () -> Npy.read(nowhere),
            () -> Json.read(nowhere),
            () -> Csv.withHeader(nowhere))) {
      assertThatThrownBy(call)
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("nowhere");
    }
    Path cut = write("cut", manifest(DENSE, PARAMETERS));
    Files.write(cut.resolve("w.npy"), new byte[20]);
    assertThatThrownBy(() -> NetworkFile.read(cut))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("w.npy");
  }

  /** Big-endian files are not an error: they are read. */
  @Test
  void readsBigEndian() throws IOException {
    byte[] file = npy(GOOD.replace('<', '>'), 16);
    file[file.length - 16] = 0x40; // 2.0 is 4000000000000000
    try (INDArray a = Npy.read(new ByteArrayInputStream(file), "be.npy")) {
      assertThat(Tensors.toDoubles(a)).containsExactly(2, 0);
    }
  }
}
