package org.fullrank.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds a network from its description. */
final class NetworkReader {
  private static final Set<String> LACKING =
      Set.of("conv2d", "avgpool", "gap", "bn_infer", "bn_train");
  private static final String KNOWN = "dense, matcol, act, residual, flatten";

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
    JsonAt op = at.member("op");
    return switch (op.text()) {
      case "dense" -> dense(at);
      case "matcol" -> matcol(at);
      case "act" -> activation(at);
      case "residual" -> residual(at);
      case "flatten" -> {
        at.allowOnly(Set.of("op", "name", "tap"));
        yield Flatten.of();
      }
      default -> {
        if (LACKING.contains(op.text())) {
          throw new UnsupportedLayerException(
              op.text(),
              op.path(),
              op.at()
                  + "expected one of "
                  + KNOWN
                  + " but got '"
                  + op.text()
                  + "', which this version does not support");
        }
        throw op.bad("one of " + KNOWN, "'" + Texts.printable(op.text()) + "'");
      }
    };
  }

  private static String name(JsonAt at, String otherwise) {
    JsonAt name = at.optional("name");
    return name == null ? otherwise : name.text();
  }

  private static double number(JsonAt at, String member, double otherwise) {
    JsonAt v = at.optional(member);
    return v == null ? otherwise : v.number();
  }

  private Layer dense(JsonAt at) {
    at.allowOnly(
        Set.of(
            "op",
            "name",
            "tap",
            "W",
            "b",
            "sw",
            "sb",
            "in",
            "out",
            "parameterization",
            "sigma_w",
            "sigma_b",
            "layout"));
    TensorFiles.Entry w = parameter(at.member("W"), 2);
    JsonAt biasName = at.optional("b");
    boolean transposed = choice(at, "layout", "in_out", "out_in");
    boolean ntk = choice(at, "parameterization", "standard", "ntk");
    long in = w.shape().get(transposed ? 1 : 0);
    long out = w.shape().get(transposed ? 0 : 1);
    at.requireInteger("in", in);
    at.requireInteger("out", out);
    if (biasName != null) {
      TensorFiles.Entry b = parameter(biasName, 1);
      if (b.shape().get(0) != out) {
        throw biasName.bad("a bias of shape [" + out + "]", b.shape().toString());
      }
    }
    Parameterization p = ntk ? Parameterization.NTK : Parameterization.STANDARD;
    return at.located(
        () -> {
          Dense d =
              Dense.of(name(at, w.name()), in, out)
                  .withParameterization(p)
                  .withSigmaW(number(at, "sigma_w", 1));
          if (biasName != null) {
            d = d.withBias(number(at, "sigma_b", 0));
          }
          // The stored factors are used as they are, not recomputed from the deviations.
          double sw = number(at, "sw", d.weightScale());
          double sb = number(at, "sb", d.biasScale());
          return d.withLayout(transposed ? Layout.OUT_IN : Layout.IN_OUT)
              .withScales(sw, sb)
              .withSlotNames(w.name(), biasName == null ? "" : biasName.text());
        });
  }

  private Layer matcol(JsonAt at) throws IOException {
    at.allowOnly(Set.of("op", "name", "tap", "M", "trainable", "in", "out"));
    JsonAt m = at.member("M");
    boolean trainable = at.member("trainable").bool();
    TensorFiles.Entry entry = trainable ? parameter(m, 2) : constant(m);
    at.requireInteger("out", entry.shape().get(0));
    at.requireInteger("in", entry.shape().get(1));
    String name = name(at, m.text());
    if (trainable) {
      return at.located(
          () ->
              Dense.of(name, entry.shape().get(1), entry.shape().get(0))
                  .withParameterization(Parameterization.STANDARD)
                  .withLayout(Layout.OUT_IN)
                  .withSlotNames(m.text(), ""));
    }
    INDArray matrix = constants.get(m.text());
    if (matrix == null) {
      matrix = files.read(entry);
      constants.put(m.text(), matrix);
    }
    INDArray value = matrix;
    return at.located(() -> FixedLinear.of(name, value));
  }

  private static Layer activation(JsonAt at) {
    at.allowOnly(Set.of("op", "name", "tap", "fn"));
    JsonAt fn = at.member("fn");
    Elementwise e = fn.located(() -> Elementwise.of(Activations.named(fn.text())));
    return e.withName(name(at, e.name()));
  }

  private Layer residual(JsonAt at) throws IOException {
    at.allowOnly(Set.of("op", "name", "tap", "scale", "branch", "shortcut"));
    List<Layer> branch = nested(at.member("branch"));
    double scale = number(at, "scale", 1);
    JsonAt skip = at.optional("shortcut");
    List<Layer> shortcut = skip == null ? List.of() : nested(skip);
    return at.located(
        () -> {
          Residual r = Residual.of(scale, branch).withName(name(at, at.path()));
          return shortcut.isEmpty()
              ? r
              : r.withShortcut(shortcut.size() == 1 ? shortcut.get(0) : Sequential.of(shortcut));
        });
  }

  private List<Layer> nested(JsonAt list) throws IOException {
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

  private static boolean choice(JsonAt at, String member, String normal, String other) {
    JsonAt v = at.optional(member);
    if (v != null && !v.text().equals(normal) && !v.text().equals(other)) {
      throw v.bad("\"" + normal + "\" or \"" + other + "\"");
    }
    return v != null && v.text().equals(other);
  }

  private TensorFiles.Entry parameter(JsonAt name, int rank) {
    TensorFiles.Entry entry = entry(name, parameters, "parameters", rank);
    if (!used.add(name.text())) {
      throw name.bad(
          "a parameter of its own", "'" + Texts.printable(name.text()) + "', which is used before");
    }
    return entry;
  }

  private TensorFiles.Entry constant(JsonAt name) {
    return entry(name, constantEntries, "constants", 2);
  }

  private static TensorFiles.Entry entry(
      JsonAt name, Map<String, TensorFiles.Entry> list, String what, int rank) {
    TensorFiles.@Nullable Entry entry = list.get(name.text());
    if (entry == null) {
      throw name.bad("a name listed in " + what, "'" + Texts.printable(name.text()) + "'");
    }
    if (entry.shape().size() != rank) {
      throw name.bad(
          "a tensor with " + rank + " dimensions",
          "'" + Texts.printable(name.text()) + "' " + entry.shape());
    }
    return entry;
  }
}
