package org.fullrank.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.fullrank.cancel.CancelledException;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with its parameters in a folder: {@code manifest.json} describes the layers, and every
 * tensor is an {@code .npy} file beside it. The format is described, with an export from Python, in
 * {@code docs/network-format.md}.
 *
 * <p><b>Exactness.</b> Parameters are taken over bit for bit. {@link #theta()} is {@code FLOAT} if
 * every parameter file is, and {@code DOUBLE} otherwise. Reading what {@link #write} wrote gives
 * the same parameters and a network with the same values; custom initializers are not stored.
 *
 * <p><b>Checks.</b> Reading verifies names, shapes, offsets, sizes, finiteness and, where the
 * manifest has them, SHA-256 sums. Files outside of the folder cannot be named, and symbolic links,
 * pipes and devices are refused. No memory is taken for a shape before its file has it.
 */
public final class NetworkFile {
  private static final String MANIFEST = "manifest.json";
  private static final String FORMAT = "fullrank-network-1";

  private final Network network;
  private final INDArray theta;
  private final int featureLayers;
  private final Map<String, INDArray> constants;
  private final Json.Obj manifest;

  private NetworkFile(
      Network network,
      INDArray theta,
      int featureLayers,
      Map<String, INDArray> constants,
      Json.Obj manifest) {
    this.network = network;
    this.theta = theta;
    this.featureLayers = featureLayers;
    this.constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
    this.manifest = manifest;
  }

  /**
   * A network to be written. The features are the input of its last layer.
   *
   * @param network made of this library's layers
   * @param theta its parameters {@code [p]}, finite; copied
   * @return the pair
   * @throws IllegalArgumentException if theta does not fit
   * @throws UnsupportedLayerException if a layer or an activation has no name in the format
   */
  public static NetworkFile of(Network network, INDArray theta) {
    return of(network, theta, network.layers().size() - 1);
  }

  /**
   * A network to be written.
   *
   * @param network made of this library's layers
   * @param theta its parameters {@code [p]}, finite; copied
   * @param featureLayers how many leading layers compute the features; 0 means the inputs are them
   * @return the pair
   * @throws IllegalArgumentException if theta or the number does not fit
   * @throws UnsupportedLayerException if a layer or an activation has no name in the format
   */
  public static NetworkFile of(Network network, INDArray theta, int featureLayers) {
    if (featureLayers < 0 || featureLayers > network.layers().size()) {
      throw new IllegalArgumentException(
          "expected 0 to " + network.layers().size() + " feature layers but got " + featureLayers);
    }
    if (network.parameterCount() > 0) {
      TensorChecks.requireShape("theta", theta, network.parameterCount());
      TensorChecks.requireReal("theta", theta.dataType());
      TensorChecks.requireFinite("theta", theta);
    }
    NetworkFile described = described(network, theta, featureLayers);
    return network.parameterCount() == 0
        ? described
        : new NetworkFile(
            network, theta.dup('c'), featureLayers, described.constants, described.manifest);
  }

  /** The pair itself, theta not copied. */
  private static NetworkFile described(Network network, INDArray theta, int featureLayers) {
    NetworkWriter writer = new NetworkWriter();
    Json.Arr ops = writer.network(network.layers(), featureLayers);
    Json.Obj manifest =
        Json.object()
            .with("format", FORMAT)
            .with("input_shape", dimensions(network.inputShape().dimensions()))
            .with("num_parameters", network.parameterCount())
            .with("network", ops)
            .with("parameters", parameters(network, Map.of()))
            .with("constants", constants(writer.constants(), Map.of()));
    if (featureLayers == 0) {
      manifest = manifest.with("input_tap", "features");
    }
    return new NetworkFile(network, theta, featureLayers, writer.constants(), manifest);
  }

  /**
   * Reads a folder.
   *
   * @param folder holds {@code manifest.json} and the tensors
   * @return the network with its parameters
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if the content is malformed or inconsistent; the message names
   *     the place, such as {@code network[3].branch[1].op}
   * @throws UnsupportedLayerException if the network is well described but has an operation that
   *     this library lacks
   */
  public static NetworkFile read(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    InputFiles.requirePlain(file);
    JsonAt manifest = new JsonAt(Json.read(file), file.toString(), "");
    JsonAt format = manifest.optional("format");
    if (format != null && !format.text().equals(FORMAT)) {
      throw format.bad("\"" + FORMAT + "\" or no format at all");
    }
    TensorFiles files = new TensorFiles(folder, manifest);
    NetworkReader reader = new NetworkReader(files);
    Network network = reader.network(manifest);
    INDArray theta = theta(network, files, reader.parameters());
    return new NetworkFile(
        network, theta, reader.featureLayers(network), reader.constants(), manifest.object());
  }

  private static INDArray theta(
      Network network, TensorFiles files, Map<String, TensorFiles.Entry> entries)
      throws IOException {
    if (network.parameterCount() == 0) {
      return Tensors.empty(DataType.DOUBLE);
    }
    // The shapes come from the manifest: no memory for them before all files bear them out.
    for (TensorFiles.Entry entry : entries.values()) {
      files.check(entry);
    }
    InputFiles.requireMemory(
        Math.multiplyExact(network.parameterCount(), Double.BYTES), "the parameters");
    double[] values = new double[(int) network.parameterCount()];
    int offset = 0;
    boolean single = true;
    for (TensorFiles.Entry entry : entries.values()) {
      try (INDArray a = files.read(entry)) {
        TensorChecks.requireFinite(entry.at().at() + "'" + entry.name() + "'", a);
        double[] part = Tensors.toDoubles(a);
        System.arraycopy(part, 0, values, offset, part.length);
        offset += part.length;
        single &= a.dataType() == DataType.FLOAT;
      }
    }
    return Tensors.of(single ? DataType.FLOAT : DataType.DOUBLE, values, values.length);
  }

  /**
   * Writes the network into a folder, which is made if it is missing. Names of tensor files contain
   * a sum of their content and the manifest is moved into place last, so a kill or a full disk
   * leaves the network that was there before. Then the tensor files that a former call wrote are
   * removed; other files are left alone. The manifest carries SHA-256 sums.
   *
   * @param folder where to write; not by several programs or threads at once
   * @throws IOException if a file cannot be written, or somebody else writes into the folder
   * @throws CancelledException if this thread is interrupted between two files; in the middle of
   *     one an interrupt gives a {@link java.nio.channels.ClosedByInterruptException}
   */
  public void write(Path folder) throws IOException {
    NetworkFile described = described(network, theta, featureLayers);
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (Slot slot : network.slots()) {
      parameters.put(
          slot.name(), TensorViews.slice(theta, slot.offset(), slot.shape().dimensions()));
    }
    try (FolderWriter out = FolderWriter.open(folder, MANIFEST)) {
      Map<String, String> names = put(out, "param.", parameters);
      Map<String, String> fixed = put(out, "const.", described.constants);
      Json.Obj sums = Json.object();
      for (String name : names.values()) {
        sums = withSum(sums, folder, name);
      }
      for (String name : fixed.values()) {
        sums = withSum(sums, folder, name);
      }
      out.commit(
          described
              .manifest
              .with("parameters", parameters(network, names))
              .with("constants", constants(described.constants, fixed))
              .with("files", sums)
              .toPrettyText());
    }
  }

  private static Map<String, String> put(
      FolderWriter out, String prefix, Map<String, INDArray> tensors) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    for (Map.Entry<String, String> n : TensorFiles.names(prefix, tensors.keySet()).entrySet()) {
      names.put(n.getKey(), out.put(n.getValue(), Objects.requireNonNull(tensors.get(n.getKey()))));
    }
    return names;
  }

  private static Json.Obj withSum(Json.Obj sums, Path folder, String name) throws IOException {
    String sum = TensorFiles.sha256(folder.resolve(name));
    return sums.with(name, Json.object().with("sha256", sum));
  }

  private static Json.Arr parameters(Network network, Map<String, String> files) {
    List<Json> out = new ArrayList<>();
    for (Slot slot : network.slots()) {
      out.add(
          named(slot.name(), files)
              .with("shape", dimensions(slot.shape().dimensions()))
              .with("offset", slot.offset())
              .with("size", slot.size()));
    }
    return Json.array(out);
  }

  private static Json.Arr constants(Map<String, INDArray> constants, Map<String, String> files) {
    List<Json> out = new ArrayList<>();
    constants.forEach(
        (name, value) -> out.add(named(name, files).with("shape", dimensions(value.shape()))));
    return Json.array(out);
  }

  private static Json.Obj named(String tensor, Map<String, String> files) {
    Json.Obj entry = Json.object().with("name", tensor);
    String file = files.get(tensor);
    return file == null ? entry : entry.with("file", file);
  }

  private static Json.Arr dimensions(long[] shape) {
    return Json.array(Arrays.stream(shape).asDoubleStream().toArray());
  }

  /**
   * The network.
   *
   * @return with slots named as in the file
   */
  public Network network() {
    return network;
  }

  /**
   * The parameters.
   *
   * @return {@code [p]} in slot order, not to be written; empty for a network without parameters
   */
  public INDArray theta() {
    return theta;
  }

  /**
   * How many leading layers compute the features.
   *
   * @return from 0, which means the inputs, to the number of layers
   */
  public int featureLayers() {
    return featureLayers;
  }

  /**
   * The features: the output of the layer that the file marks with {@code "tap": "features"}, or
   * the input of the last layer if there is no mark.
   *
   * @param x inputs {@code [n, ...input]}, of the type of {@link #theta()}
   * @return {@code [n, ...features]}
   */
  public INDArray features(INDArray x) {
    if (featureLayers == 0) {
      TensorChecks.requireShape("input", x, network.inputShape().after(-1));
      TensorChecks.requireFinite("input", x);
      return x.dup('c');
    }
    Network body = network.prefix(featureLayers);
    return body.forward(TensorViews.segment(theta, 0, body.parameterCount()), x);
  }

  /**
   * The constant matrices of fixed linear maps.
   *
   * @return by name, in the order of their first use
   */
  public Map<String, INDArray> constants() {
    return constants;
  }

  /**
   * The manifest as it was read, other members included, or as it will be written but for the names
   * and sums of the tensor files.
   *
   * @return a JSON object
   */
  public Json.Obj manifest() {
    return manifest;
  }

  @Override
  public String toString() {
    return "NetworkFile(" + network + ")";
  }
}
