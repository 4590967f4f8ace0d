package org.fullrank.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds a network from its description. */
final class NetworkReader {
  private final TensorFiles files;
  private final Map<String, TensorFiles.Entry> parameters;
  private final Map<String, TensorFiles.Entry> constantEntries;
  private final Map<String, INDArray> constants = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();
  private int featureLayers = -1;

  NetworkReader(TensorFiles files) {
    this.files = files;
    this.parameters = files.entries("parameters", "param.");
    this.constantEntries = files.entries("constants", "const.");
  }

  Map<String, TensorFiles.Entry> parameters() {
    return parameters;
  }

  Map<String, INDArray> constants() {
    return constants;
  }

  /** The number of leading layers up to the tap, or one less than all without a tap. */
  int featureLayers(Network network) {
    return featureLayers >= 0 ? featureLayers : network.layers().size() - 1;
  }

  Network network(JsonAt manifest) throws IOException {
    Shape input = Shape.of(manifest.member("input_shape").dimensions());
    JsonAt ops = manifest.member("network");
    List<Layer> layers = new ArrayList<>();
    tap(manifest.optional("input_tap"), 0);
    for (JsonAt op : ops.items()) {
      layers.add(layer(op));
      tap(op.optional("tap"), layers.size());
    }
    if (layers.isEmpty()) {
      throw ops.bad("at least one operation");
    }
    Network network = ops.located(() -> Network.of(input, layers));
    requireSlots(manifest, network);
    return network;
  }

  private void tap(@Nullable JsonAt tap, int layers) {
    if (tap != null && tap.text().equals("features")) {
      if (featureLayers >= 0) {
        throw tap.bad("the tap \"features\" once", "a second one");
      }
      featureLayers = layers;
    }
  }

  /** The list of parameters must be that of the operations: same order, offsets and sizes. */
  private void requireSlots(JsonAt manifest, Network network) {
    List<String> listed = List.copyOf(parameters.keySet());
    List<String> expected = network.slots().stream().map(Slot::name).toList();
    if (!listed.equals(expected)) {
      throw new IllegalArgumentException(
          manifest.at()
              + "expected parameters in the order in which the network uses them, "
              + Texts.printable(expected)
              + ", but got "
              + Texts.printable(listed));
    }
    for (Slot slot : network.slots()) {
      TensorFiles.Entry entry = parameters.get(slot.name());
      if (entry != null) {
        entry.at().requireInteger("offset", slot.offset());
        entry.at().requireInteger("size", slot.size());
      }
    }
    manifest.requireInteger("num_parameters", network.parameterCount());
    if (manifest.optional("k") != null) {
      manifest.requireInteger("k", manifest.located(network::outputs));
    }
  }

  private Layer layer(JsonAt at) throws IOException {
    return Vocabulary.read(this, at);
  }

  /** The name of an operation, or another text. */
  static String name(JsonAt at, String otherwise) {
    JsonAt name = at.optional("name");
    return name == null ? otherwise : name.text();
  }

  /** A number of an operation, or another one. */
  static double number(JsonAt at, String member, double otherwise) {
    JsonAt v = at.optional(member);
    return v == null ? otherwise : v.number();
  }

  /** An array that is not trained, read once. */
  INDArray constant(JsonAt name, TensorFiles.Entry entry) throws IOException {
    INDArray array = constants.get(name.text());
    if (array == null) {
      array = files.read(entry);
      constants.put(name.text(), array);
    }
    return array;
  }

  /** Layers of a list of their own, such as a branch. */
  List<Layer> nested(JsonAt list) throws IOException {
    List<Layer> out = new ArrayList<>();
    for (JsonAt op : list.items()) {
      if (op.optional("tap") != null) {
        throw op.member("tap").bad("a tap only outside of branches");
      }
      out.add(layer(op));
    }
    if (out.isEmpty()) {
      throw list.bad("at least one operation");
    }
    return out;
  }

  /** Whether a member says the other of two texts; the normal one if it is missing. */
  static boolean choice(JsonAt at, String member, String normal, String other) {
    JsonAt v = at.optional(member);
    if (v != null && !v.text().equals(normal) && !v.text().equals(other)) {
      throw v.bad("\"" + normal + "\" or \"" + other + "\"");
    }
    return v != null && v.text().equals(other);
  }

  /** A parameter tensor of some rank, each of which belongs to one operation. */
  TensorFiles.Entry parameter(JsonAt name, int rank) {
    return requireRank(name, parameter(name), rank);
  }

  /** A parameter tensor of any rank, likewise. */
  TensorFiles.Entry parameter(JsonAt name) {
    TensorFiles.Entry entry = entry(name, parameters, "parameters");
    if (!used.add(name.text())) {
      throw name.bad(
          "a parameter of its own", "'" + Texts.printable(name.text()) + "', which is used before");
    }
    return entry;
  }

  /** A matrix that is not trained. */
  TensorFiles.Entry constant(JsonAt name) {
    return requireRank(name, entry(name, constantEntries, "constants"), 2);
  }

  private static TensorFiles.Entry entry(
      JsonAt name, Map<String, TensorFiles.Entry> list, String what) {
    TensorFiles.@Nullable Entry entry = list.get(name.text());
    if (entry == null) {
      throw name.bad("a name listed in " + what, "'" + Texts.printable(name.text()) + "'");
    }
    return entry;
  }

  private static TensorFiles.Entry requireRank(JsonAt name, TensorFiles.Entry entry, int rank) {
    if (entry.shape().size() != rank) {
      throw name.bad(
          "a tensor with " + rank + " dimensions",
          "'" + Texts.printable(name.text()) + "' " + entry.shape());
    }
    return entry;
  }
}
