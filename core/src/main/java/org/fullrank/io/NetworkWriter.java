package org.fullrank.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Describes a network as JSON. */
final class NetworkWriter {
  private final Map<String, INDArray> constants = new LinkedHashMap<>();

  /** The fixed matrices met so far, by the names used in the description. */
  Map<String, INDArray> constants() {
    return constants;
  }

  /** The operations; the last one of the leading {@code featureLayers} layers gets the tap. */
  Json.Arr network(List<Layer> layers, int featureLayers) {
    List<Json.Obj> ops = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      add(layers.get(i), "network[" + i + "]", ops);
      if (i == featureLayers - 1) {
        ops.set(ops.size() - 1, ops.get(ops.size() - 1).with("tap", "features"));
      }
    }
    return Json.array(ops);
  }

  private void add(Layer layer, String where, List<Json.Obj> ops) {
    if (layer instanceof Sequential s) {
      // A chain within a chain is the longer chain.
      for (int i = 0; i < s.layers().size(); i++) {
        add(s.layers().get(i), where + "[" + i + "]", ops);
      }
    } else {
      ops.add(Vocabulary.write(this, layer, where));
    }
  }

  /** Layers in a list of their own, such as a branch. */
  Json.Arr nested(Layer layers, String where) {
    List<Json.Obj> ops = new ArrayList<>();
    add(layers, where, ops);
    return Json.array(ops);
  }

  /** Stores an array that is not trained; two of one name get different ones. */
  String constant(String base, INDArray array) {
    String key = base;
    for (int i = 2; constants.containsKey(key); i++) {
      key = base + "-" + i;
    }
    constants.put(key, array);
    return key;
  }

  static UnsupportedLayerException unsupported(String op, String where, String expected) {
    return new UnsupportedLayerException(
        op,
        where,
        where + ": expected " + expected + " but got '" + op + "'; it cannot be written");
  }
}
